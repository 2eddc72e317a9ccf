"""Applies the pack's context rules (``law.term_contexts``) to hits: how much less a term means where it stands.

Among the rules that hold the one that lowers most counts. All phrases are compared folded.
"""

import re
from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

from anbao.detect.likeness.fold import Page, fold_many
from anbao.detect.text.common import is_across_words, is_of_common_words
from anbao.detect.text.gaps import visible
from anbao.law.term_contexts import ContextRule
from anbao.model.listing import Channel

_FEW = 3
"""Latin letters that are too few to be a guess by themselves."""

_SHORT = 5
"""Characters of a term of which a likeness in part is little evidence."""

_LISTING = frozenset("和与及或")
_LISTING_MARKS = frozenset("、/／|:：")
"""What joins the members of a list: "不含：甲、乙和丙"."""


class HitPlace(NamedTuple):
    """Where a pattern stands in a page: folded characters from ``start`` to ``end``."""

    page: Page
    start: int
    end: int
    pattern: str


class ContextVerdict(NamedTuple):
    """The rule that lowers a hit the most, and whether it must be dropped where nothing else supports it."""

    rule: ContextRule | None
    needs_support: bool = False


NOTHING = ContextVerdict(None)


class _Folded(NamedTuple):
    """A rule with its phrases folded; ``beside`` finds any of ``around``, ``before`` and ``after``."""

    rule: ContextRule
    around: list[str]
    before: list[str]
    after: list[str]
    beside: re.Pattern[str] | None
    near: re.Pattern[str] | None
    also: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    reach: int


class _Rules(NamedTuple):
    """The rules for one kind of hit: those that need one of their phrases within ``reach``, and the others.

    ``phrases`` finds any of all these phrases, so that one look rules nearly all places out.
    """

    beside: list[_Folded]
    others: list[_Folded]
    phrases: re.Pattern[str] | None
    reach: int


Covers = Callable[[Page, int, int, list[str]], bool]
"""Whether one of the phrases stands around a place of a page."""


class Contexts:
    """The rules of a pack, made ready. ``patterns``: the folded terms; words that hold one are no common words."""

    def __init__(self, rules: Sequence[ContextRule], patterns: Container[str], covers: Covers) -> None:
        self._rules = [_folded(rule) for rule in rules]
        self._patterns = patterns
        self._covers = covers
        self._chosen: dict[tuple[str, str, Channel], _Rules] = {}

    def judge(self, place: HitPlace, fields: "list[Field]", kind: tuple[str, str, Channel]) -> ContextVerdict:
        """What the rules say of a hit of this kind (category, term, channel) at this place.

        ``fields``: empty at first, the same for all places of a page.
        """
        rules = self._chosen.get(kind)
        if rules is None:
            rules = self._chosen[kind] = _sorted_out([one for one in self._rules if one.rule.is_for(*kind)])
        page, start, end, _ = place
        asked = rules.others
        if rules.phrases and rules.phrases.search(page.text, max(0, start - rules.reach), end + rules.reach):
            asked = [*rules.beside, *rules.others]
        if not asked:
            return NOTHING
        field = _field(place, fields)
        holding = [one.rule for one in asked if self._holds(one, place, field)]
        if not holding:
            return NOTHING
        lowering = [rule for rule in holding if not rule.unsupported]
        return ContextVerdict(
            min(lowering, key=lambda rule: rule.lowers_to, default=None), len(lowering) < len(holding)
        )

    def _holds(self, one: _Folded, place: HitPlace, field: "Field") -> bool:
        """Whether a rule holds. What is looked for beside the place comes first, the whole field last."""
        rule = one.rule
        if (one.beside or one.near) and not self._is_beside(one, place, field):
            return False
        if rule.form and not self._has_form(rule, place):
            return False
        return field.states(place.page, rule.id, one.also, True) and not field.states(
            place.page, rule.id, one.unless, False
        )

    def _is_beside(self, one: _Folded, place: HitPlace, field: "Field") -> bool:
        page, start, end, _ = place
        text, within = page.text, one.rule.within
        low, high = max(field.start, start - one.reach), min(field.end, end + one.reach)
        if one.beside and one.beside.search(text, low, high):
            if one.around and self._covers(page, start, end, one.around):
                return True
            if any(_stands_before(place, phrase, within, field.start) for phrase in one.before):
                return True
            if any(_stands_after(place, phrase, within, field.end) for phrase in one.after):
                return True
        window = max(field.start, start - within), min(field.end, end + within)
        return bool(one.near and one.near.search(text, *window))

    def _has_form(self, rule: ContextRule, place: HitPlace) -> bool:
        page, start, end, pattern = place
        text = page.text
        if rule.form == "few_letters":
            found = text[start:end]
            return len(found) <= _FEW and found.isascii() and found.isalpha()
        if rule.form == "common_words":
            alike = len(pattern) == end - start <= _SHORT
            return alike and is_of_common_words(text, start, end, pattern, self._patterns)
        first, last = max(0, start - 1), min(len(text), end + 1) - 1
        return int(page.places[last] - page.places[first]) == last - first and is_across_words(
            text, start, end, self._patterns
        )


