"""What the report says beside the names of things, and how it shows shares and what cannot be seen."""

import unicodedata

from anbao.text import Text

NOT_ADVICE = Text(
    "命中是供人判断的线索，不是违法的结论；没有命中也不等于合法。本报告不是法律意见，不替代律师或主管机关的判断。",
    "A hit is a hint to be judged by a person, not a finding of law; nor does the absence of hits mean that a listing"
    " is lawful. This report is no legal advice and replaces neither a lawyer nor an authority.",
)

EMPTY = Text("没有命中。", "Nothing was found.")


def share(part: int, whole: int) -> str:
    """``part`` in per cent of ``whole``; what exists never shows as zero, and what is not all never as all."""
    if not part or not whole:
        return "0.00%"
    percent = 100 * part / whole
    if percent < 0.01:
        return "<0.01%"
    if part < whole and percent > 99.99:
        return ">99.99%"
    return f"{percent:.2f}%"


def visible(text: str) -> str:
    """``text`` on one line, with control characters as spaces and invisible ones as ◌: none can act on the reader."""
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "◌" if category in ("Cf", "Cs") else character
