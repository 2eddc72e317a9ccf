"""What was entered after its deadline never looks as if it had been done in time."""

import csv
import io
import time
from collections.abc import Iterator
from typing import Any

import pytest

from anbao.cli.root import run
from anbao.engine.obligations.read import ObligationView, page
from anbao.model.event import Event
from anbao.platform import Platform, open_platform
from anbao.prove.timeline import timeline
from api_server import Served, served
from helpers import HOUR, START, Clock

NORM = "cn.net.vuln24h"
"""A day from ``vulnerability.found`` to ``vulnerability.reported``."""


def report(platform: Platform, kind: str, at: int | None, name: str = "V1") -> int:
    facts: dict[str, str | int | bool] = {"public_interest": True} if kind == "found" else {}
    subjects = {"vulnerability": name}
    return platform.record_event(Event(at=at, facts=facts, kind=f"vulnerability.{kind}", subjects=subjects))


def owed(platform: Platform, norm: str = NORM) -> list[ObligationView]:
    with platform.reading() as conn:
        return page(conn, platform.clock(), norm=norm)


def states(platform: Platform) -> list[str]:
    return [one.state for one in owed(platform)]


@pytest.fixture
def server(store_url: str) -> Iterator[Served]:
    with served(store_url) as running:
        yield running


def test_what_is_entered_in_time_is_met(platform: Platform, clock: Clock) -> None:
    report(platform, "found", START)
    clock.now += 23 * HOUR
    report(platform, "reported", START + HOUR)
    [one] = owed(platform)
    assert (one.state, one.recorded_late, one.closed_recorded) == ("discharged", False, START + 23 * HOUR)


def test_what_is_entered_after_the_deadline_was_recorded_late(platform: Platform, clock: Clock) -> None:
    report(platform, "found", START)
    clock.now += 24 * HOUR + 1
    report(platform, "reported", START + HOUR)
    [one] = owed(platform)
    assert (one.state, one.recorded_late) == ("discharged_recorded_late", True)
    assert (one.closed_at, one.closed_recorded, one.missed_by) == (START + HOUR, clock.now, None)
    platform.advance()
    assert states(platform) == ["discharged_recorded_late"]
    assert not platform.obligation_differences()


def test_what_was_missed_stays_missed(platform: Platform, clock: Clock) -> None:
    report(platform, "found", START)
    clock.now += 25 * HOUR
    platform.advance()
    assert states(platform) == ["overdue"]
    report(platform, "reported", START + HOUR)
    [one] = owed(platform)
    assert (one.state, one.recorded_late) == ("missed_recorded_late", True)
    assert one.missed_by is not None
    assert not platform.obligation_differences()


def test_what_was_done_late_is_late_whenever_it_was_entered(platform: Platform, clock: Clock) -> None:
    report(platform, "found", START)
    clock.now += 30 * HOUR
    report(platform, "reported", START + 26 * HOUR)
    assert states(platform) == ["discharged_late"]


def test_an_act_that_was_entered_before_what_it_answers(platform: Platform, clock: Clock) -> None:
    """Entered as it happened it was known in time; thought of afterwards it was recorded late, whatever comes first."""
    report(platform, "reported", clock.now, "in time")
    clock.now += 30 * HOUR
    report(platform, "found", START - HOUR, "in time")
    report(platform, "reported", START + HOUR, "afterwards")
    report(platform, "found", START, "afterwards")
    assert {one.subjects["vulnerability"]: one.state for one in owed(platform)} == {
        "in time": "discharged",
        "afterwards": "discharged_recorded_late",
    }


def test_a_guards_act_of_the_same_moment_was_known_in_time(platform: Platform, clock: Clock) -> None:
    """A live sale a moment after its host's training: that was entered just before it, or after it."""
    for name, first in (("before", True), ("after", False)):
        trained = Event(kind="host.trained", at=clock.now - 100, subjects={"host": name})
        if first:
            platform.record_event(trained)
        clock.now += 500
        platform.record_event(
            Event(kind="broadcast.started", at=clock.now - 400, subjects={"broadcast": name, "host": name})
        )
        if not first:
            platform.record_event(trained)
    found = {one.subjects["host"]: one.state for one in owed(platform, "cn.live.train")}
    assert found == {"before": "discharged", "after": "discharged_recorded_late"}


def test_the_timeline_says_when_an_entry_was_made(platform: Platform, clock: Clock) -> None:
    report(platform, "found", START)
    clock.now += 48 * HOUR
    report(platform, "reported", START + HOUR)
    with platform.reading() as conn:
        found = timeline(conn, platform.pack, ("vulnerability", "V1"), clock.now)
    assert [(line.entered_late, line.recorded) for line in found.lines] == [(False, START), (True, clock.now)]
    [one] = [one for one in found.lines[0].owes if one.norm == NORM]
    assert one.state == "discharged_recorded_late"


def test_over_http_it_is_shown_as_recorded_late(server: Served) -> None:
    client, now = server.client(), int(time.time() * 1000)

    def post(kind: str, hours: int, name: str) -> None:
        event: dict[str, Any] = {
            "kind": f"vulnerability.{kind}",
            "at": now - hours * HOUR,
            "facts": {"public_interest": True} if kind == "found" else {},
            "subjects": {"vulnerability": name},
        }
        answer = client.post("/v1/events", json=event)
        assert answer.status_code == 201, answer.text

    post("reported", 20, "V1")
    post("found", 30, "V1")
    post("found", 30, "V2")
    server.platform.tick()
    post("reported", 20, "V2")
    items = client.get("/v1/obligations", params={"norm": NORM}).json()["items"]
    found = {one["subjects"]["vulnerability"]: (one["state"], one["recorded_late"]) for one in items}
    assert found == {"V1": ("discharged_recorded_late", True), "V2": ("missed_recorded_late", True)}
    lines = client.get("/v1/timeline", params={"about": "vulnerability:V2"}).json()["items"]
    assert all(line["entered_late"] and line["recorded"] >= now for line in lines if line["actor"] != "clock")
    assert "missed_recorded_late" in {one["state"] for line in lines for one in line["owes"]}


def test_the_command_line_shows_it(
    sqlite_opened_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAO_STORE", sqlite_opened_url)
    monkeypatch.setenv("ANBAO_LANG", "zh")
    now = int(time.time() * 1000)
    with open_platform(sqlite_opened_url) as platform:
        report(platform, "found", now - 30 * HOUR)
        platform.tick()
        report(platform, "reported", now - 20 * HOUR)
        report(platform, "reported", now - 20 * HOUR, "V2")
        report(platform, "found", now - 30 * HOUR, "V2")
    run(["obligations", "list", "--all", "--norm", NORM, "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["state"] for row in rows] == ["逾期，事后补记", "已履行，补记（期限后录入）"]
    run(["timeline", "vulnerability:V2", "--format", "csv"])
    assert "补记于" in capsys.readouterr().out
