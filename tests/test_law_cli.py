"""``anbao law`` for people and programs."""

import csv
import io
import json

import pytest
from rich.cells import cell_len

from anbao.cli.root import run
from anbao.law.pack import default_pack_path, load_pack


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANBAO_LANG", "zh")


def test_list_names_every_instrument(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["law", "list", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    pack = load_pack(default_pack_path())
    assert {row["id"] for row in rows} == pack.library.instruments.keys()


def test_show_follows_the_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["law", "show", "cn.cybersecurity_law.2025/24.1", "--on", "2021-06-01", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["ref"] == "cn.cybersecurity_law.2016/22.1"
    assert row["remarks"]["zh"]


def test_show_prints_the_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["law", "show", "cn.ecommerce_law.38"]) == 0
    out = capsys.readouterr().out
    assert "《电子商务法》第三十八条" in out
    assert "依法承担相应的责任" in out.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["law", "show", "cn.food_safety_law.62"],
        ["law", "norm", "cn.report.tax"],
        ["law", "search", "不得在网络上销售", "疫苗"],
        ["law", "list"],
    ],
)
def test_the_degree_of_confidence_is_always_shown(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    out = capsys.readouterr().out
    assert "可靠程度" in out
    assert "未核对" in out or "据收录原文" in out


def test_what_rests_on_memory_is_called_not_checked(capsys: pytest.CaptureFixture[str]) -> None:
    run(["law", "norm", "cn.recall.report"])
    assert "未核对" in capsys.readouterr().out
    run(["law", "show", "cn.food_safety_law.62"])
    assert "施行日期未核对" in capsys.readouterr().out


def test_a_deadline_of_the_platform_is_labelled(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["law", "norms", "--duty", "warn"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("cn.hazard.warn" in line and "平台自定时限" in line for line in lines)
    assert any("cn.notice.before_order" in line and "平台自定时限" in line for line in lines)
    assert any("cn.notice.drug_confirm" in line and "法定" in line for line in lines)


def test_norms_can_be_chosen_by_the_entry_that_moves_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["law", "norms", "--entry", "order.completed", "--format", "jsonl"]) == 0
    found = {json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()}
    assert found == {"cn.retain.trade", "cn.retain.live_trade"}


def test_tables_are_aligned_with_chinese_in_them(capsys: pytest.CaptureFixture[str]) -> None:
    run(["law", "norms", "--duty", "assist"])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert len({cell_len(line) for line in lines}) == 1


def test_duties_by_hand_give_their_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["law", "duties", "--by-hand", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows
    assert all(row["by_hand"]["zh"] and not row["norms"] for row in rows)


@pytest.mark.parametrize(
    "arguments",
    [
        ["law", "show", "cn.no_such_law.1"],
        ["law", "show", "cn.ecommerce_law.999"],
        ["law", "norm", "cn.no.such"],
        ["law", "norms", "--entry", "no.such"],
    ],
)
def test_an_error_goes_to_stderr_with_a_hint_and_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("错误：")


def test_search_says_how_much_it_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["law", "search", "消费者", "--limit", "2", "--format", "jsonl"]) == 0
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 2
    assert "显示 2 条" in captured.err
