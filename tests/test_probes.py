"""The probes of pictures and of the complaint channel: on schedule, red when broken, and nothing of them lasts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from anbao.detect.text import Lexicon
from anbao.investigate.complaints import records
from anbao.model.complaint import Complaint
from anbao.model.listing import Listing
from anbao.platform import Platform, open_platform
from anbao.rules.policy import Policy
from anbao.store.bulk import sql
from helpers import HOUR, Clock
from test_policy import DATA

_OF_CONTROLS = '%"platform"%'
"""What the platform itself owes; probes are how it watches over its controls."""

BOTH = ("complaint_channel", "picture_check")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(probed_url: str, clock: Clock, controls_on_schedule: None) -> Iterator[Platform]:
    with open_platform(probed_url, clock=clock) as opened:
        yield opened


def state(platform: Platform, control: str) -> tuple[str, bool]:
    one = platform.controls.view(control)
    owed = [each.subjects["control"] for each in platform.obligations(limit=1_000) if each.norm == "cn.control.repair"]
    return one.state, control in owed


def an_hour_later(platform: Platform, clock: Clock) -> None:
    clock.now += HOUR
    platform.advance()


@contextmanager
def without(platform: Platform, table: str) -> Iterator[None]:
    """The store has lost a table for a while."""
    platform.run(lambda work: sql(work.conn, f"ALTER TABLE {table} RENAME TO {table}_gone"))
    yield
    platform.run(lambda work: sql(work.conn, f"ALTER TABLE {table}_gone RENAME TO {table}"))


@pytest.mark.parametrize(
    ("control", "table"),
    [
        ("picture_check", "hazard_picture"),
        ("picture_check", "picture"),
        ("complaint_channel", "complaint_trace"),
        ("complaint_channel", "case_file"),
    ],
)
def test_a_control_that_breaks_turns_red_and_owes_its_repair(
    platform: Platform, clock: Clock, control: str, table: str
) -> None:
    assert state(platform, control) == ("works", False)
    with without(platform, table):
        an_hour_later(platform, clock)
        assert state(platform, control) == ("failed", True)
        assert platform.controls.view(control).red
    an_hour_later(platform, clock)
    assert state(platform, control) == ("works", False)


@pytest.mark.parametrize("row", ["picture_same", "picture_code"])
def test_a_policy_blind_to_pictures_turns_them_red(platform: Platform, clock: Clock, row: str) -> None:
    table = json.loads(DATA)
    rules = table["nodes"][1]["content"]["rules"]
    rules[:] = [one for one in rules if one["_id"] not in (row, "contact_review")]
    policy = Policy(table)
    platform.activate_policy(platform.import_policy(policy, json.dumps(table).encode()))
    an_hour_later(platform, clock)
    assert state(platform, "picture_check") == ("failed", True)


def test_a_policy_that_stops_everything_is_found_out_by_the_harmless_picture(platform: Platform) -> None:
    blocking = DATA.replace(b'"\\"pass\\""', b'"\\"block\\""')
    platform.activate_policy(platform.import_policy(Policy.from_bytes(blocking), blocking))
    probed = platform.controls.try_one("picture_check")
    assert not probed.ok
    assert "harmless" in probed.why.en


def test_pictures_that_nothing_reads_turn_red(platform: Platform, clock: Clock) -> None:
    platform.submit_listing(Listing(id="l", pictures=("https://shop.example.com/1.jpg",), title="纯棉毛巾"))
    an_hour_later(platform, clock)
    assert state(platform, "picture_check") == ("works", False)
    an_hour_later(platform, clock)
    assert state(platform, "picture_check") == ("failed", True)
    assert "1 wait" in platform.controls.view("picture_check").why.en


def test_probes_disturb_no_statistics_reports_or_due_dates(platform: Platform, clock: Clock) -> None:
    complaint = Complaint(concern="quality", merchant="m", source="consumer", text="开线了")
    platform.run(lambda work: platform.investigate.complaints.file(work, complaint))
    platform.activate_lexicon(platform.import_lexicon(Lexicon(())))
    before = told(platform)
    for control in BOTH:
        assert platform.controls.try_one(control).ok
    assert told(platform) == before
    with platform.reading() as conn:
        assert len(records.page(conn)) == 1
        kinds = [one.kind for one in platform.entries(conn)]
    assert kinds.count("complaint.received") == 1
    assert not [one for one in kinds if one.startswith(("picture.", "hazard.", "listing."))]
    assert platform.obligation_differences() == []


def told(platform: Platform) -> dict[str, list[tuple[object, ...]]]:
    """All that statistics, reports and due dates are made of."""
    tables = ("complaint", "complaint_trace", "case_file", "listing_picture", "picture", "hazard_picture", "personal")
    with platform.reading() as conn:
        rows = {one: [tuple(row) for row in sql(conn, f"SELECT * FROM {one} ORDER BY 1")] for one in tables}
        outbox = [tuple(row) for row in sql(conn, "SELECT * FROM outbox ORDER BY 1")]
        owed = [
            tuple(row)
            for row in sql(
                conn, "SELECT * FROM obligation WHERE subject NOT LIKE ? ORDER BY norm, opened_by", (_OF_CONTROLS,)
            )
        ]
    owed = [one for one in owed if '"control"' not in str(one)]
    return {**rows, "obligation": owed, "outbox": outbox}
