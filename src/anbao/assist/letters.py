"""Letters to who asked for help: the seller's name, the records, why not, what became of the money.

A letter may name the seller and belongs to who asked: its words are stored beside the ledger, whose entry
``dispute.told`` holds their commitments, so that it can be shown later what was written, and to whom. It leaves as an
effect; that it arrived is ``effect.delivered``.
"""

from typing import Any, Literal

from anbao.assist.records import ENGINE, Dispute, trade_of
from anbao.engine.core import Core
from anbao.engine.outbox import Effect, send
from anbao.engine.work import Work
from anbao.errors import NotFound
from anbao.law.templates import Letter
from anbao.model.base import legal_time
from anbao.model.events.assist import DisputeLetterSent
from anbao.store import Connection
from anbao.text import Text

TOPIC = "consumer.assistance"

Answer = Literal["identity", "unnamed", "records", "refused", "frozen", "not_frozen", "released", "compensation"]

_FIELD = "letter"


def write(core: Core, work: Work, dispute: Dispute, answer: Answer, **slots: Any) -> Letter:
    """Write to the asker, record it, and send it."""
    trade = trade_of(work.conn, dispute.order, dispute.consumer) if dispute.order else None
    given = {
        "number": dispute.id,
        "order": dispute.order or "—",
        "ordered": f"{legal_time(trade.at):%Y-%m-%d}" if trade else "—",
        "sender": core.parameters.sender(work.conn, work.now),
        "today": f"{legal_time(work.now):%Y-%m-%d}",
        **slots,
    }
    letter = core.templates.letter(f"assist.{answer}", given)
    sealed = _sealed(core, work, dispute, letter)
    template = core.templates.get(f"assist.{answer}")
    event = DisputeLetterSent(
        answer=answer,
        dispute=dispute.id,
        letter_en=sealed["letter_en"],
        letter_zh=sealed["letter_zh"],
        template=template.id,
        version=template.version,
        **dispute.parties,
    )
    entry = work.append(event, actor=ENGINE)
    subjects = {role: name for role, name in event.subjects.items() if role != "consumer"}
    body = {"answer": answer, "buyer": dispute.consumer, "order": dispute.order, **sealed}
    send(work, entry, Effect(topic=TOPIC, subjects=subjects, body=body, reveal=("buyer", *sealed)))
    return letter


def newest(core: Core, conn: Connection, dispute: str) -> Letter | None:
    """The last letter about a request; None where none was written or its words have been erased."""
    found = core.ledger.latest(conn, DisputeLetterSent.KIND, ("dispute", dispute))
    if found is None:
        return None
    sent = found.event(DisputeLetterSent)
    try:
        zh, en = (core.vault.reveal(conn, one)[1] for one in (sent.letter_zh, sent.letter_en))
    except NotFound:
        return None
    titles, texts = zip(*(one.split("\n", 1) for one in (zh, en)), strict=True)
    return Letter(title=Text(*titles), body=Text(*texts))


def _sealed(core: Core, work: Work, dispute: Dispute, letter: Letter) -> dict[str, str]:
    person = f"consumer:{dispute.consumer}"
    texts = {one: f"{letter.title.get(one)}\n{letter.body.get(one)}" for one in ("zh", "en")}
    commitments = core.vault.seal_values(work.conn, [(person, _FIELD, text) for text in texts.values()])
    return {f"{_FIELD}_{language}": one for language, one in zip(texts, commitments, strict=True)}
