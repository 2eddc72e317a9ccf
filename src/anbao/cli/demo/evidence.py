"""What a chapter left behind: entries of the ledger by kind, and the obligations that they opened."""

from anbao.cli.common import t
from anbao.cli.demo.printer import DemoPrinter, said
from anbao.cli.operate.obligations import norm_words
from anbao.engine.obligations import read
from anbao.ledger import search
from anbao.platform import Platform

NORMS_SHOWN = 4


def print_evidence(printer: DemoPrinter, platform: Platform, *families: str) -> None:
    """``families``: the first word of entry kinds, such as ``merchant``."""
    with platform.reading() as conn:
        entries = search.counted(conn, families)
        owed = read.counted_by_norm(conn, families)
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
