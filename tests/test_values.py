"""What the platform sets itself: one table for all types, read once, and never from what was taken back."""

from contextlib import suppress
from functools import partial

import pytest

import anbao
from anbao.engine import values
from anbao.engine.values import CaseRule
from anbao.engine.work import Work
from anbao.law.norms import Period
from anbao.model.entry import Entry
from anbao.platform import open_platform
from anbao.store import Connection, open_store
from anbao.store.bulk import Row, Rows, sql
from helpers import DAY, START, Clock, in_schema

SECONDS = "notice.least_seconds"


def seconds(platform: anbao.Platform, conn: Connection) -> int:
    return platform.parameters.number(conn, SECONDS, platform.clock())


def test_all_types_are_rows_of_one_table_by_their_entries(platform: anbao.Platform) -> None:
    deadline = platform.change_setting("listing.review", Period(hours=12), actor="officer:wang")
    number = platform.change_parameter(SECONDS, 7, actor="officer:wang")
    rule = platform.run(lambda work: platform.cases.change(work, "listing_review", second_look=0, undo_minutes=5))
    with platform.reading() as conn:
        rows = sql(conn, "SELECT type, name, entry, value FROM value_change ORDER BY entry").all()
        assert rows[-3:] == [
            ("setting", "listing.review", deadline, '{"hours":12}'),
            ("parameter", SECONDS, number, "7"),
            ("case_kind", "listing_review", rule, '{"second_look":0,"undo_minutes":5}'),
        ]
        assert sql(conn, "SELECT DISTINCT kind FROM activation ORDER BY kind").all() == [("lexicon",), ("policy",)]
        assert platform.case_rules.of_kind(conn, "listing_review") == CaseRule(second_look=0, undo_minutes=5)
        before = platform.settings.in_force(conn, "listing.review", platform.clock(), before=deadline)
        assert platform.settings.in_force(conn, "listing.review", platform.clock()) == Period(hours=12) != before


def test_a_change_that_is_taken_back_leaves_nothing_in_the_cache(platform: anbao.Platform) -> None:
    """The index of a change that was rolled back goes to the next one, in the same transaction or a later one."""

    def change(work: Work, value: int, *, fails: bool) -> None:
        platform.parameters.change(work, SECONDS, value, actor="officer")
        assert seconds(platform, work.conn) == value
        if fails:
            raise ZeroDivisionError

    def job(work: Work) -> None:
        with suppress(ZeroDivisionError):
            work.attempt(partial(change, value=5, fails=True))
        work.attempt(partial(change, value=6, fails=False))
        with suppress(ZeroDivisionError):
            work.attempt(partial(change, value=7, fails=True))
        assert seconds(platform, work.conn) == 6

    platform.run(job)
    with pytest.raises(ZeroDivisionError):
        platform.run(lambda work: change(work, 8, fails=True))
    with platform.reading() as conn:
        assert seconds(platform, conn) == 6
    platform.change_parameter(SECONDS, 9, actor="officer")
    with platform.reading() as conn:
        assert seconds(platform, conn) == 9


def test_what_another_process_changes_is_seen_by_the_next_transaction(
    platform: anbao.Platform, store_url: str, clock: Clock
) -> None:
    with open_platform(store_url, clock=clock) as other:
        with platform.reading() as conn:
            assert seconds(platform, conn) == 0
            other.change_parameter(SECONDS, 4, actor="officer")
            assert seconds(platform, conn) == 0  # this transaction sees one state throughout
        with platform.reading() as conn:
            assert seconds(platform, conn) == 4


def test_a_transaction_asks_the_database_once(platform: anbao.Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(conn: Connection, statement: str, parameters: Row = ()) -> Rows:
        asked.append(statement)
        return sql(conn, statement, parameters)

    with platform.reading() as conn:
        seconds(platform, conn)
    monkeypatch.setattr(values, "sql", counted)
    with platform.reading() as conn:
        for name in ("listing.review", "change.confirm", "listing.review"):
            platform.settings.in_force(conn, name, platform.clock())
        assert seconds(platform, conn) == 0
    assert asked == ["SELECT max(entry) FROM value_change"]


def test_the_bytes_of_a_change_are_those_of_earlier_releases(platform: anbao.Platform, clock: Clock) -> None:
    platform.change_setting("listing.review", Period(hours=12), actor="officer:wang")
    platform.run(lambda work: platform.cases.change(work, "listing_review", second_look=0, undo_minutes=5))
    with platform.reading() as conn:
        [setting] = platform.ledger.entries(conn, kind="setting.changed")
        [*_, kind] = platform.ledger.entries(conn, kind="case.kind_changed")
    now = clock.now
    assert setting.entry() == Entry(
        actor="officer:wang",
        at=now,
        body={"setting": "listing.review", "value": '{"hours":12}'},
        kind="setting.changed",
        recorded=now,
        subjects={"setting": "listing.review"},
    )
    assert kind.entry().body == {"second_look": 0, "undo_minutes": 5}
    assert kind.subjects == {"case_kind": "listing_review"}


def test_an_upgrade_carries_the_values_over(bare_url: str) -> None:
    with in_schema(bare_url, "0018") as (conn, _):
        for row in (
            ("setting:listing.review", START, 3, '{"hours":12}'),
            (f"parameter:{SECONDS}", START + DAY, 5, "7"),
            ("case:listing_review", START, 6, '{"second_look":1,"undo_minutes":2}'),
            ("lexicon", START, 7, "abc"),
        ):
            sql(conn, "INSERT INTO activation (kind, effective, entry, digest) VALUES (?, ?, ?, ?)", row)
    store = open_store(bare_url)
    with store.read() as conn:
        assert sql(conn, "SELECT kind, effective, entry, digest FROM activation").all() == [
            ("lexicon", START, 7, "abc")
        ]
        assert sql(conn, "SELECT type, name, effective, entry, value FROM value_change ORDER BY entry").all() == [
            ("setting", "listing.review", START, 3, '{"hours":12}'),
            ("parameter", SECONDS, START + DAY, 5, "7"),
            ("case_kind", "listing_review", START, 6, '{"second_look":1,"undo_minutes":2}'),
        ]
    store.close()
