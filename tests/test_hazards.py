"""Hazards and sweeps, end to end on both databases: suspected, confirmed, found everywhere, proven."""

import msgspec
import pytest

import anbao
from anbao.detect.likeness.dangers import DangerIndex
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.investigate import hazards
from anbao.investigate.fingerprints import checked, of_listing
from anbao.investigate.sweep import matches, passes
from anbao.model.events.investigate import HazardSwept, ListingMatchedHazard
from anbao.model.hazard import Confirmation, Coverage, Fingerprint, Suspicion
from anbao.store.bulk import sql

BARCODE = "6901234567892"
TITLE = "20000毫安大容量充电宝便携快充移动电源"


def listing(name: str, title: str, **more: str) -> anbao.Listing:
    return anbao.Listing(id=name, title=title, **more)  # type: ignore[arg-type]


def prints(*pairs: tuple[str, str]) -> tuple[Fingerprint, ...]:
    return tuple(Fingerprint(kind=kind, value=value) for kind, value in pairs)  # type: ignore[arg-type]


def suspicion(name: str = "h1", *pairs: tuple[str, str], source: str = "complaint") -> Suspicion:
    given = {"id": name, "source": source, "title": "发烫的充电宝", "severity": 5}
    return msgspec.structs.replace(msgspec.convert(given, Suspicion), fingerprints=prints(*pairs))


def confirmed(platform: anbao.Platform, name: str, *pairs: tuple[str, str]) -> int:
    platform.run(lambda work: platform.investigate.suspect(work, suspicion(name, *pairs)))
    return platform.run(lambda work: platform.investigate.confirm(work, name, Confirmation()))


def sweep_all(platform: anbao.Platform) -> None:
    while platform.investigate.sweep():
        pass


def found(platform: anbao.Platform, hazard: str) -> dict[str, str]:
    with platform.reading() as conn:
        return {one.listing: one.certainty for one in matches.ranked(conn, hazard)}


def states(platform: anbao.Platform, norm: str) -> list[str]:
    with platform.reading() as conn:
        return [
            str(row[0]) for row in sql(conn, "SELECT coalesce(closed_as, '') FROM obligation WHERE norm = ?", (norm,))
        ]


def coverage(platform: anbao.Platform, hazard: str) -> list[Coverage]:
    with platform.reading() as conn:
        swept = platform.ledger.entries(conn, kind=HazardSwept.KIND, subject=("hazard", hazard))
    return [one.event(HazardSwept).coverage for one in swept]


def test_a_suspicion_is_confirmed_swept_and_lifted(platform: anbao.Platform) -> None:
    platform.submit_listings(
        [
            listing("a", TITLE, description=f"条码 {BARCODE}"),
            listing("b", f"正品包邮 {TITLE} 新款"),
            listing("c", "纯棉短袖男夏季新款"),
        ]
    )
    confirmed(platform, "h1", ("barcode", BARCODE), ("title", TITLE))
    assert states(platform, "cn.hazard.assess") == ["discharged"]
    assert states(platform, "cn.hazard.sweep") == [""]
    sweep_all(platform)
    assert found(platform, "h1") == {"a": "certain", "b": "likely"}
    assert states(platform, "cn.hazard.sweep") == ["discharged"]
    platform.run(lambda work: platform.investigate.lift(work, "h1", "厂家更正了批次"))
    with platform.reading() as conn:
        assert hazards.known(conn, "h1").state == "lifted"
    assert platform.verify().sound
    assert platform.obligation_differences() == []


