"""Rules change: tried on past listings first; what is heavy waits for a second person, who is never the proposer."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import anbao
from anbao.cases.persons import SECOND_BY_KEY
from anbao.cli.root import run as command_line
from anbao.detect.text import Lexicon
from anbao.errors import Conflict, Forbidden, InvalidInput, NotFound
from anbao.model.listing import Listing
from anbao.platform import open_platform
from anbao.rules.backtest import Window
from anbao.rules.changes import Change, Changes
from anbao.rules.policy import Policy
from api_server import Served, served
from helpers import DAY, HOUR, Clock
from test_policy import DATA

LI, WANG = "officer:li", "officer:wang"
GOODS = ("甲毒物 现货", "乙毒物 批发", "纯棉毛巾", "陶瓷碗")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(store_url: str, clock: Clock) -> Iterator[anbao.Platform]:
    """A platform with a small lexicon and 80 listings, a quarter of each of ``GOODS``."""
    with anbao.open(store_url, clock=clock) as opened:
        opened.activate_lexicon(imported(opened, "甲毒物"))
        for batch in range(4):
            opened.submit_listings([Listing(id=f"L{batch}-{n}", title=GOODS[n % 4]) for n in range(20)])
            clock.now += HOUR
        yield opened


def imported(platform: anbao.Platform, *terms: str) -> str:
    rows = "".join(f"{term},toxic,5\n" for term in terms)
    return platform.import_lexicon(Lexicon.from_csv(f"term,category,severity\n{rows}".encode()))


def changes(platform: anbao.Platform) -> Changes:
    return platform.prevent.changes


def confirm(platform: anbao.Platform, digest: str, actor: str) -> int:
    return platform.run(lambda work: changes(platform).confirm(work, "lexicon", digest, actor=actor))


def in_force(platform: anbao.Platform) -> str:
    return platform.prevent.ruleset().versions.lexicon


def heavy(platform: anbao.Platform) -> Change:
    change = changes(platform).propose("lexicon", imported(platform, "甲毒物", "乙毒物"), actor=LI)
    assert change.state == "proposed"
    return change


def test_a_back_test_counts_what_would_differ(platform: anbao.Platform) -> None:
    entry, result = changes(platform).backtest("lexicon", imported(platform, "乙毒物"), Window(), actor=LI)
    assert (result.examined, result.changed, result.share) == (80, 40, 500)
    assert {(one.before, one.after): one.count for one in result.transitions} == {
        ("block", "pass"): 20,
        ("pass", "block"): 20,
        ("pass", "pass"): 40,
    }
    assert {one.term: (one.appears, one.vanishes) for one in result.terms} == {"甲毒物": (0, 20), "乙毒物": (20, 0)}
    assert (result.terms_added, result.terms_removed) == (1, 1)
    assert {one.listing.split("-")[0] for one in result.examples} <= {"L0", "L1", "L2", "L3"}
    with platform.reading() as conn:
        stored = platform.ledger.entry(conn, entry).entry()
    assert stored.kind == "lexicon.backtested"
    assert (stored.body["examined"], stored.body["changed"]) == (80, 40)
    assert in_force(platform) != result.candidate.split(":")[0]


@pytest.mark.parametrize(("sample", "least"), [(10, 10), (80, 80), (1_000, 80)])
def test_a_sample_looks_at_about_so_many_and_none_twice(platform: anbao.Platform, sample: int, least: int) -> None:
    _, result = changes(platform).backtest("lexicon", imported(platform, "乙毒物"), Window(sample=sample), actor=LI)
    assert result.examined == least


def test_a_time_range_bounds_the_listings(platform: anbao.Platform, clock: Clock) -> None:
    window = Window(since=clock.now - 3 * HOUR, until=clock.now - HOUR)
    _, result = changes(platform).backtest("lexicon", imported(platform, "乙毒物"), window, actor=LI)
    assert result.examined == 40
    assert {one.listing.split("-")[0] for one in result.examples} == {"L1", "L2"}


def test_a_light_change_takes_effect_at_once(platform: anbao.Platform) -> None:
    digest = imported(platform, "甲毒物", "丙毒物")
    change = changes(platform).propose("lexicon", digest, actor=LI)
    assert (change.state, change.because) == ("in_force", ())
    assert in_force(platform) == digest


def test_a_heavy_change_waits_for_a_second_person(platform: anbao.Platform) -> None:
    before = in_force(platform)
    change = heavy(platform)
    assert "250" in change.because[0].en
    assert in_force(platform) == before
    with pytest.raises(Forbidden):
        confirm(platform, change.digest, LI)
    assert in_force(platform) == before
    assert [one.digest for one in changes(platform).waiting()] == [change.digest]
    entry = confirm(platform, change.digest, WANG)
    assert in_force(platform) == change.digest
    assert platform.submit_listing(Listing(id="new", title="乙毒物")).decision.outcome == "block"
    with platform.reading() as conn:
        body = platform.ledger.entry(conn, entry).entry().body
    assert (body["proposal"], body["proposer"]) == (change.entry, LI)
    assert not changes(platform).waiting()
    with pytest.raises(NotFound):
        confirm(platform, change.digest, WANG)


def test_a_confirmed_change_never_takes_effect_before_its_confirmation(platform: anbao.Platform, clock: Clock) -> None:
    digest = imported(platform, "乙毒物")
    changes(platform).propose("lexicon", digest, actor=LI, effective=clock.now + HOUR)
    clock.now += 2 * HOUR
    entry = confirm(platform, digest, WANG)
    with platform.reading() as conn:
        assert platform.ledger.entry(conn, entry).entry().body["effective"] == clock.now


def test_what_is_refused_or_lapsed_cannot_be_confirmed(platform: anbao.Platform, clock: Clock) -> None:
    refused = heavy(platform).digest
    with pytest.raises(InvalidInput):
        platform.run(lambda work: changes(platform).refuse(work, "lexicon", refused, " ", actor=WANG))
    platform.run(lambda work: changes(platform).refuse(work, "lexicon", refused, "too broad", actor=WANG))
    with pytest.raises(NotFound):
        confirm(platform, refused, WANG)
    lapsed = heavy(platform).digest
    clock.now += 9 * DAY
    with pytest.raises(NotFound):
        confirm(platform, lapsed, WANG)
    platform.advance()
    with platform.reading() as conn:
        [expired] = platform.ledger.entries(conn, kind="lexicon.activation_expired")
    assert expired.entry().subjects == {"lexicon": lapsed}
    assert not changes(platform).expire()


def test_a_proposal_is_void_once_the_rules_it_was_tried_against_have_changed(platform: anbao.Platform) -> None:
    digest = heavy(platform).digest
    platform.activate_lexicon(imported(platform, "丁毒物"))
    with pytest.raises(Conflict):
        confirm(platform, digest, WANG)


def test_many_terms_gone_are_heavy_though_no_outcome_changes(platform: anbao.Platform) -> None:
    wide = imported(platform, "甲毒物", *(f"毒物{n}号" for n in range(30)))
    assert changes(platform).propose("lexicon", wide, actor=LI).state == "in_force"
    narrow = imported(platform, "甲毒物")
    change = changes(platform).propose("lexicon", narrow, actor=LI)
    assert (change.state, change.backtest.changed, change.backtest.terms_removed) == ("proposed", 0, 30)
    platform.change_parameter("change.terms_removed", 30, actor=LI)
    assert changes(platform).propose("lexicon", narrow, actor=LI).state == "in_force"
    with pytest.raises(InvalidInput):
        platform.change_parameter("change.nothing", 1, actor=LI)


def test_the_share_that_is_heavy_is_the_platforms_own_number(platform: anbao.Platform) -> None:
    platform.change_parameter("change.share", 250, actor=LI)
    change = changes(platform).propose("lexicon", imported(platform, "甲毒物", "乙毒物"), actor=LI)
    assert change.state == "in_force"


def test_another_policy_is_always_heavy(platform: anbao.Platform) -> None:
    table = json.loads(DATA)
    table["nodes"][1]["content"]["rules"][-1]["_description"] = "same but for a word"
    data = json.dumps(table).encode()
    digest = platform.import_policy(Policy.from_bytes(data), data)
    assert changes(platform).propose("policy", digest, actor=LI).state == "proposed"
    with pytest.raises(NotFound):  # a digest is of one role only
        changes(platform).propose("lexicon", digest, actor=LI)
    platform.run(lambda work: changes(platform).confirm(work, "policy", digest, actor=WANG))
    assert platform.prevent.ruleset().versions.policy == digest
    assert not platform.obligation_differences()


def test_while_nothing_was_screened_one_person_sets_the_rules(store_url: str) -> None:
    with open_platform(store_url) as platform:
        digest = imported(platform, "甲毒物")
        assert changes(platform).propose("lexicon", digest, actor=LI).state == "in_force"


# ── over HTTP and on the command line ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def server(store_url: str) -> Iterator[Served]:
    with served(store_url) as running:
        yield running


def test_over_http_the_second_person_has_another_key(server: Served) -> None:
    first, second = server.client("officer"), server.client("officer")
    with server.client() as client:
        for number, title in enumerate(GOODS):
            client.post("/v1/listings", json={"id": str(number), "title": title})
    digest = first.post(
        "/v1/lexicons",
        content="term,category,severity\n陶瓷碗,toxic,5\n".encode(),
        headers={"Content-Type": "text/csv"},
    ).json()["digest"]
    tried = first.post(f"/v1/lexicons/{digest}/backtest", json={})
    assert tried.status_code == 201
    assert tried.json()["result"]["changed"] == 1
    change = first.post(f"/v1/lexicons/{digest}/activate").json()
    assert (change["state"], change["backtest"]["changed"]) == ("proposed", 1)
    assert [one["digest"] for one in second.get("/v1/proposals").json()["items"]] == [digest]
    refused = first.post(f"/v1/lexicons/{digest}/confirm")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert first.post(f"/v1/parameters/{SECOND_BY_KEY}", json={"value": "required"}).status_code == 201
    assert second.post(f"/v1/lexicons/{digest}/confirm").status_code == 201
    with server.platform.reading() as conn:
        [proposed] = server.platform.ledger.entries(conn, kind="lexicon.activation_proposed")
    assert "identity" not in proposed.entry().body
    assert second.get("/v1/lexicons").json()["in_force"] == digest
    assert second.post(f"/v1/lexicons/{digest}/refuse", json={"reason": "late"}).status_code == 404

    policy = first.post("/v1/policies", content=DATA, headers={"Content-Type": "application/json"}).json()["digest"]
    assert first.get("/v1/policies").json()["in_force"] == policy
    assert first.post("/v1/policies", content=b"{}", headers={"Content-Type": "application/json"}).status_code >= 400
    assert first.post("/v1/parameters/change.share", json={"value": 1_000}).status_code == 201
    assert first.post("/v1/parameters/nothing", json={"value": 1}).status_code == 400


def test_on_the_command_line_the_second_person_is_named(
    sqlite_opened_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAO_LANG", "en")
    with open_platform(sqlite_opened_url) as platform:
        platform.submit_listings([Listing(id=str(number), title=title) for number, title in enumerate(GOODS)])

    def run(*arguments: str) -> int:
        return command_line([*arguments, "--store", sqlite_opened_url])

    words = tmp_path / "words.csv"
    words.write_text("term,category,severity\n陶瓷碗,toxic,5\n", encoding="utf-8")
    assert run("lexicon", "import", str(words), "--activate", "--by", LI) == 0
    told = capsys.readouterr()
    digest = told.out.split()[0]
    assert "needs a second person" in told.err
    assert run("lexicon", "confirm", digest, "--by", LI) == 2
    assert "cannot confirm it" in capsys.readouterr().err
    assert run("lexicon", "confirm", digest, "--by", f" {LI.upper()}\u200b") == 2
    assert "cannot confirm it" in capsys.readouterr().err
    assert run("lexicon", "confirm", digest, "--by", "key:0123456789ab") == 2
    assert "name of a key" in capsys.readouterr().err
    assert run("parameter", "set", SECOND_BY_KEY, "required", "--by", WANG) == 0
    assert run("lexicon", "confirm", digest, "--by", WANG) == 2
    assert "takes keys" in capsys.readouterr().err
    assert run("parameter", "set", SECOND_BY_KEY, "optional", "--by", WANG) == 0
    capsys.readouterr()
    assert run("lexicon", "backtest", digest, "--format", "json") == 0
    assert "陶瓷碗" in capsys.readouterr().out
    assert run("lexicon", "confirm", digest, "--by", WANG) == 0
    assert run("lexicon", "proposals", "--format", "jsonl") == 0
    assert digest not in capsys.readouterr().out
    assert run("lexicon", "list", "--format", "jsonl") == 0
    assert any(json.loads(line)["in_force"] for line in capsys.readouterr().out.splitlines() if digest in line)

    table = tmp_path / "policy.json"
    table.write_bytes(DATA.replace(b"term.low", b"term.suspect"))
    assert run("policy", "import", str(table)) == 0
    policy = capsys.readouterr().out.split()[0]
    assert run("policy", "activate", policy, "--by", LI) == 0
    assert run("policy", "refuse", policy, "--reason", "no need", "--by", WANG) == 0
    assert run("policy", "confirm", policy, "--by", WANG) == 2
    assert run("policy", "show", policy) == 0
