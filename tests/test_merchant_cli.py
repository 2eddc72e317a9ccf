"""``anbao merchant`` on the command line, for people and programs."""

import csv
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from anbao.cli.root import run
from anbao.simulator.registry import RegistryRecord, RegistryServer
from merchant_steps import FOOD, RESIDENT, company, person

Output = Callable[[], tuple[str, str]]


@pytest.fixture(autouse=True)
def _store(monkeypatch: pytest.MonkeyPatch, store_url: str) -> None:
    monkeypatch.setenv("ANBAO_STORE", store_url)
    monkeypatch.setenv("ANBAO_LANG", "zh")


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str]) -> Output:
    def read() -> tuple[str, str]:
        captured = capsys.readouterr()
        return captured.out, captured.err

    return read


@pytest.fixture
def write(tmp_path: Path) -> Callable[[object], str]:
    def written(value: object) -> str:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        path.write_bytes(msgspec.json.encode(value))
        return str(path)

    return written


def test_an_application_shows_what_is_wrong_and_under_which_provision(
    write: Callable[[object], str], output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = company("m1", categories=["零食"], licences=[{**FOOD, "number": "JY15101000000000"}])
    assert run(["merchant", "apply", write(forged)]) == 1
    out, _ = output()
    assert "已拒绝" in out
    [line] = [line for line in out.splitlines() if "JY15101000000000" in line]
    assert "校验码错误" in line
    assert "预包装食品" in line
    assert "食品安全法" in line
    assert run(["merchant", "show", "m1", "--format", "json"]) == 0
    assert json.loads(output()[0])["file"]["status"] == "refused"
    monkeypatch.setenv("ANBAO_LANG", "en")
    assert run(["merchant", "apply", write(company("m2", categories=["零食"])), "--format", "csv"]) == 1
    out, err = output()
    rows = list(csv.DictReader(io.StringIO(out)))
    assert rows[0]["result"] == "missing"
    assert "Food Safety Law" in rows[0]["provisions"]
    assert "m2: held" in err


def test_the_acts_of_an_officer(write: Callable[[object], str], output: Output, tmp_path: Path) -> None:
    assert run(["merchant", "apply", write(company("m1", phone="12055556666"))]) == 0
    assert run(["merchant", "change", "m1", write({"shop_name": "新店名"})]) == 0
    assert run(["merchant", "reverify", "m1"]) == 0
    assert run(["merchant", "reverify", "--due", "200"]) == 0
    assert run(["merchant", "close", "m1", "--for-cause", "--reason", "售假", "--by", "officer:wang"]) == 0
    output()
    assert run(["merchant", "apply", write(person("m2", phone="12055556666"))]) == 1
    out, _ = output()
    assert "与被清退的商家共用身份标识" in out
    assert "曾被清退" in out
    assert run(["merchant", "links", "m2", "--format", "jsonl"]) == 1
    assert json.loads(output()[0])["identifiers"] == ["phone"]
    assert run(["merchant", "links", "--format", "json"]) == 1
    assert json.loads(output()[0])[0]["members"] == ["m1", "m2"]
    assert run(["merchant", "review", "m2", "--verify", "--reason", "查明", "--by", "officer:wang"]) == 0
    output()
    assert run(["merchant", "list", "--format", "csv"]) == 0
    assert [row["status"] for row in csv.DictReader(io.StringIO(output()[0]))] == ["已退出", "已核验"]

    folder = tmp_path / "out"
    assert run(["merchant", "report", "--out", str(folder), "--by", "officer:wang"]) == 0
    digests = {path: digest for digest, path in (line.split("  ") for line in output()[0].splitlines())}
    [persons] = folder.glob("*-unregistered.csv")
    assert RESIDENT in persons.read_text("utf-8-sig")
    assert stat.S_IMODE(persons.stat().st_mode) == 0o600
    assert run(["merchant", "report", "--submitted", digests[str(persons)], "--by", "officer:wang"]) == 0
    assert run(["merchant", "report", "--submitted", "0" * 64, "--by", "officer:wang"]) == 2


def test_the_registry_of_the_environment_is_asked_at_once_or_waited_for(
    write: Callable[[object], str], output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = company("m1").legal_name
    with RegistryServer([RegistryRecord(kind="uscc", number="91320200MA1MGN8MXH", holder=holder)]) as registry:
        monkeypatch.setenv("ANBAO_REGISTRY", registry.url)
        assert run(["merchant", "apply", write(company("m1"))]) == 0
        registry.mode = "wrong"
        assert run(["merchant", "apply", write(company("m2"))]) == 1
        assert "等待登记机关" in output()[0]
        assert run(["merchant", "show", "m2"]) == 0
        assert "waiting ×1" in output()[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "nobody"],
        ["reverify"],
        ["close", "nobody", "--reason", "x", "--by", "w"],
        ["report", "--by", "w"],
        ["apply", "no_such_file.json"],
        ["review", "nobody", "--verify", "--reason", "x", "--by", "w"],
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(
    arguments: list[str], write: Callable[[object], str], output: Output
) -> None:
    assert run(["merchant", "apply", write(company("m1"))]) == 0
    output()
    assert run(["merchant", *arguments]) == 2
    assert len(output()[1].splitlines()) == 1


def test_a_file_that_does_not_fit_says_where(write: Callable[[object], str], output: Output) -> None:
    assert run(["merchant", "apply", write({"id": "m1", "kind": "shop"})]) == 2
    assert "不合格式" in output()[1]