def test_the_result_is_ranked_and_says_why_and_where(platform: anbao.Platform) -> None:
    description = "国标条码 690-1234-567892"
    platform.submit_listings(
        [listing("possible", "大容量充电宝20000毫安便携式移动电源"), listing("a", "移动电源", description=description)]
    )
    confirmed(platform, "h1", ("barcode", BARCODE), ("title", TITLE))
    sweep_all(platform)
    with platform.reading() as conn:
        first, second = matches.ranked(conn, "h1")
        assert matches.ranked(conn, "h1", after=(0, first.entry)) == [second]
        data = platform.ledger.entry(conn, first.entry).entry()
    [ground] = first.reasons
    assert (first.listing, second.listing) == ("a", "possible")
    assert description[ground.start : ground.end] == ground.surface == "690-1234-567892"
    assert data.kind == "listing.matched_hazard"
    assert data.subjects == {"hazard": "h1", "listing": "a"}


def test_looking_and_finding_nothing_is_proven_with_what_was_looked_at(platform: anbao.Platform) -> None:
    platform.submit_listings([listing(f"l{n}", f"纯棉短袖第{n}款") for n in range(30)])
    platform.submit_listing(listing("l3", "纯棉短袖第3款，改了标题"))
    confirmed(platform, "h1", ("barcode", BARCODE))
    sweep_all(platform)
    [one] = coverage(platform, "h1")
    assert (one.looked, one.listings, one.certain, one.likely, one.possible) == (31, 30, 0, 0, 0)
    with platform.reading() as conn:
        screened = [entry.index for entry in platform.ledger.entries(conn, kind="listing.screened")]
    assert one.looked == sum(index < one.before for index in screened)
    assert one.fold
    assert one.engine == anbao.__version__


def test_only_the_newest_version_counts_and_only_what_is_offered(platform: anbao.Platform) -> None:
    platform.submit_listing(listing("changed", TITLE, description=BARCODE))
    platform.submit_listing(listing("changed", "纯棉短袖男夏季新款"))
    platform.submit_listing(listing("blocked", "移动电源", description=BARCODE))
    platform.prevent.review("blocked", "block", "无 3C 认证", actor="reviewer:li")
    confirmed(platform, "h1", ("barcode", BARCODE))
    sweep_all(platform)
    assert found(platform, "h1") == {}
    [one] = coverage(platform, "h1")
    assert (one.outdated, one.blocked) == (1, 1)


def test_one_pass_serves_all_dangers_that_wait(platform: anbao.Platform) -> None:
    platform.submit_listings([listing("a", "移动电源", description=BARCODE), listing("b", TITLE)])
    confirmed(platform, "h1", ("barcode", BARCODE))
    confirmed(platform, "h2", ("title", TITLE))
    sweep_all(platform)
    with platform.reading() as conn:
        [one] = passes.newest(conn)
    assert (one.state, one.looked, one.matched) == ("done", 2, 2)
    assert found(platform, "h1") == {"a": "certain"}
    assert found(platform, "h2") == {"b": "likely"}
    confirmed(platform, "h3", ("title", "纯棉短袖男夏季新款"))
    sweep_all(platform)
    with platform.reading() as conn:
        assert len(passes.newest(conn)) == 2
    assert coverage(platform, "h1") == coverage(platform, "h1")[:1]


def test_a_paused_sweep_waits_and_goes_on_where_it_stood(
    platform: anbao.Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "STEP", 10)
    platform.submit_listings([listing(f"l{n}", "移动电源", description=BARCODE) for n in range(35)])
    confirmed(platform, "h1", ("barcode", BARCODE))
    platform.investigate.sweep()
    platform.investigate.sweep()
    with platform.reading() as conn:
        [one] = passes.newest(conn)
    assert (one.state, one.looked, one.total) == ("running", 10, 35)
    platform.run(lambda work: passes.pause(work, one.id, "officer:wang"))
    assert platform.investigate.sweep() is False
    with pytest.raises(Conflict):
        platform.run(lambda work: passes.pause(work, one.id, "officer:wang"))
    with pytest.raises(NotFound):
        platform.run(lambda work: passes.resume(work, "s0", "officer:wang"))
    platform.run(lambda work: passes.resume(work, one.id, "officer:wang"))
    sweep_all(platform)
    assert len(found(platform, "h1")) == 35
    with platform.reading() as conn:
        recorded = platform.ledger.entries(conn, kind=ListingMatchedHazard.KIND)
    assert len(recorded) == 35


