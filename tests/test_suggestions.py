"""What people decided suggests terms and exceptions; an officer accepts, and a new version of the lexicon is made."""

import json
from collections.abc import Iterator, Sequence

import pytest

import anbao
from anbao.cli.root import run as command_line
from anbao.detect.text import Lexicon
from anbao.errors import InvalidInput
from anbao.model.base import JsonObject
from anbao.model.entry import Entry
from anbao.model.events.rules import Role
from anbao.model.listing import Listing
from anbao.prevent.service import ReviewOutcome
from anbao.rules.suggestions import Acceptance, Suggestions
from api_server import served
from helpers import Clock

LI = "officer:li"
LEXICON = b"term,category,severity\n\xe6\x9e\xaa,weapon,3\n"  # 枪

BLOCKED = ("蓝冰晶粒 高纯度", "高纯 蓝冰晶粒 顺丰", "蓝冰晶粒，隐蔽发货", "特供蓝冰晶粒", "新到 蓝冰晶粒 可试")
PASSED = ("儿童水枪 夏季", "大号水枪玩具", "高压水枪头 洗车", "纯棉毛巾 高纯度棉", "陶瓷碗 顺丰 包邮", "高纯 蜂蜜")


@pytest.fixture
def platform(store_url: str) -> Iterator[anbao.Platform]:
    with anbao.open(store_url, clock=Clock()) as opened:
        fill(opened)
        yield opened


def fill(platform: anbao.Platform) -> None:
    """Listings that reviewers have blocked and passed, and one confirmed hazard."""
    platform.activate_lexicon(platform.import_lexicon(Lexicon.from_csv(LEXICON)))
    decided: list[tuple[ReviewOutcome, Sequence[str]]] = [("block", BLOCKED), ("pass", PASSED)]
    for outcome, titles in decided:
        for number, title in enumerate(titles):
            name = f"{outcome}-{number}"
            platform.submit_listing(Listing(id=name, title=title, category="general"))
            platform.prevent.review(name, outcome, "seen", actor="reviewer:zhao")


def suggested(platform: anbao.Platform) -> Suggestions:
    return platform.prevent.suggest()


def accept(platform: anbao.Platform, one: Acceptance) -> str:
    return platform.run(lambda work: platform.prevent.accept(work, one, actor=LI))


def test_the_phrase_that_distinguishes_blocked_from_passed_is_suggested_with_its_counts(
    platform: anbao.Platform,
) -> None:
    found = suggested(platform)
    [one] = found.terms
    assert (one.term, one.blocked, one.passed, one.category) == ("蓝冰晶粒", 5, 0, "general")
    assert set(one.examples) <= {f"block-{n}" for n in range(5)}
    assert (found.blocked, found.passed) == (5, 6)


def test_titles_of_confirmed_hazards_count_as_blocked(platform: anbao.Platform) -> None:
    def confirm(name: str) -> None:
        body: JsonObject = {
            "title": f"炫目魔方灯{name}型",
            "category": "electrical",
            "fingerprints": [],
            "severity": 4,
            "source": "recall",
        }
        platform.run(
            lambda work: work.record(
                Entry(
                    actor="test",
                    at=work.now,
                    body=body,
                    kind="hazard.confirmed",
                    recorded=work.now,
                    subjects={"hazard": name},
                )
            )
        )

    for name in ("甲", "乙", "丙"):
        confirm(name)
    found = suggested(platform)
    assert found.hazards == 3
    [one] = [one for one in found.terms if one.term == "炫目魔方灯"]
    assert (one.blocked, one.category, set(one.examples)) == (3, "electrical", {"甲", "乙", "丙"})


def test_a_later_decision_outweighs_an_earlier_one(platform: anbao.Platform) -> None:
    for number in range(5):
        platform.prevent.review(f"block-{number}", "pass", "harmless after all", actor="reviewer:zhao")
    assert not suggested(platform).terms


def test_a_hit_that_reviewers_let_pass_suggests_an_exception(platform: anbao.Platform) -> None:
    [one] = suggested(platform).exceptions
    assert (one.term, one.exception, one.passed) == ("枪", "水枪", 3)
    platform.submit_listing(Listing(id="water", title="改装水枪 可发射钢珠"))
    platform.prevent.review("water", "block", "fires steel", actor="reviewer:zhao")
    assert not [one for one in suggested(platform).exceptions if one.exception == "水枪"]


def test_what_an_officer_accepts_becomes_a_version_that_is_not_in_force(platform: anbao.Platform) -> None:
    before = platform.prevent.ruleset().versions.lexicon
    first = accept(platform, Acceptance(term="蓝冰晶粒", category="drug", severity=5, reason="slang of a drug"))
    both = accept(platform, Acceptance(term="枪", exception="水枪", base=first, reason="toys"))
    assert platform.prevent.ruleset().versions.lexicon == before
    with platform.reading() as conn:
        entries = [stored.entry() for stored in platform.entries(conn, kind="suggestion.accepted")]
    assert [(one.actor, one.body["term"], one.body["reason"]) for one in entries] == [
        (LI, "蓝冰晶粒", "slang of a drug"),
        (LI, "枪", "toys"),
    ]
    role: Role = "lexicon"
    assert platform.prevent.changes.propose(role, both, actor=LI).state == "proposed"
    platform.run(lambda work: platform.prevent.changes.confirm(work, role, both, actor="officer:wang"))
    assert platform.submit_listing(Listing(id="new", title="现货 蓝冰晶粒")).decision.outcome == "block"
    assert platform.submit_listing(Listing(id="toy", title="迷你水枪")).decision.outcome == "pass"
    assert platform.submit_listing(Listing(id="gun", title="枪 出售")).decision.outcome == "review"
    assert not suggested(platform).terms


@pytest.mark.parametrize(
    "one",
    [
        Acceptance(term="蓝冰晶粒", reason=" "),
        Acceptance(term="", reason="why"),
        Acceptance(term="，", reason="why"),
        Acceptance(term="枪", category="weapon", reason="there already"),
        Acceptance(term="蓝冰晶粒", severity=6, reason="why"),
        Acceptance(term="刀", exception="刀鱼", reason="no such term"),
        Acceptance(term="枪", exception="枪", reason="no longer than the term"),
    ],
)
def test_what_cannot_be_accepted_is_reported(platform: anbao.Platform, one: Acceptance) -> None:
    with pytest.raises(InvalidInput):
        accept(platform, one)


def test_over_http_and_on_the_command_line(sqlite_opened_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with served(sqlite_opened_url) as server:
        fill(server.platform)
        client = server.client("officer")
        found = client.get("/v1/lexicons/suggestions").json()
        assert [one["term"] for one in found["terms"]] == ["蓝冰晶粒"]
        made = client.post("/v1/lexicons/accept", json={"term": "蓝冰晶粒", "reason": "slang"})
        assert made.status_code == 201
        assert client.post("/v1/lexicons/accept", json={"term": "蓝冰晶粒", "reason": ""}).status_code == 400

    def run(*arguments: str) -> int:
        return command_line([*arguments, "--store", sqlite_opened_url])

    assert run("lexicon", "suggest", "--format", "jsonl") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {(one["term"], one["exception"]) for one in rows} == {("蓝冰晶粒", ""), ("枪", "水枪")}
    assert run("lexicon", "accept", "枪", "--exception", "水枪", "--why", "toys", "--by", LI) == 0
    assert len(capsys.readouterr().out.strip()) == 16
    assert run("lexicon", "accept", "枪", "--exception", "手", "--why", "toys", "--by", LI) == 2
