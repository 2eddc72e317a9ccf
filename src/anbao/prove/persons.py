"""Erasure of a person (个人信息保护法 47), and the master key under which the keys of persons lie (decision 0045).

A person is named as in the vault (``merchant:m1``, ``consumer:commit:…``), by the platform's identifier of a buyer
(``buyer:u1``) or by a complaint (``complaint:C1``: who filed it). While a norm of retention holds nothing is erased:
the erasure is postponed to the day on which the last one ends, or refused where that day is not known yet.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from anbao.engine import idempotency
from anbao.engine.acts import act, query
from anbao.engine.core import Core, ErasedPerson, Service, Step
from anbao.engine.work import Placed, Projector, Work
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.ledger import Stored
from anbao.ledger.master import master_at
from anbao.ledger.person_keys import STORE_KEYS, overwrite_what_is_deleted
from anbao.model.base import Noun, Reason, given_reason
from anbao.model.events.complaints import ComplaintReceived
from anbao.model.events.persons import MasterKeyRotated, PersonErased, PersonErasurePostponed
from anbao.model.options import Option
from anbao.prove.retention import Hold, holds
from anbao.store import Connection, meta, tables
from anbao.store.bulk import rows_of, sql, upsert_many
from anbao.text import Text

PersonName = Annotated[
    str,
    Meta(min_length=1, max_length=300),
    Option("何人：merchant:ID、buyer:ID、complaint:ID、consumer:承诺值", "whom, as in merchant:ID", argument=True),
]
NewMaster = Annotated[
    str,
    Meta(max_length=2_000),
    Option("新主密钥：文件、env:NAME 或地址；不给则新建于存储", "file, env:NAME or address"),
]

_AFTER_MILLIS = 15 * 24 * 3600 * 1000
"""The platform's own time for a postponed erasure, from the end of retention; the statute names none."""

_UNSETTLED = "erasure.unsettled"
"""Key in ``meta``: the database's files still hold pages of what was erased."""

_TOUCHED = (
    "personal",
    "person_key",
    "idempotency",
    "merchant_identifier",
    "complaint_trace",
    "authority_report",
    "meta",
)
_COMMITMENT = re.compile(rb'"(commit:[\w-]{43})"')
_ROLES = ("consumer", "merchant", "complaint", "complainant", "message", "control")


class ErasureAnswer(Noun, frozen=True, kw_only=True):
    """What came of it. ``until``: when a postponed erasure is carried out (UTC ms); ``holds``: what forbids it now."""

    person: str
    state: Literal["erased", "postponed"]
    entry: int
    until: int | None = None
    holds: tuple[Hold, ...] = ()


class PendingErasure(Noun, frozen=True, kw_only=True):
    """A person who is to be erased at ``until`` (UTC ms), as ``entry`` says."""

    person: str
    until: int
    entry: int


class _Attached(msgspec.Struct):
    sha256: str


class _WithFiles(msgspec.Struct):
    attachments: list[_Attached] = []


class _EntryWithFiles(msgspec.Struct):
    body: _WithFiles


