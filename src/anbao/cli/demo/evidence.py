"""What a chapter left behind: entries of the ledger by kind, and the obligations that they opened."""

from anbao.cli.common import t
from anbao.cli.demo.printer import DemoPrinter, said
from anbao.cli.operate.obligations import norm_words
from anbao.platform import Platform
from anbao.store.bulk import sql

NORMS_SHOWN = 4


def print_evidence(printer: DemoPrinter, platform: Platform, *families: str) -> None:
    """``families``: the first word of entry kinds, such as ``merchant``."""
    chosen = " OR ".join("e.kind LIKE ?" for _ in families)
    given = tuple(f"{family}.%" for family in families)
    with platform.reading() as conn:
        entries = sql(
            conn,
            f"SELECT e.kind, count(*) FROM entry e WHERE {chosen} GROUP BY e.kind ORDER BY count(*) DESC, e.kind",
            given,
        ).all()
        owed = sql(
            conn,
            "SELECT o.norm, count(*), count(o.closed_as) FROM obligation o JOIN entry e ON e.idx = o.opened_by"
            f" WHERE {chosen} GROUP BY o.norm ORDER BY count(*) DESC, o.norm",
            given,
        ).all()
    printer.note(t("存证：", "entries: ") + " · ".join(f"{_title(platform, kind)} {count}" for kind, count in entries))
    shown = [
        f"{norm_words(platform, norm)[0]} {count}" + t(f"（已了结 {closed}）", f" ({closed} closed)")
        for norm, count, closed in owed[:NORMS_SHOWN]
    ]
    if len(owed) > NORMS_SHOWN:
        shown.append(t(f"另 {len(owed) - NORMS_SHOWN} 种", f"{len(owed) - NORMS_SHOWN} more"))
    if shown:
        printer.note(t("义务：", "obligations: ") + " · ".join(shown))


def _title(platform: Platform, kind: str) -> str:
    known = platform.pack.kinds.get(kind)
    return said(known.title) if known else kind
