"""Why something was decided, for people: the reasons, and what was seen under which provision, in words.

Codes stay in entries and answers, since programs compare them; every interface shows these words beside the codes.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from anbao.detect.contact.sighting import DETECTOR as CONTACT
from anbao.law.catalogue import Catalogue
from anbao.law.pack import Pack
from anbao.law.titles import load_titles
from anbao.ledger import Stored
from anbao.model.events.investigate import ListingMatchedHazard
from anbao.model.events.prevent import ListingScreenedEvent, MessageScreenedEvent, PictureScreenedEvent
from anbao.model.hazard import Ground
from anbao.model.listing import Finding, ListingScreened, Unjudged
from anbao.model.merchant import CredentialCheck
from anbao.model.picture import PictureFinding
from anbao.prevent.listings.guard import DETECTOR as GUARD
from anbao.prevent.listings.relisting import DETECTOR as RELISTED
from anbao.prevent.listings.screening import FORBIDDEN
from anbao.prevent.listings.standing import DETECTOR as STANDING
from anbao.prevent.merchants.admission import IDENTITY
from anbao.prevent.merchants.decision import FINAL, decision_of
from anbao.prevent.words import (
    ADMISSION_REASONS,
    APPLICATION_FIELDS,
    CHANNELS,
    GROUNDS,
    MODEL_SAYS,
    PROBLEMS,
    UNJUDGED,
    unchecked,
)
from anbao.rules.learning import DETECTOR as MODEL
from anbao.rules.policy import load_reasons
from anbao.text import Text

_CREDENTIAL = "credential"
_SHOWN_PROVISIONS = 2

CATEGORY = "category"

_SORTS = {
    _CREDENTIAL: Text("资质", "credential"),
    GUARD: Text("已确认的危险", "confirmed danger"),
    MODEL: Text("分类模型", "classifier"),
}
"""Detectors that name their categories themselves."""


class Explainer:
    """Reads its words out of the pack in folder ``where``. Raises PackError."""

    def __init__(self, pack: Pack, catalogue: Catalogue, where: Path) -> None:
        self._pack = pack
        self._catalogue = catalogue
        self._titles = load_titles(where)
        self._standings = {
            f"{detector}.{kind.id}": kind.title
            for detector, kinds in ((STANDING, catalogue.standings), (RELISTED, catalogue.listing_standings))
            for kind in kinds.values()
        }
        self._contexts = {rule.id: rule.title for rule in catalogue.contexts}
        self._reasons = {**self._standings, **load_reasons(where / "policy" / "reasons.yaml")}
        self.basis = lru_cache(maxsize=1_024)(self._stated)
        """What ``_stated`` gives: the same few provisions stand behind most findings."""

    def why(self, reasons: Iterable[str], findings: Iterable[Finding | PictureFinding]) -> tuple[Text, ...]:
        """Each reason of a decision, then each finding."""
        return (*map(self.reason, reasons), *map(self.finding, findings))

    def listing(self, decision: ListingScreened) -> tuple[Text, ...]:
        """Each reason of a decision, what was not looked at, then each finding."""
        return (
            *map(self.reason, decision.reasons),
            *map(self.unjudged, decision.unjudged),
            *map(self.finding, decision.findings),
        )

    def unjudged(self, one: Unjudged) -> Text:
        """What was not looked at, and why."""
        why = UNJUDGED[one.reason]
        zh, en = (f" {one.value}", f" {one.value}") if one.value else ("", "")
        return Text(f"未审核：{one.field}{zh}，{why.zh}", f"not looked at: {one.field}{en}, {why.en}")

    def entry(self, stored: Stored) -> tuple[Text, ...]:
        """Why an entry that decides on something decided so; nothing for entries that decide nothing."""
        kind = stored.kind
        if kind == ListingScreenedEvent.KIND:
            return self.listing(stored.event(ListingScreenedEvent).screened)
        if kind == MessageScreenedEvent.KIND:
            return self.why((), stored.event(MessageScreenedEvent).screened.findings)
        if kind == PictureScreenedEvent.KIND:
            looked = stored.event(PictureScreenedEvent).screened
            return self.why(looked.reasons, looked.findings)
        if kind in FINAL:
            decided = decision_of(stored)
            wrong = map(self.check, _demanded(check for check in decided.checks if check.problem))
            return (*(named(ADMISSION_REASONS, code) for code in decided.reasons), *wrong)
        if kind == ListingMatchedHazard.KIND:
            return tuple(map(self.ground, stored.event(ListingMatchedHazard).record.reasons))
        return ()

    def reason(self, code: str) -> Text:
        """What a policy's reason means; a code of the platform's own policy stands as it is."""
        return named(self._reasons, code)

    def category(self, name: str) -> Text:
        """What a category of findings, or of goods, is called."""
        if name in self._titles:
            return self._titles[name]
        if name in self._catalogue.categories:
            return self._catalogue.categories[name].title
        if name in self._standings:
            return self._standings[name]
        sort, _, rest = name.partition(".")
        if sort in _SORTS:
            what, detail = _SORTS[sort], named({**PROBLEMS, **GROUNDS, **MODEL_SAYS}, rest)
            return Text(f"{what.zh}：{detail.zh}", f"{what.en}: {detail.en}")
        return Text(name, name)

    def finding(self, one: Finding | PictureFinding) -> Text:
        """What was seen, as what, how it was written, and under which provisions.

        “冰/毒” → 冰毒（间隔）：毒品，《电子商务法》第十三条. Where a context rule lowers it, that is said.
        """
        if one.detector == _CREDENTIAL:
            wrong = one.category.partition(".")[2]
            return self._credential(one.term, one.surface, wrong, self._basis(one))
        if one.category == FORBIDDEN:
            return self._banned(one.term, "void", self._basis(one))
        if one.detector == GUARD:
            ground = one.category.partition(".")[2]
            return self._hazard(one.term, self.ground(Ground(kind=ground, surface=one.surface)))
        if one.detector in (STANDING, RELISTED):
            what = self.category(one.category)
            zh, en = ("（危险 ", " (hazard ") if one.category == f"{RELISTED}.hazard" else ("（措施 ", " (measure ")
            zh, en = (f"{zh}{one.surface}）", f"{en}{one.surface})") if one.surface else ("", "")
            return _under(Text(f"{what.zh}{zh}", f"{what.en}{en}"), self._basis(one))
        seen = getattr(one, "seen", "") or one.surface or getattr(one, "text", "")
        term = "" if one.term == seen or one.detector in (CONTACT, MODEL) else one.term
        shown = " → ".join(filter(None, (f"“{seen}”" if seen else "", term)))
        how = CHANNELS[one.channel].name if one.channel in CHANNELS else Text("", "")
        zh, en = (f"（{how.zh}）", f" ({how.en})") if how.zh else ("", "")
        what = self.category(one.category)
        if shown:
            stated = Text(f"{shown}{zh}：{what.zh}", f"{shown}{en}: {what.en}")
        else:
            stated = Text(f"{what.zh}{zh}", f"{what.en}{en}")
        if one.context:
            stated = self._lowered(stated, one)
        return _under(stated, self._basis(one))

    def _lowered(self, stated: Text, one: Finding | PictureFinding) -> Text:
        """A finding with the context rule that lowers its severity."""
        rule = named(self._contexts, one.context)
        return Text(
            f"{stated.zh}（{rule.zh}，由 {one.lowered_from} 级降为 {one.severity} 级）",
            f"{stated.en} (severity {one.severity} instead of {one.lowered_from}: {rule.en})",
        )

    def check(self, one: CredentialCheck) -> Text:
        """What is wrong with a credential, who demands it, and under which provisions."""
        if one.kind == CATEGORY:
            return self._banned(one.number, one.problem, self._basis(one))
        return self._credential(one.kind, one.number, one.problem, self._basis(one))

    def credential(self, kind: str) -> Text:
        """What a kind of credential, or a field of an application, is called."""
        form = self._catalogue.formats.get(kind)
        return form.name if form is not None else named(APPLICATION_FIELDS, kind)

    def demand(self, required_by: str) -> Text:
        """Who asks for a credential: everyone's identity, or a category of goods; empty where nobody does."""
        return Text("主体身份", "identity") if required_by == IDENTITY else self.category(required_by)

    def ground(self, one: Ground) -> Text:
        """Why something is taken for a known danger."""
        name, seen = named(GROUNDS, one.kind), one.surface or one.value
        zh, en = f"{name.zh} {seen}".rstrip(), f"{name.en} {seen}".rstrip()
        if one.kind == "title" and seen.isdigit():
            zh, en = (f"{word} {int(seen) / 10:.0f}%" for word in (name.zh, name.en))
        elif one.kind == "picture" and seen.isdigit():
            zh, en = f"{name.zh}（相差 {seen} 位）", f"{name.en} ({seen} bits apart)"
        return Text(zh, en) if one.agrees else Text(f"不符：{zh}", f"not so: {en}")

    def _stated(self, provisions: tuple[str, ...], source: str) -> Text:
        """The provisions by name, and the instrument that could not be read; empty where there is neither."""
        cited = self._pack.cite(provisions)
        stated = [cited] * bool(provisions) + [unchecked(source)] * bool(source)
        return Text("，".join(one.zh for one in stated), "; ".join(one.en for one in stated))

    def _basis(self, one: Finding | PictureFinding | CredentialCheck) -> Text:
        return self.basis(one.provisions[:_SHOWN_PROVISIONS], getattr(one, "source", ""))

    def _credential(self, kind: str, number: str, problem: str, basis: Text) -> Text:
        name, wrong = self.credential(kind), named(PROBLEMS, problem)
        zh, en = f"{name.zh} {number}".rstrip(), f"{name.en} {number}".rstrip()
        return _under(Text(f"{zh}：{wrong.zh}", f"{en}: {wrong.en}"), basis)

    def _banned(self, category: str, problem: str, basis: Text) -> Text:
        """A category that may not be sold online, with the rule that says so and whether that was checked."""
        what, wrong = self.category(category), named(PROBLEMS, problem)
        return _under(Text(f"{what.zh}：{wrong.zh}", f"{what.en}: {wrong.en}"), basis)

    def _hazard(self, hazard: str, ground: Text) -> Text:
        return Text(f"已确认的危险 {hazard}：{ground.zh}", f"the confirmed danger {hazard}: {ground.en}")


def _under(what: Text, basis: Text) -> Text:
    return Text(f"{what.zh}，{basis.zh}", f"{what.en}; {basis.en}") if basis.zh else what


def _demanded(checks: Iterable[CredentialCheck]) -> list[CredentialCheck]:
    """What is asked for by a provision first; the same credential is named once."""
    ordered = sorted(checks, key=lambda one: not one.provisions)
    return list({(one.kind, one.number): one for one in reversed(ordered)}.values())[::-1]


def named(titles: Mapping[str, Text], code: str) -> Text:
    """The word for a code; the code itself where there is none."""
    return titles.get(code) or Text(code, code)
