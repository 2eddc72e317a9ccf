"""What merchants follow of other rooms' entries: cases that a person decided, closures as a measure, and their end."""

from typing import Any

from anbao import cases
from anbao.errors import AnbaoError
from anbao.ledger import Stored
from anbao.prevent.merchants import acts
from anbao.prevent.merchants.decision import Desk, Matter, record
from anbao.prevent.merchants.file import opened, status_of
from anbao.prevent.merchants.settle import settle
from anbao.work import Work

CASE = "merchant_held"
CLOSURE = "closure"
REOPENED = "merchant.reopened"
SEVERITY = 3

_FOR_A_PERSON = frozenset({"mismatch", "revoked"})


def put_before_a_person(work: Work, stored: Stored) -> None:
    """``merchant.held`` → a case, where a person and not the merchant has to act."""
    entry = stored.entry()
    reasons = list(entry.body.get("reasons", ()))
    reasons += [
        f"{check['kind']}:{check['problem']}"
        for check in entry.body.get("checks", ())
        if check.get("problem") in _FOR_A_PERSON
    ]
    if reasons:
        cases.open(work, kind=CASE, subjects=entry.subjects, severity=SEVERITY, about=stored.index, reasons=reasons)


def follow_case(desk: Desk, work: Work, stored: Stored) -> None:
    """``case.decided`` on a held merchant → the decision; a new case where it cannot be carried out, and why."""
    entry = stored.entry()
    body: dict[str, Any] = entry.body
    if body["case_kind"] != CASE or body["outcome"] == "held":
        return
    merchant, reason = entry.subjects["merchant"], body.get("reason") or body["outcome"]
    try:
        acts.review(
            desk, work, merchant, verify=body["outcome"] == "verified", reason=reason, actor=entry.actor, at=work.now
        )
    except AnbaoError as error:
        if status_of(work.conn, merchant) == "held":
            cases.open(
                work,
                kind=CASE,
                subjects={"merchant": merchant},
                severity=SEVERITY,
                about=stored.index,
                reasons=[error.what.zh],
            )


def follow_measure(desk: Desk, work: Work, stored: Stored) -> None:
    """A closure taken as a measure closes the merchant for cause; lifted, the merchant is decided on anew."""
    entry = stored.entry()
    merchant = entry.subjects.get("merchant", "")
    if entry.body.get("measure") != CLOSURE or "listing" in entry.subjects:
        return
    status = status_of(work.conn, merchant)
    if entry.kind == "measure.taken":
        if status not in ("", "closed"):
            reason = entry.body.get("facts") or CLOSURE
            acts.close(desk, work, merchant, reason=reason, for_cause=True, actor=entry.actor, at=entry.at)
    elif status == "closed":
        index = record(work, REOPENED, merchant, work.now, {"cause": stored.index})
        file = opened(work.conn, desk.vault, merchant)
        settle(desk, work, file, Matter(occasion="reverify", entry=index, at=work.now))
