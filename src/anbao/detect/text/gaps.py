"""Whether marks between the characters of a term disguise it, or merely stand between the words of a sentence.

- Characters that no one sees, and accents, never count.
- Odd marks (``*``, ``_``, ``-``, ``/``, emoji …) inside a term are a disguise.
- Spaces, brackets and dashes also divide words. They are a disguise where all characters are set apart; in a term of
  two characters where it begins or ends beside a mark or an end of the field; and they are no obstacle between two
  halves of at least two characters each. "对手 枪战" holds no 手枪.
- A comma or full stop ends a clause. It is a disguise only where the same one stands between each two characters, of
  which there are at least three.
"""

import unicodedata
from functools import cache
from typing import Literal

Kind = Literal["unseen", "odd", "divider", "clause"]

_CLAUSE = frozenset("，,。；;、：:！!？?…\n\r\v\f\x85\u2028\u2029")
_DIVIDERS = frozenset("\t—–―+＋&＆\"'")
_ENCLOSING = ("Ps", "Pe", "Pi", "Pf")


@cache
def kind_of(mark: str) -> Kind:
    """What a removed character means between two others."""
    if mark in _CLAUSE:
        return "clause"
    category = unicodedata.category(mark)
    if mark in _DIVIDERS or category.startswith("Z") or category in _ENCLOSING:
        return "divider"
    if category.startswith(("M", "C")) and category != "Co":
        return "unseen"
    return "odd"


def visible(gap: str) -> str:
    """The gap without what no one sees."""
    return "".join(mark for mark in gap if kind_of(mark) != "unseen") if gap else gap


def is_clause(gap: str) -> bool:
    """Whether a clause ends in the gap."""
    return any(kind_of(mark) == "clause" for mark in gap)


def is_disguise(gaps: list[str], *, stands_apart: bool) -> bool:
    """Whether these visible gaps, one between each two characters of a term, are a disguise.

    ``stands_apart``: the term begins or ends beside a mark or at an end of the field.
    """
    size = len(gaps) + 1
    apart = all(gaps)
    if any(map(is_clause, gaps)):
        return size > 2 and apart and len(set(gaps)) == 1
    if (apart and size > 2) or all(kind_of(mark) == "odd" for gap in gaps for mark in gap):
        return True
    if size == 2:
        return stands_apart
    return all(not gap or 2 <= place <= size - 2 for place, gap in enumerate(gaps, 1))
