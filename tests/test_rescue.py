"""From one complaint to safety, on both databases: the demo's story, held against the simulator's truth."""

from collections.abc import Iterator

import psycopg
import pytest

from anbao.connect.pictures import PictureIntake
from anbao.connect.storage import open_storage
from anbao.ledger import verify_receipt
from anbao.model.events.investigate import HazardSuspected
from anbao.model.events.warn import HazardWarned
from anbao.platform import Platform, open_platform
from anbao.simulator import scalding
from anbao.simulator.market import Market
from anbao.simulator.rescue import Rescue, unfold
from anbao.simulator.story import live

MARKET = 100
"""Listings among which the danger hides."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    url = f"sqlite:///{tmp_path_factory.mktemp('rescue') / 'anbao.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql_server")
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute("CREATE DATABASE rescue")
        url = server.replace("/postgres?", "/rescue?", 1)
    with open_platform(url) as opened:
        yield opened


@pytest.fixture(scope="module")
def cast(platform: Platform, pictures: PictureIntake) -> scalding.Cast:
    live(platform, Market(seed=7, now=platform.clock(), listings=MARKET, orders=20))
    return scalding.stage(platform, pictures)


@pytest.fixture(scope="module")
def pictures(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> PictureIntake:
    return PictureIntake(platform, open_storage(f"file://{tmp_path_factory.mktemp('objects')}"))


@pytest.fixture(scope="module")
def rescue(platform: Platform, pictures: PictureIntake, cast: scalding.Cast) -> Rescue:
    return unfold(platform, pictures, cast)


def test_every_dangerous_listing_goes_and_no_harmless_one(rescue: Rescue) -> None:
    assert rescue.severity >= 4
    assert rescue.removed == scalding.DANGEROUS
    assert {one.id for one in scalding.OFFERS} - scalding.DANGEROUS <= rescue.on_sale
    assert rescue.removed >= scalding.BY_PICTURE_ONLY


def test_the_complaint_alone_says_by_which_picture_the_goods_are_known(platform: Platform, rescue: Rescue) -> None:
    with platform.reading() as conn:
        [suspected] = platform.ledger.entries(conn, kind="hazard.suspected", subject=("hazard", rescue.hazard))
    assert [one.kind for one in suspected.event(HazardSuspected).record.fingerprints] == ["title", "picture"]


def test_the_whole_market_was_looked_at(rescue: Rescue) -> None:
    looked, listings = rescue.swept
    assert looked == listings == MARKET + len(scalding.OFFERS)


def test_what_was_refused_is_done_in_the_end_and_nothing_twice(rescue: Rescue) -> None:
    assert rescue.refused_first == scalding.REFUSED
    assert rescue.retried > 0
    assert rescue.doubled == 0


def test_it_does_not_come_back_under_another_name(rescue: Rescue) -> None:
    assert rescue.comeback.outcome == "block"
    assert any(one.detector == "hazard" for one in rescue.comeback.decision.findings)


def test_the_buyers_are_warned_and_those_not_reached_are_known(rescue: Rescue, cast: scalding.Cast) -> None:
    assert rescue.reach.unreached == len(scalding.UNREACHABLE)
    assert rescue.reach.buyers == len(cast.buyers) - 1  # the last bought something harmless
    assert rescue.reach.waiting == 0


def test_the_injured_buyer_learns_who_sold(rescue: Rescue, platform: Platform) -> None:
    seller = rescue.help.seller
    assert seller is not None
    assert not seller.missing
    assert seller.merchant == "MPB0"
    assert rescue.help.state == "assisted"


def test_all_of_it_stands_in_one_timeline_that_verifies(rescue: Rescue, platform: Platform) -> None:
    kinds = [line.kind for line in rescue.timeline]
    told = (
        "complaint.received",
        "hazard.suspected",
        "hazard.confirmed",
        "measure.taken",
        "measure.confirmed",
        "hazard.removed",
        "disclosure.given",
    )
    places = [kinds.index(kind) for kind in told]
    assert places == sorted(places)
    assert {
        "hazard.swept",
        "listing.matched_hazard",
        "effect.failed",
        "effect.replayed",
        "violation.reported",
        "listing.kept_out",
        "warning.sent",
        HazardWarned.KIND,
    } <= set(kinds)
    platform.checkpoint()
    with platform.reading() as conn:
        for line in rescue.timeline:
            verify_receipt(platform.ledger.receipt(conn, line.entry), str(platform.ledger.verifier))
    assert platform.verify().sound


def test_nothing_hangs_and_the_obligations_are_those_of_the_entries(rescue: Rescue, platform: Platform) -> None:
    with platform.reading() as conn:
        assert not platform.reactions.lags(conn)
    assert not platform.obligation_differences()
    overdue = [one.norm for one in platform.obligations(overdue_only=True, limit=1_000)]
    assert not [norm for norm in overdue if norm.startswith(("cn.hazard", "cn.measure", "cn.disclose", "cn.assist"))]
