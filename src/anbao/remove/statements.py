"""Notices to merchants and the public: letters in both languages, out of the pack's templates."""

import msgspec

from anbao.engine.core import Core
from anbao.engine.readmodels import merchants
from anbao.law.templates import Letter
from anbao.model.base import legal_time
from anbao.remove.records import Measure
from anbao.remove.rules import MeasureKind
from anbao.store import Connection
from anbao.text import Text

_NOTHING = Text("", "")
NO_END = Text("至解除为止", "until it is lifted")


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """The reasons of a measure, as stated to the merchant."""

    appeal_days: int
    evidence: tuple[int, ...]
    facts: str
    listing: str
    merchant: str
    number: str
    provisions: tuple[str, ...]
    until: int


def statement_letter(core: Core, conn: Connection, kind: MeasureKind, one: Statement) -> Letter:
    """What, why, how long, and how to appeal. Raises InvalidInput where the pack lacks the template."""
    slots = {
        "appeal_days": one.appeal_days,
        "facts": one.facts,
        "listing": one.listing,
        "means": kind.means,
        "measure": kind.title,
        "number": one.number,
        "period": period(one.until),
        "provisions": core.pack.cite(one.provisions),
        "evidence": entries(one.evidence),
        "shop": shop_name(conn, one.merchant),
    }
    return core.templates.letter("measure.statement", slots)


def outcome_letter(
    core: Core,
    conn: Connection,
    kind: MeasureKind,
    one: Measure,
    template: str,
    reason: str,
    outcome: Text = _NOTHING,
) -> Letter:
    """That a measure is over, or how an appeal against it ended."""
    slots = {
        "listing": one.listing,
        "measure": kind.title,
        "number": one.id,
        "outcome": outcome,
        "reason": reason,
        "shop": shop_name(conn, one.merchant),
    }
    return core.templates.letter(template, slots)


def entries(indexes: tuple[int, ...]) -> Text:
    """Entries of the ledger by index."""
    numbers = sorted(set(indexes))
    return Text(
        "存证条目第 " + "、".join(map(str, numbers)) + " 号",
        "entries " + ", ".join(map(str, numbers)) + " of the ledger",
    )


def period(until: int) -> Text:
    """How long something lasts."""
    if not until:
        return NO_END
    day = f"{legal_time(until):%Y-%m-%d %H:%M}"
    return Text(f"至 {day}（北京时间）", f"until {day} (UTC+8)")


def shop_name(conn: Connection, merchant: str) -> str:
    """What the shop is called; its id where the platform never gave a name."""
    return merchants.shop_name(conn, merchant) or merchant
