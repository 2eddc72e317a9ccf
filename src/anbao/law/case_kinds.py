"""What a person may be asked to decide (``cases.yaml``): the kinds of cases, and the outcomes that each can have."""

from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.text import Text


class CaseKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of case. ``due`` is the setting that says how long a decision may take; "" sets no time.

    ``second_look`` is the share, in percent, of decided cases that a second person decides too; ``undo_minutes`` is how
    long a bulk decision waits, so that it can be undone, before it takes effect. ``strict_as``: kinds of which this one
    takes the place, and no less strictly handled.
    """

    id: str
    title: Text
    outcomes: Annotated[dict[str, Text], Meta(min_length=1)]
    due: str = ""
    second_look: Annotated[int, Meta(ge=0, le=100)] = 5
    undo_minutes: Annotated[int, Meta(ge=0, le=10_080)] = 30
    strict_as: tuple[str, ...] = ()
