"""The relisting guard: a confirmed hazard does not come back, under whatever merchant, and old decisions replay."""

from pathlib import Path

import pytest

import anbao
from anbao.cli import root
from anbao.engine.work import Work
from anbao.model.events.prevent import ListingScreenedEvent
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.model.listing import Listing, ListingScreened
from anbao.prevent.replay import replay
from anbao.remove import records as removals
from anbao.remove.appeals import AppealFiled
from anbao.remove.measures import MeasureOrder

BARCODE = "6901234567892"
TITLE = "20000毫安大容量充电宝便携快充移动电源"
RELATED = "大容量充电宝20000毫安便携式移动电源"


def confirm(platform: anbao.Platform, hazard: str, *pairs: tuple[str, str], on_likeness: bool = False) -> None:
    prints = tuple(Fingerprint(kind=kind, value=value) for kind, value in pairs)  # type: ignore[arg-type]
    suspicion = Suspicion(id=hazard, source="recall", title="发烫的充电宝", severity=4, fingerprints=prints)
    confirmation = Confirmation(on_likeness=on_likeness)
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    platform.run(lambda work: platform.investigate.confirm(work, hazard, confirmation))


def screened(platform: anbao.Platform, title: str, **more: object) -> ListingScreened:
    listing = Listing(id="l", title=title, **more)  # type: ignore[arg-type]
    return platform.submit_listing(listing).decision


def replays(platform: anbao.Platform) -> list[bool]:
    with platform.reading() as conn:
        entries = platform.ledger.entries(conn, kind="listing.screened")
        return [replay(conn, platform.ledger, platform.prevent.rulesets, one.index).same for one in entries]


def test_the_danger_itself_is_blocked_under_another_merchant_with_reason_and_place(platform: anbao.Platform) -> None:
    text = "国标条码：690-1234-567892"
    assert screened(platform, "移动电源", description=text, merchant="m1").outcome == "pass"
    confirm(platform, "h1", ("barcode", BARCODE))
    decision = screened(platform, "移动电源", description=text, merchant="m2")
    assert (decision.outcome, decision.reasons, decision.severity) == ("block", ("hazard.known",), 5)
    [finding] = decision.findings
    assert (finding.detector, finding.term, finding.category) == ("hazard", "h1", "hazard.barcode")
    assert text[finding.start : finding.end] == finding.surface == "690-1234-567892"


@pytest.mark.parametrize("extra", [{"extra": {"条形码": BARCODE}}, {"extra": {"69码": "6901234 567892"}}])
def test_a_key_in_the_platforms_own_columns_counts(platform: anbao.Platform, extra: dict[str, object]) -> None:
    confirm(platform, "h1", ("barcode", BARCODE))
    assert screened(platform, "移动电源", **extra).outcome == "block"


def test_what_is_only_alike_goes_to_a_person(platform: anbao.Platform) -> None:
    confirm(platform, "h1", ("title", TITLE))
    for title in (TITLE, f"正品包邮{TITLE}", RELATED):
        decision = screened(platform, title)
        assert (decision.outcome, decision.reasons) == ("review", ("hazard.alike",))
        assert decision.severity == 4
    assert screened(platform, "纯棉短袖男夏季新款").outcome == "pass"


def test_policy_may_let_likely_matches_be_blocked(platform: anbao.Platform) -> None:
    confirm(platform, "h1", ("title", TITLE), on_likeness=True)
    assert screened(platform, f"正品包邮{TITLE}").outcome == "block"
    assert screened(platform, RELATED).outcome == "review"


def test_a_block_for_another_reason_stays_one(platform: anbao.Platform) -> None:
    title = f"{TITLE} 出售仿真枪"
    before = screened(platform, title)
    assert before.outcome == "block"
    confirm(platform, "h1", ("title", TITLE))
    after = screened(platform, title)
    assert after.outcome == "block"
    assert after.reasons == ("hazard.alike", *before.reasons)


def test_decisions_replay_under_the_hazards_of_their_time(platform: anbao.Platform) -> None:
    screened(platform, TITLE)
    confirm(platform, "h1", ("title", TITLE))
    screened(platform, TITLE)
    confirm(platform, "h2", ("barcode", BARCODE))
    screened(platform, TITLE, description=BARCODE)
    again = Confirmation(fingerprints=(Fingerprint(kind="title", value="另一种完全不同的商品标题"),))
    platform.run(lambda work: platform.investigate.confirm(work, "h1", again))
    screened(platform, TITLE)
    platform.run(lambda work: platform.investigate.lift(work, "h2", "误报"))
    screened(platform, TITLE, description=BARCODE)
    with platform.reading() as conn:
        entries = platform.ledger.entries(conn, kind=ListingScreenedEvent.KIND)
    decisions = [one.event(ListingScreenedEvent).screened for one in entries]
    assert [one.outcome for one in decisions] == ["pass", "review", "block", "pass", "pass"]
    assert [one.versions.hazards > 0 for one in decisions] == [False, True, True, True, True]
    assert replays(platform) == [True] * 5