class Persons(Service):
    """``delete_files`` (set by whoever opens the object storage) deletes what was attached, by SHA-256."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.delete_files: Callable[[Sequence[str]], None] | None = None

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield PersonErasurePostponed.KIND, _project_postponed
        yield PersonErased.KIND, _project_erased

    def steps(self) -> Iterable[Step]:
        yield self.erase_due
        yield self.settle

    @act(
        title=Text("删除一个人的个人信息；法定保存期内延后", "Erase a person; postponed while the law wants retention"),
        scope="officer",
        path="/v1/persons/erase",
        command="person erase",
    )
    def erase(self, work: Work, ref: PersonName, *, reason: Reason, actor: str = "officer") -> ErasureAnswer:
        """What holds is named with its article and its end.

        Raises NotFound where there are no values of this person, Conflict where retention has no end yet.
        """
        given_reason(reason)
        person, persons = self._found(work.conn, ref)
        entries = list(self._entries(work.conn, persons))
        found = self._holds(work.conn, persons, entries, work.now)
        if not found:
            index = self._carry_out(work, person, persons, entries, reason, actor)
            return ErasureAnswer(person=person, state="erased", entry=index)
        ends = [one.until for one in found if one.until is not None]
        if len(ends) < len(found):
            raise Conflict(
                Text(
                    f"法律要求保存，不能删除：{'；'.join(one.said.zh for one in found)}",
                    f"the law wants this retained: {'; '.join(one.said.en for one in found)}",
                ),
                hint=Text("期限起算后再申请", "ask again once the time of retention has begun"),
            )
        until, norms = max(ends), tuple(sorted({one.norm for one in found}))
        postponed = PersonErasurePostponed(
            due=until + _AFTER_MILLIS, norms=norms, person=person, reason=reason, until=until
        )
        index = work.append(postponed, actor=actor)
        return ErasureAnswer(person=person, state="postponed", entry=index, until=until, holds=tuple(found))

    @query(
        title=Text("延后的删除：何人、何时", "Erasures that are postponed: of whom, until when"),
        scope="officer",
        path="/v1/persons/erasures",
        command="person list",
        columns={
            "person": Text("何人", "whom"),
            "until": Text("届满", "until"),
            "entry": Text("条目", "entry"),
        },
        position=lambda one: (one.until, one.person),
    )
    def pending(self, conn: Connection, *, after: tuple[int, str] = (-1, ""), limit: int = 100) -> list[PendingErasure]:
        """Those that end first come first."""
        return rows_of(
            conn,
            PendingErasure,
            "SELECT person, until, entry FROM pending_erasure WHERE (until, person) > (?, ?)"
            " ORDER BY until, person LIMIT ?",
            (*after, limit),
        )

    @act(
        title=Text("更换个人信息主密钥；条目与信息不变", "Change the vault's master key; entries and values stay"),
        scope="officer",
        command="key rotate-master",
    )
    def rotate_master(self, work: Work, *, to: NewMaster = "", reason: Reason, actor: str = "officer") -> int:
        """Every data key is wrapped anew; the entry's index. Raises InvalidInput, StoreError, Conflict."""
        given_reason(reason)
        before, after, count = self.core.vault.keys.rotate(work.conn, master_at(to) if to else None)
        meta.write(work.conn, _UNSETTLED, b"1")
        return work.append(MasterKeyRotated(after=after, before=before, keys=count, reason=reason), actor=actor)

    def erase_due(self) -> bool:
        """Carry out one postponed erasure whose time has come, or postpone it anew; whether there was one."""
        now = self.core.clock()
        with self.core.reading() as conn:
            due = [one for one in self.pending(conn, limit=1) if one.until <= now]
        if not due:
            return False

        def job(work: Work) -> None:
            asked = self.core.ledger.entry(work.conn, due[0].entry)
            reason = asked.event(PersonErasurePostponed).reason
            try:
                self.erase(work, due[0].person, reason=reason, actor=asked.actor)
            except NotFound:  # the values went with another person's
                work.append(PersonErased(person=due[0].person, reason=reason, values=0), actor=asked.actor)

        self.core.run(job)
        return True

    def settle(self) -> bool:
        """Let the database's files go of what was erased; whether there was anything to do."""
        with self.core.reading() as conn:
            if meta.read(conn, _UNSETTLED) is None:
                return False
        if self.core.store.settle_deletions(_TOUCHED):
            self.core.run(lambda work: meta.remove(work.conn, _UNSETTLED))
            self.core.store.settle_deletions(())
            return True
        return False

    def _found(self, conn: Connection, ref: str) -> tuple[str, tuple[str, ...]]:
        """The person by its first name in the vault, and all its names there. Raises InvalidInput, NotFound."""
        role, _, name = ref.partition(":")
        person, vault = ref, self.core.vault
        if role == "buyer":
            consumer = vault.consumer_of(conn, name)
            role, person = "consumer", f"consumer:{consumer}" if consumer else ""
        elif role == "complaint":
            filed = self.core.ledger.latest(conn, ComplaintReceived.KIND, ("complaint", name))
            consumer = "" if filed is None else filed.subjects.get("consumer", "")
            person = f"consumer:{consumer}" if consumer else f"complainant:{name}"
        elif role not in _ROLES or not name:
            raise InvalidInput(
                Text(f"不认识的人：{ref}", f"not a person: {ref}"),
                hint=Text("写作 merchant:ID、buyer:ID、complaint:ID", "write merchant:ID, buyer:ID or complaint:ID"),
                field="ref",
            )
        persons = [person]
        if person.startswith("complainant:"):
            persons.append(f"complaint:{person.removeprefix('complainant:')}")
        if person.startswith("consumer:"):
            about = ("consumer", person.removeprefix("consumer:"))
            filed_by = self.core.ledger.entries(conn, kind=ComplaintReceived.KIND, subject=about, limit=100_000)
            persons += [f"complaint:{one.subjects['complaint']}" for one in filed_by]
        held = vault.keys.wrapped(conn, persons)
        if not person or not held:
            raise NotFound(
                Text(f"没有 {ref} 的个人信息，或已删除", f"there are no values of {ref}, or they have been erased")
            )
        return person, tuple(persons)

    def _entries(self, conn: Connection, persons: Sequence[str]) -> Iterator[Stored]:
        """All entries about a person, in no particular order."""
        for person in persons:
            role, _, name = person.partition(":")
            start = 0
            about = ("complaint" if role == "complainant" else role, name)
            while batch := self.core.ledger.entries(conn, start, 1_000, subject=about):
                yield from batch
                start = batch[-1].index + 1

    def _holds(self, conn: Connection, persons: Sequence[str], entries: Sequence[Stored], now: int) -> list[Hold]:
        consumers = [one.removeprefix("consumer:") for one in persons if one.startswith("consumer:")]
        merchants = [("merchant", one.removeprefix("merchant:")) for one in persons if one.startswith("merchant:")]
        bought = {one.subjects.get("order", "") for one in entries} if consumers else set()
        return holds(self.core, conn, consumers, [*merchants, *(("order", one) for one in sorted(bought - {""}))], now)

    def _carry_out(
        self, work: Work, person: str, persons: tuple[str, ...], entries: Sequence[Stored], reason: str, actor: str
    ) -> int:
        conn, vault = work.conn, self.core.vault
        overwrite_what_is_deleted(conn)
        values = vault.values_of(conn, persons)
        files = self._files(conn, entries, values.keys())
        subjects = [("complaint" if role == "complainant" else role, name) for role, name in _split(persons)]
        for eraser in self.core.erasers:
            eraser(work, ErasedPerson(persons, tuple(subjects)))
        answers = idempotency.erase(conn, vault.cipher, values.values())
        vault.erase(conn, [one for one in persons if one not in STORE_KEYS])
        if files:
            self._delete(files)
        meta.write(conn, _UNSETTLED, b"1")
        erased = PersonErased(answers=answers, files=len(files), person=person, reason=reason, values=len(values))
        return work.append(erased, actor=actor)

    def _files(self, conn: Connection, entries: Iterable[Stored], own: Iterable[str]) -> list[str]:
        """SHA-256 of what this person attached and nobody else did, by the entries that hold their commitments."""
        mine, indexes = {one.encode() for one in own}, set()
        found: set[str] = set()
        for one in entries:
            data = bytes(one.data)
            if b'"attachments"' in data and mine & set(_COMMITMENT.findall(data)):
                indexes.add(one.index)
                found |= {file.sha256 for file in msgspec.json.decode(data, type=_EntryWithFiles).body.attachments}
        if not found:
            return []
        for other in self.core.entries(conn):
            if other.index in indexes or b'"attachments"' not in other.data:
                continue
            same = {one for one in found if one.encode() in other.data}
            if same and self._stands(conn, bytes(other.data)):
                found -= same
        return sorted(found)

    def _stands(self, conn: Connection, data: bytes) -> bool:
        """Whether who made an entry has not been erased; who left no personal value cannot be."""
        commitments = [one.decode() for one in _COMMITMENT.findall(data)]
        return not commitments or bool(self.core.vault.standing(conn, commitments))

    def _delete(self, files: Sequence[str]) -> None:
        if self.delete_files is None:
            raise Conflict(
                Text(f"有 {len(files)} 个附件待删，而对象存储未接通", f"{len(files)} attachments are out of reach"),
                hint=Text("从 HTTP 或命令行删除，或设 persons.delete_files", "erase over HTTP or the command line"),
            )
        self.delete_files(files)


def _split(persons: Iterable[str]) -> Iterator[tuple[str, str]]:
    for person in persons:
        role, _, name = person.partition(":")
        yield role, name


def _project_postponed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``person.erasure_postponed`` → ``pending_erasure``."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(PersonErasurePostponed)
        rows.append((event.person, event.until, index))
    upsert_many(conn, tables.pending_erasure, ("person", "until", "entry"), rows)


def _project_erased(conn: Connection, placed: Sequence[Placed]) -> None:
    """``person.erased`` → ``pending_erasure``."""
    for _, sealed in placed:
        sql(conn, "DELETE FROM pending_erasure WHERE person = ?", (sealed.subjects["person"],))
