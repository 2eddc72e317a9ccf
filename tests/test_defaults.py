"""A newer release brings other defaults: stores opened earlier keep theirs until officers change them."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from anbao.cli.root import run
from anbao.detect.text import Lexicon
from anbao.errors import Conflict
from anbao.law.pack import default_pack_path
from anbao.model.listing import Listing
from anbao.platform import Platform, open_platform
from api_server import served
from helpers import Clock


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """The pack as an earlier release had it: nobody asked where a merchant stands, and a word fewer."""
    pack = tmp_path / "cn"
    shutil.copytree(default_pack_path(), pack)
    file = pack / "policy" / "default.json"
    table = json.loads(file.read_text(encoding="utf-8"))
    rules = table["nodes"][1]["content"]["rules"]
    rules[:] = [row for row in rules if not row["_id"].startswith("merchant_")]
    file.write_text(json.dumps(table, ensure_ascii=False), encoding="utf-8")
    words = pack / "lexicon" / "hazard.csv"
    words.write_text(words.read_text(encoding="utf-8").rstrip().rpartition("\n")[0] + "\n", encoding="utf-8")
    return pack


@pytest.fixture
def platform(empty_url: str, older: Path) -> Iterator[Platform]:
    """A store that an earlier release opened and screened with, opened by this one."""
    with open_platform(empty_url, pack=older, clock=Clock()) as before:
        before.submit_listing(Listing(id="l", title="纯棉毛巾"))
    with open_platform(empty_url, clock=Clock()) as opened:
        yield opened


def states(platform: Platform) -> dict[str, tuple[str, bool]]:
    return {one.role: (one.state, one.proposed) for one in platform.prevent.defaults()}


def test_a_new_store_has_the_defaults_of_its_pack(empty_url: str) -> None:
    with open_platform(empty_url) as platform:
        assert states(platform) == {"lexicon": ("current", False), "policy": ("current", False)}
        with pytest.raises(Conflict):
            platform.prevent.propose_default("policy", actor="li")


def test_an_older_default_stays_in_force_until_a_second_person_confirms_the_new_one(platform: Platform) -> None:
    assert states(platform) == {"lexicon": ("older", False), "policy": ("older", False)}
    before = platform.prevent.ruleset().versions
    change = platform.prevent.propose_default("policy", actor="li")
    assert (change.state, change.backtest.examined) == ("proposed", 1)
    assert states(platform)["policy"] == ("older", True)
    assert platform.prevent.ruleset().versions == before
    platform.run(lambda work: platform.prevent.changes.confirm(work, "policy", change.digest, actor="wang"))
    assert states(platform)["policy"] == ("current", False)
    assert platform.prevent.propose_default("lexicon", actor="li").state == "in_force"
    assert {state for state, _ in states(platform).values()} == {"current"}


def test_a_lexicon_of_the_platforms_own_is_distinguished_from_an_older_default(platform: Platform) -> None:
    platform.activate_lexicon(
        platform.import_lexicon(Lexicon.from_csv("term,category,severity\n枪,weapon,3\n".encode()))
    )
    assert states(platform)["lexicon"] == ("own", False)


def test_the_doctor_says_so_and_one_command_proposes(
    sqlite_url: str, older: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAO_LANG", "en")
    with open_platform(sqlite_url, pack=older) as before:
        before.submit_listing(Listing(id="l", title="纯棉毛巾"))
    assert run(["doctor", "--store", sqlite_url]) == 0
    said = capfd.readouterr().out
    assert "the policy in force" in said
    assert "anbao policy adopt-default" in said
    assert run(["policy", "adopt-default", "--by", "li", "--store", sqlite_url]) == 0
    assert "needs a second person" in capfd.readouterr().err
    assert run(["doctor", "--store", sqlite_url]) == 0
    assert "anbao policy confirm" in capfd.readouterr().out
    assert run(["lexicon", "adopt-default", "--by", "li", "--store", sqlite_url]) == 0
    assert "in force" in capfd.readouterr().err
    assert run(["lexicon", "adopt-default", "--by", "li", "--store", sqlite_url]) != 0


def test_over_http(empty_url: str, older: Path) -> None:
    with open_platform(empty_url, pack=older) as before:
        before.submit_listing(Listing(id="l", title="纯棉毛巾"))
    with served(empty_url) as server:
        officer = server.client("officer")
        items = officer.get("/v1/defaults").json()["items"]
        assert [(one["role"], one["state"]) for one in items] == [("lexicon", "older"), ("policy", "older")]
        proposed = officer.post("/v1/defaults/policy")
        assert proposed.json().get("state") == "proposed", proposed.text
        assert officer.get("/v1/proposals").json()["items"][0]["role"] == "policy"
        assert officer.post("/v1/defaults/nothing").status_code == 404
