"""The port to an outside model: asked after the decision, recorded, never decisive, and never waited for."""

from collections.abc import Iterator

import pytest

import anbao
from anbao.connect.moderation import Moderation
from anbao.model.entry import Entry
from anbao.model.events.moderation import ModerationAnswered, ModerationFailed
from anbao.model.listing import Listing
from anbao.simulator.moderator import ModeratorServer
from anbao.store.bulk import sql


@pytest.fixture
def outside() -> Iterator[ModeratorServer]:
    with ModeratorServer({"晶粒"}) as server:
        yield server


def entries(platform: anbao.Platform, kind: str) -> list[Entry]:
    with platform.reading() as conn:
        return [stored.entry() for stored in platform.entries(conn, kind=kind)]


def cases(platform: anbao.Platform) -> int:
    with platform.reading() as conn:
        return int(sql(conn, "SELECT count(*) FROM case_file").scalar_one())


def test_a_flag_asks_a_person_and_decides_nothing(platform: anbao.Platform, outside: ModeratorServer) -> None:
    platform.submit_listing(Listing(id="before", title="蓝冰晶粒"))
    Moderation(platform, outside.url, token="t0ken")
    platform.submit_listings([Listing(id="a", title="蓝冰晶粒"), Listing(id="b", title="纯棉毛巾")])
    assert platform.submit_listing(Listing(id="c", title="氰化钾 晶粒")).decision.outcome == "block"
    assert not outside.asked
    platform.advance()
    assert [one["id"] for one in sorted(outside.asked, key=lambda one: one["id"])] == ["a", "b", "c"]
    assert outside.tokens == {"Bearer t0ken"}
    answered = {one.subjects["listing"]: one.body for one in entries(platform, ModerationAnswered.KIND)}
    assert (answered["a"]["flagged"], answered["a"]["score"], answered["a"]["labels"]) == (True, 950, ["drug"])
    assert not answered["b"]["flagged"]
    opened = [one for one in entries(platform, "case.opened") if one.subjects.get("listing") == "a"]
    assert [one.body["case_kind"] for one in opened] == ["listing_review"]
    assert cases(platform) == 1
    with platform.reading() as conn:
        assert sql(conn, "SELECT outcome FROM listing WHERE id = 'a'").scalar_one() == "pass"
    platform.advance()
    assert len(outside.asked) == 3


@pytest.mark.parametrize(
    ("status", "answer"), [(503, b""), (200, b"no json"), (200, b'{"flagged": true, "score": 5000}')]
)
def test_a_failure_is_recorded_and_nothing_else_happens(
    platform: anbao.Platform, outside: ModeratorServer, status: int, answer: bytes
) -> None:
    outside.status, outside.answer = status, answer
    Moderation(platform, outside.url)
    platform.submit_listing(Listing(id="a", title="蓝冰晶粒"))
    platform.advance()
    [failed] = entries(platform, ModerationFailed.KIND)
    assert failed.subjects == {"listing": "a"}
    assert failed.body["problem"]
    assert not entries(platform, ModerationAnswered.KIND)
    assert cases(platform) == 0


def test_one_that_is_not_there_holds_nothing_up(platform: anbao.Platform) -> None:
    with ModeratorServer(()) as server:
        gone = server.url
    Moderation(platform, gone, timeout=0.5)
    assert platform.submit_listing(Listing(id="a", title="蓝冰晶粒")).decision.outcome == "pass"
    platform.advance()
    assert len(entries(platform, ModerationFailed.KIND)) == 1


def test_one_that_was_detached_is_asked_no_more(platform: anbao.Platform, outside: ModeratorServer) -> None:
    model = Moderation(platform, outside.url)
    model.detach()
    platform.submit_listing(Listing(id="a", title="蓝冰晶粒"))
    platform.advance()
    assert not outside.asked
    Moderation(platform, outside.url)
    platform.advance()
    assert [one["id"] for one in outside.asked] == ["a"]
