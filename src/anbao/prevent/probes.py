"""Probes of prevention: test listings and merchants use the package's own methods and are taken back (规定 3)."""

from collections.abc import Callable, Sequence
from functools import partial

from anbao.detect.text import Lexicon
from anbao.detect.text.hits import DETECTOR
from anbao.engine.core import Core, Probed
from anbao.engine.work import Work
from anbao.law.controls import ControlCase
from anbao.model.base import JsonObject, JsonValue
from anbao.model.events.investigate import HazardConfirmed
from anbao.model.hazard import Fingerprint, FingerprintKind, HazardRecord
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.prevent.listings.records import ScreenedListing
from anbao.prevent.merchants import MerchantDecision
from anbao.text import Text

Screen = Callable[[Work, Sequence[Listing]], list[ScreenedListing]]
Apply = Callable[[Work, Merchant], MerchantDecision]
"""The package's own methods, done as ACTOR."""

TERMS = 20
"""Terms of the lexicon that one probe tries; each probe tries others."""

ACTOR = "probe"
PROBE = "anbao-probe"
BARCODE = "2900000000001"
"""Of the range that shops use within themselves, so that no article bears it."""
_HOUR = 3_600_000


def try_cases(core: Core, screen: Screen, apply: Apply, cases: Sequence[ControlCase]) -> Probed:
    """Every case must be decided on as it expects."""
    seen = [core.rehearse(partial(_try, screen, apply, case)) for case in cases]
    wrong = [one for one in seen if not one["right"]]
    if not wrong:
        why = Text(f"{len(seen)} 个测试样本均判断正确", f"all {len(seen)} test cases were decided rightly")
        return Probed(ok=True, why=why, seen=seen)
    shown = "; ".join(f"{one['what']} → {one['outcome']}" for one in wrong)
    why = Text(f"{len(wrong)} 个测试样本判断错误：{shown}", f"{len(wrong)} test cases decided wrongly: {shown}")
    return Probed(ok=False, why=why, seen=seen)


def try_lexicon(core: Core, lexicon: Lexicon, screen: Screen) -> Probed:
    """Terms spread over the lexicon in force must be found in listings made of them."""
    terms = sorted({term.term for term in lexicon.terms})
    if not terms:
        return Probed(ok=False, why=Text("现行词库是空的", "the lexicon in force is empty"))
    step = max(1, len(terms) // TERMS)
    first = core.clock() // _HOUR % step
    chosen = terms[first::step][:TERMS]
    batch = [Listing(id=f"anbao-probe-{place}", title=term) for place, term in enumerate(chosen)]
    screened = core.rehearse(lambda work: screen(work, batch))
    missed = [
        term
        for term, one in zip(chosen, screened, strict=True)
        if not any(finding.detector == DETECTOR for finding in one.decision.findings)
    ]
    seen: JsonObject = {"lexicon": lexicon.digest, "missed": missed, "terms": len(terms), "tried": len(chosen)}
    if missed:
        shown = "、".join(missed)
        return Probed(ok=False, why=Text(f"词未命中：{shown}", f"terms not found: {shown}"), seen=seen)
    why = Text(f"抽查 {len(chosen)} 个词，全部命中", f"{len(chosen)} terms tried, all found")
    return Probed(ok=True, why=why, seen=seen)


def try_guard(core: Core, screen: Screen) -> Probed:
    """A danger confirmed on trial must block a listing with its barcode and no other."""
    batch = [
        Listing(id=PROBE, title="探针商品", extra={"barcode": BARCODE}),
        Listing(id=PROBE, title="探针商品二", category="general"),
    ]

    def job(work: Work) -> list[str]:
        work.append(trial_danger("barcode", BARCODE), actor=ACTOR)
        return [one.decision.outcome for one in screen(work, batch)]

    outcomes = core.rehearse(job)
    ok = outcomes == ["block", "pass"]
    why = Text("已知危险被拦截", "the known danger is blocked") if ok else Text("未起作用", "it does not work")
    return Probed(ok=ok, why=why, seen={"outcomes": outcomes})


def trial_danger(kind: FingerprintKind, value: str) -> HazardConfirmed:
    """A danger that is recognised by one thing, for a trial that is taken back."""
    record = HazardRecord(
        basis=PROBE,
        certain=True,
        fingerprints=(Fingerprint(kind=kind, value=value),),
        severity=5,
        source="recall",
        title="探针",
    )
    return HazardConfirmed(hazard=PROBE, record=record)


def _try(screen: Screen, apply: Apply, case: ControlCase, work: Work) -> dict[str, JsonValue]:
    if case.merchant is not None:
        decision = apply(work, case.merchant)
        what, outcome, detectors = case.merchant.id, str(decision.decision), {""}
    else:
        assert case.listing is not None
        [answer] = screen(work, [case.listing])
        outcome = answer.decision.outcome
        what, detectors = case.listing.title, {"", *(one.detector for one in answer.decision.findings)}
    if outcome == "waiting" and "verified" in case.expect:
        outcome = "verified"  # nothing is wrong with it; a made-up number is not put to a registry
    right = outcome in case.expect and case.detector in detectors
    return {"expect": list(case.expect), "outcome": outcome, "right": right, "what": what}
