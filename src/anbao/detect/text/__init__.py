"""Finds terms in text, plain or disguised. Pure: no database, no clock, the same input gives the same hits."""

from anbao.detect.likeness.fold import fold
from anbao.detect.text.lexicon import BadLexicon, Lexicon, LexiconRowError, SymbolNote, Term
from anbao.detect.text.matcher import Hit, Matcher, finding

__all__ = ["BadLexicon", "Hit", "Lexicon", "LexiconRowError", "Matcher", "SymbolNote", "Term", "finding", "fold"]
