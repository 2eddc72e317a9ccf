"""What a pack is made for, and all that its pages show."""

from collections.abc import Callable

import msgspec

from anbao.law.evidence import Reader
from anbao.prove.pack.attachments import PackAttachment
from anbao.prove.pack.disclosure import Disclosure
from anbao.prove.pack.law import CitedProvision
from anbao.prove.pack.versions import UsedVersion
from anbao.store import Connection
from anbao.text import Text


class ReplayedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What came of making a decision of the past again; ``why`` explains a difference, or why it could not be made."""

    entry: int
    kind: str
    same: bool
    why: Text = Text("", "")


Replayer = Callable[[Connection, int, str], ReplayedEntry | None]
"""Makes the decision of an entry (index, kind) again; None for kinds that are no decision."""


class PackRequest(msgspec.Struct, frozen=True, kw_only=True):
    """For whom, and what for."""

    reader: Reader
    purpose: str


class PackContent(msgspec.Struct, frozen=True, kw_only=True):
    """All that the pages show."""

    attachments: list[PackAttachment]
    disclosure: Disclosure
    provisions: list[CitedProvision]
    replayed: list[ReplayedEntry]
    versions: list[UsedVersion]
