"""Whoever reads a decision reads words and provisions, in both languages; codes are for programs."""

import re
from collections.abc import Iterator

import httpx
import msgspec
import pytest

from anbao.cli.root import run
from anbao.model.hazard import Ground
from anbao.model.listing import Finding, Listing
from anbao.platform import Platform, open_platform
from anbao.prevent.words import GROUNDS
from anbao.simulator import merchants as streets
from anbao.simulator.market import Market
from anbao.simulator.story import live
from anbao.text import Text
from api_server import Served, served

CODE = re.compile(r"[a-z]+[._][a-z_]+[a-z]")
"""What a code looks like: hazard.title, check_digit, cn.ecommerce_law."""

HELD = Listing(id="L-HELD", title="电击木昆 现货速发", description="加微信 abc12345", category="")


@pytest.fixture
def platform(sqlite_opened_url: str) -> Iterator[Platform]:
    with open_platform(sqlite_opened_url) as opened:
        yield opened


@pytest.fixture
def server(store_url: str) -> Iterator[Served]:
    with served(store_url) as running:
        yield running


@pytest.fixture
def officer(server: Served) -> httpx.Client:
    return server.client("officer", "listings")


def codes(words: Text) -> list[str]:
    """Codes left in words, apart from what was quoted from a listing."""
    return [found for text in (words.zh, words.en) for found in CODE.findall(re.sub("“.*?”", "", text))]


def test_all_that_is_found_at_a_market_is_explained_in_words(platform: Platform) -> None:
    told = live(platform, Market(seed=3, now=platform.clock(), listings=1_500))
    explainer = platform.prevent.explainer
    flagged = [one.decision for one in told.flagged]
    why = [words for one in flagged for words in explainer.why(one.reasons, one.findings)]
    assert len({words.zh for words in why}) > 30
    assert [words for words in why if codes(words)] == []
    assert any("《电子商务法》第十三条" in words.zh and "E-Commerce Law, art. 13" in words.en for words in why)


def test_a_refused_application_says_what_is_wrong_and_under_which_provision(platform: Platform) -> None:
    streets.live(platform, 7)
    with platform.reading() as conn:
        entries = platform.ledger.entries(conn, limit=10_000)
    why = [words for stored in entries for words in platform.prevent.explainer.entry(stored)]
    assert any(words.zh.startswith("食品经营许可证 JY") and "校验码错误" in words.zh for words in why)
    assert any("《食品安全法" in words.zh for words in why)
    assert [words for words in why if codes(words)] == []


@pytest.mark.parametrize("kind", list(GROUNDS))
def test_each_ground_of_a_match_has_its_words(platform: Platform, kind: str) -> None:
    agreed = platform.prevent.explainer.ground(Ground(kind=kind, value="12"))
    against = platform.prevent.explainer.ground(Ground(agrees=False, kind=kind, value="12"))
    assert agreed.zh.startswith(GROUNDS[kind].zh)
    assert against.zh.startswith("不符")
    assert against.en.startswith("not so")
    assert not codes(agreed)


def test_what_the_pack_does_not_know_stands_as_it_was_written(platform: Platform) -> None:
    finding = Finding(category="own.sort", detector="lexicon", provisions=("house.rule/1",), severity=3, term="甲")
    assert platform.prevent.explainer.finding(finding).zh == "甲：own.sort，house.rule/1"


def test_an_answer_and_its_case_say_why(server: Served, officer: httpx.Client) -> None:
    answer = officer.post("/v1/listings", json=msgspec.to_builtins(HELD)).json()
    assert answer["outcome"] == "review"
    assert any("电击棍（拆字）" in words["zh"] for words in answer["why"])
    assert any("split" not in words["en"] and "Anti" in words["en"] for words in answer["why"])
    server.platform.advance()
    [case] = officer.get("/v1/cases", params={"about": "listing:L-HELD"}).json()["items"]
    assert officer.get(f"/v1/cases/{case['id']}").json()["why"] == answer["why"]


def test_a_reviewer_at_the_command_line_reads_why(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with open_platform(store_url) as opened:
        opened.submit_listing(HELD)
        opened.advance()
        with opened.reading() as conn:
            [case] = opened.cases.worst(conn)
    assert run(["case", "show", case.id, "--store", store_url, "--format", "csv"]) == 0
    shown = capsys.readouterr().out
    assert "“电击木昆” → 电击棍（拆字）：警械和电击、催泪器具，《电子商务法》第十三条" in shown