def test_a_step_taken_by_another_process_counts_once(platform: anbao.Platform) -> None:
    platform.submit_listing(listing("a", "移动电源", description=BARCODE))
    confirmed(platform, "h1", ("barcode", BARCODE))
    one = platform.run(lambda work: passes.open_pass(work, "sweep"))
    assert one is not None
    with platform.reading() as conn:
        index = DangerIndex(map(passes.danger_of, hazards.sought(conn, one.id)))
        looked = passes.look(conn, one, index)
    assert platform.run(lambda work: passes.record(work, one, looked)) is True
    assert platform.run(lambda work: passes.record(work, one, looked)) is False
    with platform.reading() as conn:
        assert len(platform.ledger.entries(conn, kind=ListingMatchedHazard.KIND)) == 1
        assert len(platform.ledger.entries(conn, kind=HazardSwept.KIND)) == 1


def test_a_danger_lifted_meanwhile_is_found_no_more_and_one_confirmed_again_is_looked_for_anew(
    platform: anbao.Platform,
) -> None:
    platform.submit_listing(listing("a", TITLE, description=BARCODE))
    confirmed(platform, "h1", ("barcode", BARCODE))
    confirmed(platform, "h2", ("title", TITLE))
    platform.investigate.sweep()
    platform.run(lambda work: platform.investigate.lift(work, "h1", "误报"))
    again = Confirmation(fingerprints=prints(("title", "另一种完全不同的商品标题")))
    platform.run(lambda work: platform.investigate.confirm(work, "h2", again))
    sweep_all(platform)
    assert found(platform, "h1") == found(platform, "h2") == {}
    assert coverage(platform, "h1") == []
    assert len(coverage(platform, "h2")) == 1


def test_a_listing_that_is_the_danger_gives_its_fingerprints(platform: anbao.Platform) -> None:
    platform.submit_listing(listing("bad", TITLE, merchant="m1"))
    with platform.reading() as conn:
        assert of_listing(conn, "bad") == prints(("title", TITLE), ("merchant", "m1"))
        with pytest.raises(NotFound):
            of_listing(conn, "none")


@pytest.mark.parametrize(
    ("kind", "value"), [("barcode", "12"), ("title", "充电宝"), ("picture", "00ff"), ("licence", "号"), ("link", " ")]
)
def test_a_fingerprint_that_could_never_be_found_is_refused(kind: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked(prints((kind, value)))
    assert refused.value.field == "fingerprints"


def test_states_follow_each_other_in_order(platform: anbao.Platform) -> None:
    investigate = platform.investigate
    with pytest.raises(NotFound):
        platform.run(lambda work: investigate.confirm(work, "h1", Confirmation()))
    platform.run(lambda work: investigate.suspect(work, suspicion("h1", ("brand", "某某牌"))))
    with pytest.raises(InvalidInput):
        platform.run(lambda work: investigate.confirm(work, "h1", Confirmation()))
    with pytest.raises(Conflict):
        platform.run(lambda work: investigate.suspect(work, suspicion("h1")))
    with pytest.raises(Conflict):
        platform.run(lambda work: investigate.lift(work, "h1", "x"))
    with pytest.raises(InvalidInput):
        platform.run(lambda work: investigate.dismiss(work, "h1", " "))
    platform.run(lambda work: investigate.dismiss(work, "h1", "查无此事"))
    assert states(platform, "cn.hazard.assess") == ["discharged"]
    platform.run(lambda work: investigate.suspect(work, suspicion("h1", ("barcode", BARCODE), source="recall")))
    platform.run(lambda work: investigate.confirm(work, "h1", Confirmation(sold=True)))
    with platform.reading() as conn:
        record = hazards.known(conn, "h1").record
    assert (record.certain, record.sold) == (True, True)
