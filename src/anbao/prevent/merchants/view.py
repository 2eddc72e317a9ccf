"""A merchant as an officer sees it: the file without personal values, the last checks, open questions, history."""

import msgspec

from anbao.ledger import Ledger, Stored, search
from anbao.model.base import Millis
from anbao.model.merchant import CredentialCheck
from anbao.prevent.merchants import questions
from anbao.prevent.merchants.decision import OUTCOMES, decision_of
from anbao.prevent.merchants.file import MerchantRow, row_of
from anbao.store import Connection

MOST_EVENTS = 200


class MerchantHappening(msgspec.Struct, frozen=True, kw_only=True):
    """One entry about the merchant or its licences; ``facts`` are the top-level scalars of its body."""

    entry: int
    kind: str
    at: Millis
    actor: str
    facts: dict[str, str | int | bool]


class QuestionView(msgspec.Struct, frozen=True, kw_only=True):
    """A question to a registry; ``number`` is empty where it is personal, ``next_at`` when it is asked again."""

    kind: str
    number: str
    state: str
    attempts: int
    next_at: Millis
    problem: str


class MerchantView(msgspec.Struct, frozen=True, kw_only=True):
    """``history`` has the newest first."""

    file: MerchantRow
    checks: tuple[CredentialCheck, ...]
    reasons: tuple[str, ...]
    questions: tuple[QuestionView, ...]
    history: tuple[MerchantHappening, ...]


def view(conn: Connection, ledger: Ledger, merchant: str) -> MerchantView:
    """Raises NotFound."""
    row = row_of(conn, merchant)
    stored = ledger.entry(conn, row.entry)
    decided = decision_of(stored) if stored.kind in OUTCOMES else None
    return MerchantView(
        file=row,
        checks=decided.checks if decided else (),
        reasons=decided.reasons if decided else (),
        questions=tuple(
            QuestionView(
                kind=one.kind,
                number=one.number,
                state=one.state,
                attempts=one.attempts,
                next_at=one.due_at,
                problem=one.problem,
            )
            for one in questions.pending(conn, merchant)
        ),
        history=tuple(_history(conn, merchant)),
    )


def _history(conn: Connection, merchant: str) -> list[MerchantHappening]:
    history = search.of_families(conn, ("merchant", "licence"), ("merchant", merchant), MOST_EVENTS)
    return [_event(one) for one in history]


def _event(stored: Stored) -> MerchantHappening:
    """Reads entries of every kind: what is shown of them are their top-level scalars."""
    entry = stored.entry()
    facts = {
        name: value
        for name, value in entry.body.items()
        if isinstance(value, str | int) and not str(value).startswith("commit:") and name not in ("catalogue", "id")
    }
    return MerchantHappening(entry=stored.index, kind=entry.kind, at=entry.at, actor=entry.actor, facts=facts)
