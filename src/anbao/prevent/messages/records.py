"""Messages as entries: ``message.screened`` without the text, which lies in the vault, and what becomes of those that
were held (docs/decisions/0019).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from anbao import cases
from anbao.detect.contact import GUESSED, FraudKind, Sighting, findings
from anbao.engine.work import Placed, Work
from anbao.ledger import Vault
from anbao.model.decision import DecisionInEffect
from anbao.model.entry import Receipt
from anbao.model.events.prevent import MessageDecided, MessageScreenedEvent
from anbao.model.listing import MAX_FINDINGS
from anbao.model.message import DECISIONS, Message, MessageDecision, MessageScreened, MessageVersions, Sender
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many
from anbao.text import Text
from anbao.version import VERSION

if TYPE_CHECKING:
    from anbao.detect.contact.matcher import ContactMatcher

CASE = "message_held"
_CASE_ROLES = frozenset({"message", "consumer", "listing", "merchant", "order"})


class ScreenedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one message: the decision, what to show the receiver, and the receipt of its entry."""

    message: str
    decision: MessageScreened
    warnings: tuple[Text, ...]
    receipt: Receipt


def screen(
    matcher: "ContactMatcher", texts: Sequence[tuple[Sender, str]], sealed: Sequence[str]
) -> list[MessageScreened]:
    """One decision per message, in order; ``sealed`` are the commitments to the texts. Pure."""
    book = matcher.book
    kinds = {kind.id: kind for kind in book.kinds}
    versions = MessageVersions(engine=VERSION, fraud=book.digest)
    decided = []
    for (sender, text), sightings, commitment in zip(
        texts, matcher.scan([text for _, text in texts]), sealed, strict=True
    ):
        found = sorted(findings(sightings, "text", book, private=True), key=lambda one: one.start)
        ruled = {
            one.kind: max(_handling(kinds[one.kind], sender, one), "pass", key=DECISIONS.index) for one in sightings
        }
        warned = [kinds[name] for name, handling in ruled.items() if handling != "pass"]
        warned.sort(key=lambda kind: (-kind.severity, kind.id))
        decided.append(
            MessageScreened(
                decision=max(ruled.values(), key=DECISIONS.index, default="pass"),
                findings=tuple(found[:MAX_FINDINGS]),
                findings_cut=max(0, len(found) - MAX_FINDINGS),
                length=len(text),
                sender=sender,
                severity=max((one.severity for one in found), default=0),
                text=commitment,
                versions=versions,
                warnings=tuple(kind.id for kind in warned),
            )
        )
    return decided


def record(
    work: Work, vault: Vault, matcher: "ContactMatcher", messages: Sequence[Message], actor: str, at: int
) -> list[ScreenedMessage]:
    """Screen messages together and record each; their texts go to the vault, under the consumer where one is named."""
    consumers = vault.consumers(work.conn, {message.buyer for message in messages if message.buyer})
    persons = [
        f"consumer:{consumers[message.buyer]}" if message.buyer else f"message:{message.id}" for message in messages
    ]
    sealed = vault.seal_values(
        work.conn, [(person, "message", message.text) for person, message in zip(persons, messages, strict=True)]
    )
    screened = screen(matcher, [(message.sender, message.text) for message in messages], sealed)
    events = [
        MessageScreenedEvent(
            consumer=consumers.get(message.buyer, ""),
            listing=message.listing,
            merchant=message.merchant,
            message=message.id,
            order=message.order,
            screened=one,
        )
        for message, one in zip(messages, screened, strict=True)
    ]
    kinds = {kind.id: kind for kind in matcher.book.kinds}
    receipts = work.append_receipts(events, actor=actor, at=at)
    answers = [
        ScreenedMessage(
            message=message.id,
            decision=one,
            warnings=tuple(kinds[name].warning for name in one.warnings),
            receipt=receipt,
        )
        for message, one, receipt in zip(messages, screened, receipts, strict=True)
    ]
    for answer, event in zip(answers, events, strict=True):
        if answer.decision.decision == "hold":
            hold(work, answer.receipt.entry, answer, event.subjects)
    return answers


def again(matcher: "ContactMatcher", old: MessageScreened, text: str) -> MessageScreened:
    """The decision on a recorded message, made anew from the vault's text."""
    [new] = screen(matcher, [(old.sender, text)], [old.text])
    return msgspec.structs.replace(new, versions=msgspec.structs.replace(new.versions, engine=old.versions.engine))


def hold(work: Work, entry: int, message: ScreenedMessage, subjects: Mapping[str, str]) -> None:
    """Let a person decide on a message that is held."""
    cases.open(
        work,
        kind=CASE,
        subjects={role: name for role, name in subjects.items() if role in _CASE_ROLES},
        severity=max(1, message.decision.severity),
        about=entry,
        reasons=message.decision.warnings,
        proposals=("stop",),
    )


def follow_case(work: Work, decision: DecisionInEffect) -> None:
    """A decision on a held message → ``message.decided``."""
    decided = MessageDecided(reason=decision.reason, ruling=decision.outcome, **decision.subjects)
    work.append(decided, actor=decision.actor, at=decision.at)


def project_messages(conn: Connection, placed: Sequence[Placed]) -> None:
    """``message.screened`` → ``message``; a later ``message.decided`` says what became of one that was held."""
    rows = []
    for index, sealed in placed:
        event = sealed.event(MessageScreenedEvent)
        rows.append((event.message, event.merchant, event.screened.decision, index))
    upsert_many(conn, tables.message, ("id", "merchant", "decision", "entry"), rows)


def project_rulings(conn: Connection, placed: Sequence[Placed]) -> None:
    """``message.decided`` → ``message``."""
    for index, sealed in placed:
        event = sealed.event(MessageDecided)
        sql(conn, "UPDATE message SET decision = ?, entry = ? WHERE id = ?", (event.ruling, index, event.message))


def _handling(kind: FraudKind, sender: Sender, sighting: Sighting) -> MessageDecision:
    handling = kind.said_by.merchant if sender == "merchant" else kind.said_by.consumer
    return "warn" if handling == "hold" and sighting.channel in GUESSED else handling
