"""Rules learn: what reviewers decide suggests terms; a change is tried on past listings, a heavy one needs two."""

from anbao.cli.common import t
from anbao.cli.demo import learning
from anbao.cli.demo.printer import DemoPrinter, said
from anbao.detect.text import Lexicon
from anbao.errors import InvalidInput
from anbao.platform import Platform
from anbao.rules.suggestions import Acceptance
from anbao.simulator import reviewers
from anbao.simulator.story import Tally
from anbao.text import system_language

DECIDED = 120
SHOWN = 24
"""Characters of the suggestions that are left."""
OFFICER, SECOND = learning.OFFICER, learning.SECOND


def print_rules(printer: DemoPrinter, platform: Platform, tally: Tally, seed: int) -> None:
    """Suggestions, a light change, a heavy one that its proposer may not confirm, a classifier that only advises."""
    printer.chapter("规则的更新：建议、回测、复核", "Rules: suggested, back-tested, confirmed by two")
    slang = reviewers.meet_slang(platform)
    made = len(reviewers.decide(platform, tally.flagged[:DECIDED], seed)) + len(slang)
    suggested = platform.prevent.suggest()
    known = next((one for one in suggested.terms if reviewers.SLANG in one.term), None)
    others = "、".join(one.term for one in suggested.terms if one is not known and one.passed == 0)
    printer.say(
        f"审核员决定了 {made} 件，由此建议新词 {len(suggested.terms)} 条、例外 {len(suggested.exceptions)} 条；"
        f"安全员采纳行话，不采纳套话：",
        f"Reviewers decided on {made} listings; they suggest {len(suggested.terms)} terms and"
        f" {len(suggested.exceptions)} exceptions. The officer takes the slang and leaves the small talk:",
    )
    if known:
        printer.note(
            t(
                f"✓ {known.term}（拦截 {known.blocked} : 放行 {known.passed}）",
                f"✓ {known.term} ({known.blocked} blocked : {known.passed} passed)",
            )
        )
        printer.note(f"— {others[:SHOWN]}…")
        taken = Acceptance(term=known.term, category="drug.narcotic", severity=5, reason="审核员一致拦截的隐语")
        _change(printer, platform, platform.run(lambda work: platform.prevent.accept(work, taken, actor=OFFICER)))
    _change(printer, platform, _emptied(platform))
    try:
        model = platform.prevent.train(actor=OFFICER)
    except InvalidInput as error:
        printer.note(error.what.get(system_language()))
        return
    learning.print_model(printer, platform, model)
    learning.print_moderation(printer, platform)


def _emptied(platform: Platform) -> str:
    """A lexicon without most of its terms, as a careless officer might upload it."""
    terms = platform.prevent.ruleset().lexicon.terms[:20]
    return platform.import_lexicon(Lexicon(terms), actor=OFFICER)


def _change(printer: DemoPrinter, platform: Platform, digest: str) -> None:
    change = platform.prevent.changes.propose("lexicon", digest, actor=OFFICER)
    tried = change.backtest
    summary = t(
        f"词条 +{tried.terms_added} −{tried.terms_removed}；以往 {tried.examined} 件商品中 {tried.changed} 件结论会变",
        f"terms +{tried.terms_added} −{tried.terms_removed}; {tried.changed} of {tried.examined} past listings differ",
    )
    what = t(f"词库 {digest}", f"lexicon {digest}")
    printer.case(change.state, what, summary, *map(said, change.because))
    if change.state == "proposed":
        platform.run(lambda work: platform.prevent.changes.refuse(work, "lexicon", digest, "删词过多", actor=SECOND))
        printer.note(t(f"{SECOND} 否决", f"{SECOND} refuses it"))