def test_a_hazard_confirmed_in_a_job_that_failed_guards_nothing(platform: anbao.Platform) -> None:
    prints = (Fingerprint(kind="title", value=TITLE),)

    def job(work: Work) -> None:
        suspicion = Suspicion(id="h0", source="own", title="x", fingerprints=prints)
        platform.investigate.suspect(work, suspicion)
        platform.investigate.confirm(work, "h0", Confirmation())
        [answer] = platform.prevent.screen(work, [Listing(id="l", title=TITLE)])
        assert answer.decision.outcome == "review"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        platform.run(job)
    confirm(platform, "h1", ("title", "另一种完全不同的商品标题"))
    assert screened(platform, TITLE).outcome == "pass"


def test_files_are_guarded_too(platform: anbao.Platform, tmp_path: Path) -> None:
    confirm(platform, "h1", ("barcode", BARCODE))
    assert platform.prevent.ruleset().versions.hazards > 0
    with platform.reading() as conn:
        before = platform.ledger.size(conn)
    rows = [f'{{"id":"f{n}","title":"移动电源","description":"{BARCODE if n == 7 else "新款"}"}}' for n in range(20)]
    file = tmp_path / "listings.jsonl"
    file.write_text("\n".join(rows), encoding="utf-8")
    assert root.run(["screen", str(file), "--store", platform.store.url, "--workers", "1"]) == 1
    with platform.reading() as conn:
        entries = platform.ledger.entries(conn, before, kind="listing.screened")
    blocked = [one.entry().subjects["listing"] for one in entries if one.entry().body["outcome"] == "block"]
    assert blocked == ["f7"]


def granted(platform: anbao.Platform) -> None:
    """The takedown that a sweep brought is appealed against, and a second person finds the appeal right."""
    platform.advance()
    with platform.reading() as conn:
        [one] = [one for one in removals.listed(conn, limit=10) if one.kind == "takedown"]
    assert (one.listing, one.hazard) == ("l", "h1")
    filed = AppealFiled(measure=one.id, text="条码为赠品所有")

    def appeal(work: Work) -> None:
        name = platform.remove.appeal(work, filed, actor="merchant:m1")
        platform.remove.decide_appeal(work, name, "granted", "条码录入有误", person="zhao", actor="zhao")

    platform.run(appeal)
    platform.advance()


def test_what_was_found_not_to_be_the_danger_passes_as_it_was_found(platform: anbao.Platform) -> None:
    offer = {"description": BARCODE, "merchant": "m1"}
    screened(platform, "移动电源", **offer)
    confirm(platform, "h1", ("barcode", BARCODE))
    platform.advance()
    assert screened(platform, "移动电源 加强版", **offer).outcome == "block"
    granted(platform)

    again = screened(platform, "移动电源", **offer)
    assert (again.outcome, again.findings) == ("pass", ())
    assert screened(platform, "移动电源 加强版", **offer).outcome == "block"  # nobody judged that
    assert screened(platform, "移动电源", description=BARCODE, merchant="m2").outcome == "block"
    other = Listing(id="other", title="移动电源", description=BARCODE, merchant="m1")
    assert platform.submit_listing(other).outcome == "block"

    screened(platform, "移动电源", **offer)
    order = MeasureOrder(measure="takedown", listing="l", hazard="h1", facts="实物检验为召回批次")
    platform.run(lambda work: platform.remove.take(work, order, person="li", actor="li"))
    assert screened(platform, "移动电源", **offer).outcome == "block"
    assert all(replays(platform))


def test_a_danger_that_was_lifted_and_confirmed_again_knows_no_clearance(platform: anbao.Platform) -> None:
    offer = {"description": BARCODE, "merchant": "m1"}
    screened(platform, "移动电源", **offer)
    confirm(platform, "h1", ("barcode", BARCODE))
    granted(platform)
    confirm_again = Confirmation(basis="补充检测")
    platform.run(lambda work: platform.investigate.confirm(work, "h1", confirm_again))
    assert screened(platform, "移动电源", **offer).outcome == "pass"
    platform.run(lambda work: platform.investigate.lift(work, "h1", "误报"))
    confirm(platform, "h1", ("barcode", BARCODE))
    assert screened(platform, "移动电源", **offer).outcome == "block"
    assert all(replays(platform))


def test_a_person_who_says_that_it_is_another_thing_is_not_asked_again(platform: anbao.Platform) -> None:
    screened(platform, RELATED, merchant="m1")
    confirm(platform, "h1", ("title", TITLE))
    platform.advance()
    with platform.reading() as conn:
        [case] = platform.cases.worst(conn, kinds=["hazard_match"])
    platform.run(lambda work: platform.cases.decide(work, case.id, person="zhao", outcome="keep", reason="另一型号"))
    platform.advance()
    assert screened(platform, RELATED, merchant="m1").outcome == "pass"
    assert screened(platform, TITLE, merchant="m1").outcome == "review"
    assert all(replays(platform))
