"""Finds terms in text, plain or disguised. Pure: no database, no clock, the same input gives the same hits."""

from typing import TYPE_CHECKING, Any

from anbao.detect.text.hits import Hit, finding
from anbao.detect.text.lexicon import BadLexicon, Lexicon, LexiconRowError, SymbolNote, Term

if TYPE_CHECKING:
    from anbao.detect.likeness.fold import fold
    from anbao.detect.text.matcher import Matcher

__all__ = ["BadLexicon", "Hit", "Lexicon", "LexiconRowError", "Matcher", "SymbolNote", "Term", "finding", "fold"]


def __getattr__(name: str) -> Any:
    # These load numpy and the tables: what opens a store and screens nothing does without them.
    if name == "Matcher":
        from anbao.detect.text.matcher import Matcher

        return Matcher
    if name == "fold":
        from anbao.detect.likeness.fold import fold

        return fold
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
