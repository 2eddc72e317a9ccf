"""Questions to outside registries: posed with an application, asked in the background, answered before a verdict.

Invariants
- A registry is asked outside of any transaction; its answer, the entry of it and what follows from it are one.
- While it does not answer the question waits and is asked again, ever more rarely; the merchant is not waved through.
- A question is claimed before it is asked, so that several processes do not ask it at once.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from anbao.detect.credentials import fold_number
from anbao.engine.work import Work
from anbao.model.events.merchants import Occasion, RegistryAnswered
from anbao.model.merchant import CredentialCheck, Merchant
from anbao.model.registry import RegistryAnswer, RegistryQuestion, RegistryState
from anbao.prevent.merchants.admission import Answers
from anbao.prevent.merchants.decision import MerchantContext, MerchantMatter
from anbao.prevent.merchants.file import opened, row_of
from anbao.store import Connection, tables
from anbao.store.bulk import columns_of, insert_many, rows_of, sql

WAITING = "waiting"

AT_ONCE = 16
"""Questions that one step claims."""

CLAIMED_MILLIS = 120_000
FIRST_WAIT_MILLIS = 30_000
LONGEST_WAIT_MILLIS = 3_600_000


class Pending(msgspec.Struct, frozen=True):
    """One row of ``registry_question``; ``due_at`` in UTC milliseconds."""

    merchant: str
    kind: str
    number: str
    occasion: Occasion
    entry: int
    state: RegistryState | Literal["waiting"]
    attempts: int
    due_at: int
    problem: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.merchant, self.kind, self.number


_SELECT = f"SELECT {columns_of(Pending)} FROM registry_question"


def pose(
    context: MerchantContext,
    work: Work,
    merchant: Merchant,
    checks: Iterable[CredentialCheck],
    matter: MerchantMatter,
    answers: Answers,
) -> bool:
    """Leave the questions that these checks raise and ``answers`` do not settle; whether there are any."""
    registry = context.registry
    if registry is None:
        return False
    asked = {
        (check.kind, check.number): None for check in checks if not check.problem and check.kind in _asked(context)
    }
    open_ones = [key for key in asked if key not in answers and registry.answers(key[0])]
    if not answers:
        sql(work.conn, "DELETE FROM registry_question WHERE merchant = ?", (merchant.id,))
    rows = [
        (merchant.id, kind, number, matter.occasion, matter.entry, WAITING, 0, work.now, "")
        for kind, number in open_ones
    ]
    insert_many(
        work.conn,
        tables.registry_question,
        ("merchant", "kind", "number", "occasion", "entry", "state", "attempts", "due_at", "problem"),
        rows,
    )
    return bool(rows)


def pending(conn: Connection, merchant: str) -> list[Pending]:
    """The questions about a merchant, answered or not."""
    return rows_of(conn, Pending, f"{_SELECT} WHERE merchant = ? ORDER BY kind, number", (merchant,))


def answers_to(questions: Iterable[Pending]) -> dict[tuple[str, str], RegistryState]:
    """What was answered so far."""
    return {(one.kind, one.number): one.state for one in questions if one.state != "waiting"}


def due(conn: Connection, now: int) -> list[Pending]:
    """Questions that may be asked now, the longest waiting first."""
    return rows_of(
        conn,
        Pending,
        f"{_SELECT} WHERE state = ? AND due_at <= ? ORDER BY due_at, merchant, kind, number LIMIT ?",
        (WAITING, now, AT_ONCE),
    )


def claim(work: Work) -> list[Pending]:
    """The due questions, reserved for this process for a while."""
    found = due(work.conn, work.now)
    for one in found:
        _postpone(work, one, work.now + CLAIMED_MILLIS, one.attempts, one.problem)
    return found


def put_off(work: Work, questions: Iterable[Pending], problem: str) -> None:
    """The registry gave no answer: ask again, later each time."""
    for one in questions:
        wait = min(FIRST_WAIT_MILLIS << min(one.attempts, 16), LONGEST_WAIT_MILLIS)
        _postpone(work, one, work.now + wait, one.attempts + 1, problem)


def hasten(work: Work) -> int:
    """Make all waiting questions due now; how many."""
    return sql(work.conn, "UPDATE registry_question SET due_at = ? WHERE state = ?", (work.now, WAITING)).rowcount


def worded(context: MerchantContext, conn: Connection, one: Pending) -> RegistryQuestion:
    """The question as the registry is asked it, with the personal values that it needs. Raises NotFound."""
    merchant = opened(conn, context.vault, one.merchant)
    number = one.number or fold_number(merchant.resident_id or "")
    return RegistryQuestion(holder=merchant.legal_name, kind=one.kind, number=number)


def note_answer(work: Work, one: Pending, answer: RegistryAnswer) -> bool:
    """Record an answer; False where the question was withdrawn or answered meanwhile.

    A number in force with a last day before the stated one is a mismatch: the date on the licence was altered.
    """
    if answer.state == "valid" and _outstated(work.conn, one, answer.valid_until):
        answer = msgspec.structs.replace(answer, state="mismatch")
    changed = sql(
        work.conn,
        "UPDATE registry_question SET state = ?, problem = '' WHERE merchant = ? AND kind = ? AND number = ?"
        " AND entry = ? AND state = ?",
        (answer.state, *one.key, one.entry, WAITING),
    ).rowcount
    if not changed:
        return False
    answered = RegistryAnswered(
        attempts=one.attempts + 1,
        kind=one.kind,
        latency=answer.latency,
        merchant=one.merchant,
        number=one.number,
        occasion=one.occasion,
        registry=answer.registry,
        state=answer.state,
        tries=answer.tries,
        valid_until=answer.valid_until,
    )
    work.append(answered, actor=f"registry:{answer.registry}")
    return True


def _outstated(conn: Connection, one: Pending, last_day: str) -> bool:
    stated = (
        licence.valid_until
        for licence in row_of(conn, one.merchant).licences
        if (licence.kind, fold_number(licence.number)) == (one.kind, one.number)
    )
    return bool(last_day) and any(day > last_day for day in stated)


def _postpone(work: Work, one: Pending, due_at: int, attempts: int, problem: str) -> None:
    sql(
        work.conn,
        "UPDATE registry_question SET due_at = ?, attempts = ?, problem = ? WHERE merchant = ? AND kind = ?"
        " AND number = ? AND entry = ? AND state = ?",
        (due_at, attempts, problem, *one.key, one.entry, WAITING),
    )


def _asked(context: MerchantContext) -> frozenset[str]:
    """Kinds of number that may be asked: those that the pack knows a form of."""
    return frozenset(context.catalogue.formats)
