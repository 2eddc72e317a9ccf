"""Before an order: what was shown, acknowledged, answered and chosen; what an order lacks; refused or flagged."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import anbao
from anbao.errors import InvalidInput, NotFound
from anbao.simulator.readers import LEAST_SECONDS, READERS, SimulatedReading, readings, tour
from api_server import served

START = 1_795_000_000_000
NOTICE = "travel_high_altitude"
TOUR = tour()


class Clock:
    """A clock that moves on by a second with each look."""

    now = START

    def __call__(self) -> int:
        self.now += 1_000
        return self.now


@pytest.fixture
def platform(store_url: str) -> Iterator[anbao.Platform]:
    with anbao.open(store_url, clock=Clock()) as opened:
        opened.submit_listing(TOUR)
        yield opened


def act(platform: anbao.Platform, reading: SimulatedReading) -> None:
    for one in reading.acts:
        platform.run(lambda work, one=one: platform.warn.record_step(work, one))  # type: ignore[misc]


def entries(platform: anbao.Platform, kind: str) -> list[anbao.Platform]:
    with platform.reading() as conn:
        return [stored.entry() for stored in platform.entries(conn, kind=kind)]  # type: ignore[misc]


def missed(platform: anbao.Platform) -> set[str]:
    return {one.norm for one in platform.obligations(limit=1000) if one.norm.startswith("cn.notice.")}


def test_each_sort_of_buyer_gets_the_answer_that_a_strict_platform_gives(platform: anbao.Platform) -> None:
    for option, value in (
        ("order.without_notice", "refuse"),
        ("order.unsuitable", "refuse"),
        ("notice.least_seconds", str(LEAST_SECONDS)),
    ):
        platform.change_parameter(option, value, actor="officer")
    seen = set()
    for reading in readings(1, TOUR.id, NOTICE):
        act(platform, reading)
        check = platform.warn.check_order(anbao.OrderIntent(buyer=reading.order.buyer, listing=TOUR.id))
        answer = platform.warn.place_order(reading.order)
        assert (check.allowed, not answer.refused) == (reading.taken, reading.taken), reading.reader
        assert (bool(answer.lacking), bool(answer.unsuitable)) == (reading.lacking, reading.unsuitable)
        seen.add(reading.reader)
    assert seen == set(READERS)
    refused = entries(platform, "order.refused")
    assert len(refused) == 4
    assert len(entries(platform, "order.placed")) == 1
    assert {one.body["untold"] for one in refused} == {True, False}  # type: ignore[attr-defined]


def test_a_lenient_platform_takes_the_order_and_the_ledger_shows_what_was_missed(platform: anbao.Platform) -> None:
    answer = platform.warn.place_order(anbao.Order(buyer="b1", id="o1", listing=TOUR.id))
    assert not answer.refused
    assert answer.missing_notices == (NOTICE,)
    [lacking] = answer.lacking
    assert lacking.steps == ("shown", "acknowledged", "answered")
    assert missed(platform) == {"cn.notice.shown", "cn.notice.before_order", "cn.notice.asked"}
    assert platform.obligation_differences() == []


def test_an_order_after_all_steps_owes_nothing(platform: anbao.Platform) -> None:
    [reading] = [one for one in readings(2, TOUR.id, NOTICE) if one.reader == "reads"]
    act(platform, reading)
    answer = platform.warn.place_order(reading.order)
    assert (answer.missing_notices, answer.lacking) == ((), ())
    assert missed(platform) == set()


def test_food_need_only_be_shown_its_notice(platform: anbao.Platform) -> None:
    platform.submit_listing(anbao.Listing(category="food_prepackaged", id="f1", title="坚果礼盒"))
    platform.warn.show_notice(anbao.NoticeShown(buyer="b1", listing="f1", notice="food_general", seconds=1))
    assert platform.warn.place_order(anbao.Order(buyer="b1", id="o1", listing="f1")).lacking == ()
    assert missed(platform) == set()


def test_what_was_shown_is_recorded_by_its_digest_and_whose_it_is(platform: anbao.Platform) -> None:
    with platform.reading() as conn:
        [zh] = platform.warn.notices_of(conn, TOUR.id, "zh")
        with pytest.raises(NotFound):
            platform.warn.notices_of(conn, "none", "zh")
    assert "最高海拔约 5013 米" in zh.as_text()
    assert "不满 14 周岁" in zh.as_text()
    told = {"buyer": "b1", "language": "zh", "listing": TOUR.id, "notice": NOTICE, "seconds": 9}
    for rendering in (zh.digest, "0" * 64, ""):
        platform.warn.show_notice(msgspec.convert({**told, "rendering": rendering}, anbao.NoticeShown))
    ours, foreign, silent = (one.body for one in entries(platform, "notice.shown"))  # type: ignore[attr-defined]
    assert (ours["rendering"], ours["rendering_ours"], ours["rendering_stated"]) == (zh.digest, True, True)
    assert (foreign["rendering"], foreign["rendering_ours"]) == ("0" * 64, False)
    assert (silent["rendering"], silent["rendering_stated"]) == (zh.digest, False)
    assert (ours["version"], ours["seconds"], ours["language"]) == (zh.version, 9, "zh")
    assert ["altitude_m", 5013] in ours["listing_facts"]
    assert str(ours["buyer"]).startswith("commit:")


def test_the_three_facts_of_a_choice_stand_apart_and_rest_on_something(platform: anbao.Platform) -> None:
    given = {"buyer": "b1", "listing": TOUR.id, "knew": True, "could_choose": False, "chose": True}
    choice = msgspec.convert({**given, "knew_by": "弹窗题", "chose_by": "下单"}, anbao.NoticeChoice)
    platform.warn.record_choice(choice)
    [entry] = entries(platform, "notice.choice")
    stored = entry.body  # type: ignore[attr-defined]
    assert (stored["knew"], stored["could_choose"], stored["chose"]) == (True, False, True)
    with pytest.raises(InvalidInput) as failure:
        platform.warn.record_choice(msgspec.structs.replace(choice, knew_by=" "))
    assert failure.value.field == "knew_by"
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"buyer": "b", "listing": "l", "knew": True, "chose": True}, anbao.NoticeChoice)


def test_a_notice_without_groups_cannot_be_answered(platform: anbao.Platform) -> None:
    with pytest.raises(InvalidInput):
        platform.warn.answer_notice(
            anbao.NoticeAnswered(belongs=False, buyer="b1", listing=TOUR.id, notice="gas_appliance")
        )


def test_over_http_a_purchase_is_checked_answered_and_taken(store_url: str) -> None:
    with served(store_url) as server:
        client = server.client()
        assert client.post("/v1/listings", json=msgspec.to_builtins(TOUR)).status_code == 201
        assert client.post("/v1/parameters/order.without_notice", json={"value": "refuse"}).status_code == 201
        assert client.post("/v1/parameters/order.without_notice", json={"value": "maybe"}).status_code == 400
        intent = {"buyer": "b1", "listing": TOUR.id}
        assert client.post("/v1/orders/check", json=intent).json()["allowed"] is False
        assert client.post("/v1/orders", json={**intent, "id": "o1"}).json()["refused"] is True
        [notice] = client.get(f"/v1/listings/{TOUR.id}/notices").json()
        html = client.get(f"/v1/listings/{TOUR.id}/notices?language=en", headers={"Accept": "text/html"})
        assert html.headers["content-type"].startswith("text/html")
        assert notice["rendering_en"] in html.text
        told = {**intent, "notice": notice["id"]}
        shown = {**told, "seconds": 12, "language": "en", "rendering": notice["rendering_en"]}
        assert client.post("/v1/notices/shown", json=shown).status_code == 201
        assert client.post("/v1/notices/acknowledged", json=told).status_code == 201
        assert client.post("/v1/notices/answered", json={**told, "belongs": False}).status_code == 201
        choice = {
            **told,
            "knew": True,
            "knew_by": "题目",
            "could_choose": True,
            "could_choose_by": "可取消",
            "chose": False,
        }
        assert client.post("/v1/notices/choice", json=choice).status_code == 201
        assert client.post("/v1/orders/check", json=intent).json() == {
            "allowed": True,
            "listing": TOUR.id,
            "notices": [NOTICE],
        }
        assert "refused" not in client.post("/v1/orders", json={**intent, "id": "o1"}).json()
        messages = [
            {"id": "c1", "sender": "merchant", "text": "加V❤聊"},
            {"id": "c2", "sender": "consumer", "text": "好"},
        ]
        decided = client.post("/v1/messages/batch", json=messages).json()
        assert [one["decision"] for one in decided] == ["warn", "pass"]
        assert decided[0]["warnings"][0]["text"].keys() == {"zh", "en"}
        assert client.post("/v1/messages", json={"id": "c3", "sender": "nobody", "text": "x"}).status_code == 400


def test_the_command_line_lists_shows_and_renders(sqlite_opened_url: str, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from anbao.cli.root import root

    with anbao.open(sqlite_opened_url) as platform:
        platform.submit_listing(TOUR)
    runner = CliRunner()

    def run(*arguments: str) -> str:
        done = runner.invoke(root, ["notice", *arguments], standalone_mode=False)
        assert done.exception is None, done.exception
        return done.stdout

    listed = msgspec.json.decode(run("list", "--format", "json"))
    assert {one["id"] for one in listed} >= {NOTICE, "travel", "food_general"}
    assert "约 4718 米" in run("show", NOTICE, "--fact", "altitude_m=4718")
    assert "5013" in run("render", TOUR.id, "--store", sqlite_opened_url)
    assert "<section" in run("render", TOUR.id, "--html", "--language", "en", "--store", sqlite_opened_url)
