"""Numbers and choices that rules use: defaults of the pack, the platform's own values from their time on, errors."""

import json
from pathlib import Path

import msgspec
import pytest

import anbao
from anbao.cli import root
from anbao.errors import InvalidInput
from anbao.law.parameters import Parameter
from helpers import DAY, START, Clock

OWN = {
    "confidence": "memory",
    "id": "x",
    "in_force": {"from": "2020-01-01"},
    "set_by": "platform",
    "source": "s",
    "title": {"zh": "甲", "en": "x"},
}


def test_a_change_holds_from_its_time_on_and_is_an_entry(platform: anbao.Platform, clock: Clock) -> None:
    clock.now = START + DAY
    platform.change_parameter("notice.least_seconds", "7", actor="officer:wang")
    platform.change_parameter("order.without_notice", "refuse", actor="officer:wang")
    platform.change_parameter("platform.domains", "Shop.example., a.example", actor="officer:wang")
    with platform.reading() as conn:
        parameters = platform.parameters
        for at, seconds, word in ((START, 0, "flag"), (START + DAY, 7, "refuse"), (START + 9 * DAY, 7, "refuse")):
            assert parameters.number(conn, "notice.least_seconds", at) == seconds
            assert parameters.word(conn, "order.without_notice", at) == word
        assert parameters.word(conn, "platform.domains", clock.now) == "a.example,shop.example"
        changed = [one.entry() for one in platform.entries(conn, kind="parameter.changed")]
    assert [(one.actor, one.body["value"]) for one in changed] == [
        ("officer:wang", "7"),
        ("officer:wang", "refuse"),
        ("officer:wang", "a.example,shop.example"),
    ]


def test_letters_are_signed_by_whom_the_platform_says_it_is(platform: anbao.Platform, clock: Clock) -> None:
    with platform.reading() as conn:
        assert platform.parameters.sender(conn, clock.now).zh == "（平台名称未设置）"
    platform.change_parameter("platform.name", " 示例商城 ", actor="officer:wang")
    platform.change_parameter("platform.contact", "a@b.example", actor="officer:wang")
    with platform.reading() as conn:
        sender = platform.parameters.sender(conn, clock.now)
    assert (sender.zh, sender.en) == ("示例商城，a@b.example", "示例商城, a@b.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("platform.name", "甲" * 201),
        ("platform.seat", "甲\n乙"),
        ("notice.least_seconds", -1),
        ("notice.least_seconds", "七"),
        ("change.sample", 0),
        ("change.sample", 10**13),
        ("order.without_notice", "maybe"),
        ("platform.domains", "no domain"),
        ("merchant.unregistered_turnover", 5),
        ("nothing", 1),
    ],
)
def test_what_does_not_fit_or_is_the_laws_is_refused(platform: anbao.Platform, name: str, value: int | str) -> None:
    with pytest.raises(InvalidInput):
        platform.change_parameter(name, value, actor="officer")
    with platform.reading() as conn:
        assert not platform.ledger.entries(conn, kind="parameter.changed")


@pytest.mark.parametrize("wrong", [{"value": 0}, {"of": "choice", "choices": ["a"], "value": "b"}])
def test_a_packs_default_is_one_that_the_parameter_takes(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**OWN, **wrong}, Parameter)


def test_on_the_command_line(
    platform: anbao.Platform, store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert root.run(["parameter", "set", "notice.least_seconds", "9", "--by", "wang", "--store", store_url]) == 0
    assert root.run(["parameter", "set", "order.unsuitable", "perhaps", "--by", "wang", "--store", store_url]) == 2
    capsys.readouterr()
    assert root.run(["parameter", "list", "--format", "json", "--store", store_url]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["notice.least_seconds"]["value"] == 9
    assert rows["merchant.unregistered_turnover"]["set_by"] == "law"