class Field:
    """One field of a page, from ``start`` to ``end`` of its folded text; what rules ask of all of it is asked once."""

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end
        self._answers: dict[tuple[str, bool], bool] = {}

    def states(self, page: Page, rule: str, phrases: re.Pattern[str] | None, default: bool) -> bool:
        """Whether one of a rule's phrases stands in the field; ``default`` where the rule has none.

        ``default`` also distinguishes what must stand there and what must not.
        """
        if phrases is None:
            return default
        key = rule, default
        if key not in self._answers:
            self._answers[key] = phrases.search(page.text, self.start, self.end) is not None
        return self._answers[key]


def _folded(rule: ContextRule) -> _Folded:
    def fold(phrases: Iterable[str]) -> list[str]:
        return [phrase for phrase in fold_many(list(phrases)) if phrase]

    around, before, after = fold(rule.around), fold(rule.before), fold(rule.after)
    beside = [*around, *before, *after]
    return _Folded(
        rule=rule,
        around=around,
        before=before,
        after=after,
        beside=_any_of(beside),
        near=_any_of(fold(rule.near)),
        also=_any_of(fold(rule.also)),
        unless=_any_of(fold(rule.unless)),
        reach=rule.within + max(map(len, beside), default=0),
    )


def _sorted_out(rules: list[_Folded]) -> _Rules:
    beside = [one for one in rules if one.beside or one.near]
    patterns = [pattern.pattern for one in beside for pattern in (one.beside, one.near) if pattern]
    return _Rules(
        beside,
        [one for one in rules if not (one.beside or one.near)],
        re.compile("|".join(patterns)) if patterns else None,
        max((max(one.reach, one.rule.within) for one in beside), default=0),
    )


def _any_of(phrases: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(re.escape, phrases))) if phrases else None


def _field(place: HitPlace, fields: list[Field]) -> Field:
    """The field of the place; ``fields``: those of the page that were asked for before, the latest last."""
    if not fields or not fields[-1].start <= place.start <= fields[-1].end:
        text = place.page.text
        end = text.find("\n", place.end)
        fields.append(Field(text.rfind("\n", 0, place.start) + 1, len(text) if end < 0 else end))
    return fields[-1]


def _stands_before(place: HitPlace, phrase: str, within: int, lowest: int) -> bool:
    page, start, _, _ = place
    found = page.text.rfind(phrase, max(lowest, start - within - len(phrase)), start)
    return found >= 0 and _joins(page, found + len(phrase), start, start, start - 1)


def _stands_after(place: HitPlace, phrase: str, within: int, highest: int) -> bool:
    page, _, end, _ = place
    found = page.text.find(phrase, end, min(highest, end + within + len(phrase)))
    return found >= 0 and _joins(page, end, found, end, end)


def _joins(page: Page, first: int, last: int, border: int, beside: int) -> bool:
    """Whether a phrase and a term are joined: side by side, or as members of a list without a mark of another kind.

    ``first`` to ``last``: what stands between; ``border``: the gap beside the term; ``beside``: the character there.
    """
    gaps = [_gap(page, place) for place in range(first, last + 1)]
    if any(set(gap) - _LISTING_MARKS for gap in gaps):
        return False
    if first == last:
        return True
    return bool(_gap(page, border)) or page.text[beside] in _LISTING


def _gap(page: Page, place: int) -> str:
    before, here = int(page.places[place - 1]) + 1, int(page.places[place])
    return visible(page.original[before:here]) if here > before else ""
