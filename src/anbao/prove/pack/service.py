"""Making evidence packs: collected as of a cut-off, signed, recorded with digest and reader, then handed out."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from anbao.engine.core import Core, Service
from anbao.engine.work import Work
from anbao.errors import Conflict, InvalidInput
from anbao.law.evidence import READERS, Reader, load_evidence
from anbao.ledger import search
from anbao.model.base import MAX_REASON, not_in_future
from anbao.model.events.prove import PackMade
from anbao.prove.pack.attachments import Fetch
from anbao.prove.pack.content import PackRequest, ReplayedEntry
from anbao.store import Connection
from anbao.text import Text

if TYPE_CHECKING:
    from anbao.prove.pack.build import MadePack

PACKED = ("case", "complaint", "order", "merchant", "listing", "hazard")
"""Roles of what a pack can be about."""


class HandedPack(msgspec.Struct, frozen=True, kw_only=True):
    """A pack and the entry that records it."""

    data: bytes
    digest: str
    entries: int
    entry: int
    opened: int
    until: int
    withheld: int


class Packs(Service):
    """Evidence packs of one store. ``replayer`` is set by whoever knows how decisions are made.

    ``ask_outside`` has a checkpoint stamped and cosigned before a pack that reaches to the present is made.
    """

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.replayer = _no_decisions
        self.ask_outside: Callable[[str], list[str]] = _nobody

    def make(
        self,
        about: str,
        reader: Reader,
        *,
        until: int | None = None,
        purpose: str = "",
        actor: str = "officer",
        fetch: Fetch | None = None,
    ) -> HandedPack:
        """Returns a pack about ``role:id`` (an id alone is a case) as of ``until`` (UTC ms, now by default).

        Signs a checkpoint where none covers it yet. What was made for whom is recorded before the bytes are handed
        out. Raises InvalidInput, NotFound, Conflict where the signing key is not here.
        """
        from anbao.prove.pack.build import PackBuilder  # what makes a pack loads slowly, and most commands make none
        from anbao.prove.pack.collect import collect

        subject = packed_subject(about)
        if reader not in READERS:
            raise InvalidInput(
                Text(f"没有这种读者：{reader}", f"there is no such reader: {reader}"),
                hint=Text(f"可用：{'、'.join(READERS)}", f"known: {', '.join(READERS)}"),
                field="for",
            )
        if len(purpose) > MAX_REASON:
            raise InvalidInput(Text(f"用途至多 {MAX_REASON} 字", f"a purpose has at most {MAX_REASON} characters"))
        now = self.core.clock()
        cut_off = now if until is None else not_in_future(until, now)
        end = self._cover(cut_off)
        if until is None:
            with self.core.reading() as conn:
                note = self.core.ledger.checkpoint_over(conn, end)
            assert note is not None
            self.ask_outside(note)
        rules = load_evidence(self.core.where)
        with self.core.reading() as conn:
            matter = collect(conn, self.core.pack, subject, cut_off, end)
            builder = PackBuilder(self.core, rules, self.replayer)
            made = builder.build(conn, matter, PackRequest(reader=reader, purpose=purpose), fetch)
        event = _event(subject, reader, purpose, cut_off, made)
        entry = self.core.run(lambda work: work.append(event, actor=actor))
        return HandedPack(
            data=made.data,
            digest=made.digest,
            entries=made.entries,
            entry=entry,
            opened=event.opened,
            until=cut_off,
            withheld=event.withheld,
        )

    def _cover(self, until: int) -> int:
        """Sign a checkpoint where none covers the entries up to the cut-off; returns how many these are."""

        def job(work: Work) -> int:
            conn = work.conn
            end = search.index_at(conn, until + 1, search.size(conn))
            if self.core.ledger.checkpoint_over(conn, end) is None:
                self.core.ledger.checkpoint(conn, work.now)
            return end

        return self.core.run(job)


def packed_subject(about: str) -> tuple[str, str]:
    """Returns what a pack is about. Raises InvalidInput."""
    role, sign, identity = about.partition(":")
    if not sign:
        role, identity = "case", about
    if role not in PACKED or not identity:
        raise InvalidInput(
            Text("须为 角色:编号，或一个事项编号", "it is role:id, or the id of a case"),
            hint=Text(f"角色：{'、'.join(PACKED)}", f"roles: {', '.join(PACKED)}"),
            field="about",
        )
    return role, identity


def _event(subject: tuple[str, str], reader: Reader, purpose: str, until: int, made: "MadePack") -> PackMade:
    disclosure = made.disclosure
    return PackMade(
        digest=made.digest,
        entries=made.entries,
        manifest=made.manifest,
        opened=len(disclosure.opened),
        opened_fields=tuple(sorted({one.field for one in disclosure.opened})),
        others=dict([subject]),
        purpose=purpose,
        reader=reader,
        size=made.size,
        until=until,
        withheld=len(disclosure.withheld),
    )


def _nobody(note: str) -> list[str]:
    """Nobody outside is known."""
    return []


def _no_decisions(conn: Connection, index: int, kind: str) -> ReplayedEntry | None:
    raise Conflict(Text("没有接入决定的重放", "nothing here knows how to make decisions again"))
