"""What another version of the rules would decide on the listings of the past."""

from anbao.model.base import Noun
from anbao.model.listing import Outcome


class Transition(Noun, frozen=True, kw_only=True):
    """How many listings would go from one outcome to another."""

    after: Outcome
    before: Outcome
    count: int


class TermChange(Noun, frozen=True, kw_only=True):
    """In how many listings a term would newly be found, or be found no longer."""

    appears: int = 0
    term: str
    vanishes: int = 0


class Example(Noun, frozen=True, kw_only=True):
    """One listing whose outcome would change: the entry that holds it, and the terms in which the findings differ."""

    after: Outcome
    before: Outcome
    entry: int
    listing: str
    terms: tuple[str, ...] = ()


class Backtest(Noun, frozen=True, kw_only=True):
    """What would differ. ``share``: changed outcomes per mille of the listings examined, rounded up.

    ``base`` and ``candidate`` are the versions compared: lexicon, policy and, where one is in force, model.
    """

    base: str
    candidate: str
    changed: int
    examined: int
    examples: tuple[Example, ...] = ()
    share: int
    since: int | None = None
    terms: tuple[TermChange, ...] = ()
    terms_added: int = 0
    terms_removed: int = 0
    transitions: tuple[Transition, ...] = ()
    until: int | None = None
