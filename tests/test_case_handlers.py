"""Each decision on a case goes to the handler of its kind, once, also in a store that an earlier release wrote."""

import lzma
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import inspect

from anbao.cases.dispatch import REACTION
from anbao.engine.core import CaseHandler, Service
from anbao.engine.reactions import Reactions
from anbao.engine.work import Work
from anbao.errors import PackError
from anbao.model.decision import DecisionInEffect
from anbao.platform import Platform, open_platform
from anbao.store import tables
from anbao.store.bulk import insert_many, sql
from anbao.warn.service import Warn
from case_steps import decide, hold, open_one, reviews, use_test_lexicon
from helpers import Clock, in_schema, no_second_looks

BEFORE = "0017"
"""The last schema in which each duty had a reaction of its own to decisions."""
NEWEST_DECISION = 3272
"""The index of the newest decision in the store of release 0.1.0."""
COUNTS = (
    "SELECT kind, count(*) FROM entry WHERE kind IN ('hazard.confirmed', 'hazard.dismissed', 'listing.cleared',"
    " 'listing.decided', 'measure.taken', 'measure.lifted', 'violation.found') GROUP BY kind"
)
"""What follows from decisions, by kind of entry."""


@pytest.fixture
def bare_url(store_url: str, tmp_path: Path) -> str:
    """A database without tables."""
    if store_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/old.db"
    with psycopg.connect(store_url, autocommit=True) as conn:
        conn.execute("DROP SCHEMA public CASCADE")
        conn.execute("CREATE SCHEMA public")
    return store_url


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Platform]:
    """A store of today, in which two listings are held."""
    with open_platform(f"sqlite:///{tmp_path}/now.db", clock=Clock()) as platform:
        use_test_lexicon(platform)
        no_second_looks(platform)
        for name in ("L1", "L2", "L3"):
            hold(platform, name)
        yield platform


class Second(Service):
    """Says that it handles decisions on flagged orders, too."""

    def case_handlers(self) -> Iterable[tuple[str, CaseHandler]]:
        yield "order_flagged", lambda work, decision: None


def copy_as_before(platform: Platform, url: str, cursors: dict[str, int]) -> None:
    """The same entries and rows in a database of the schema ``BEFORE``, whose reactions stand at ``cursors``."""
    with in_schema(url, BEFORE) as (conn, outer), platform.reading() as rows:
        sql(conn, "DELETE FROM meta")
        for name in inspect(outer).get_table_names():
            if name in ("alembic_version", "personal", "reaction"):
                continue
            columns = [column["name"] for column in inspect(outer).get_columns(name)]
            # Of the vault nothing is copied: its form has changed since, and the old one is tried in test_upgrade.
            where = " WHERE key NOT LIKE 'vault.%'" if name == "meta" else ""
            found = sql(rows, f"SELECT {', '.join(columns)} FROM {name}{where}").all()
            insert_many(conn, tables.BY_NAME[name], tuple(columns), found)
        insert_many(
            conn, tables.reaction, ("name", "idx", "failed"), [(name, cursor, "") for name, cursor in cursors.items()]
        )


def decided(platform: Platform) -> list[str]:
    """The listings that persons decided on, in order."""
    with platform.reading() as conn:
        return [one.subjects["listing"] for one in platform.entries(conn, kind="listing.decided")]


def test_every_kind_of_case_has_a_handler(platform: Platform) -> None:
    assert platform.case_handlers.keys() == platform.pack.case_kinds.keys()


def test_a_kind_without_a_handler_is_an_error_when_the_platform_is_put_together(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Warn, "case_handlers", lambda self: ())
    with pytest.raises(PackError, match="order_flagged"):
        open_platform(store_url)


def test_two_handlers_for_a_kind_are_an_error(platform: Platform) -> None:
    with pytest.raises(ValueError, match="order_flagged"):
        platform.join(Second(platform))


def test_only_the_handler_of_the_kind_gets_a_decision(platform: Platform) -> None:
    seen: list[tuple[str, DecisionInEffect]] = []
    for kind in platform.case_handlers:
        platform.case_handlers[kind] = lambda work, decision, kind=kind: seen.append((kind, decision))  # type: ignore[misc]
    no_second_looks(platform)
    case = open_one(platform, "L1", subjects={"hazard": "H1", "listing": "L1"}, about=2)
    decide(platform, case, "wang", "keep", "不是同一型号")
    platform.keep_time()
    [(kind, decision)] = seen
    assert (kind, decision.kind, decision.case, decision.about) == ("hazard_match", "hazard_match", case, 2)
    assert (decision.outcome, decision.person, decision.reason) == ("keep", "wang", "不是同一型号")
    assert decision.subjects == {"hazard": "H1", "listing": "L1"}
    with platform.reading() as conn:
        assert platform.ledger.entry(conn, decision.entry).kind == "case.decided"


def test_a_handler_that_fails_holds_up_its_own_kind_alone(platform: Platform) -> None:
    use_test_lexicon(platform)
    no_second_looks(platform)
    handler, matches = platform.case_handlers["listing_review"], list[str]()

    def broken(work: Work, decision: DecisionInEffect) -> None:
        handler(work, decision)
        if decision.subjects["listing"] == "L2":
            raise RuntimeError("refused")

    platform.case_handlers["hazard_match"] = lambda work, decision: matches.append(decision.subjects["listing"])
    platform.case_handlers["listing_review"] = broken
    for name in ("L1", "L2", "L3"):
        hold(platform, name)
    for one in sorted(reviews(platform), key=lambda one: one.subjects["listing"]):
        decide(platform, one.id, "wang", "pass")
        decide(platform, open_one(platform, one.subjects["listing"]), "wang")
    platform.keep_time()
    assert (decided(platform), matches) == (["L1"], ["L1", "L2", "L3"])
    with platform.reading() as conn:
        [lag] = platform.reactions.lags(conn)
    assert (lag.name, "refused" in lag.failed) == (f"{REACTION}/listing_review", True)
    platform.case_handlers["listing_review"] = handler
    platform.keep_time()
    assert (decided(platform), matches) == (["L1", "L2", "L3"], ["L1", "L2", "L3"])
    with platform.reading() as conn:
        assert not platform.reactions.lags(conn)
        assert sql(conn, "SELECT count(*) FROM reaction WHERE name LIKE ?", (f"{REACTION}/%",)).scalar() == 0


def test_what_old_reactions_had_not_handled_is_handled_once_after_the_upgrade(source: Platform, bare_url: str) -> None:
    """The reaction to reviews stood behind that to messages: L1 is decided, L2 and a cancelled order wait for it."""
    order = {"consumer": "c-1", "listing": "L1", "order": "O1"}
    flagged = open_one(source, "L1", kind="order_flagged", subjects=order)
    by_listing = {one.subjects["listing"]: one.id for one in reviews(source)}
    decide(source, by_listing["L1"], "wang", "pass")
    source.keep_time()
    with source.reading() as conn:
        handled = source.ledger.size(conn) - 1
    source.reactions = Reactions(source.ledger)  # as if the process had been killed before they ran
    decide(source, by_listing["L2"], "wang", "block")
    decide(source, flagged, "wang", "cancel")
    with source.reading() as conn:
        newest = source.ledger.size(conn) - 1
    ahead = ("prevent.clear", "prevent.message", "prevent.merchant_case", "remove.hazards", "assist.checked")
    behind = ("prevent.review", "investigate.complaint_decided", "investigate.suspicion_decided")
    copy_as_before(source, bare_url, dict.fromkeys(ahead, newest) | dict.fromkeys(behind, handled))
    with open_platform(bare_url, clock=Clock()) as upgraded:
        upgraded.keep_time()
        assert decided(upgraded) == ["L1", "L2"]
        with upgraded.reading() as conn:
            [reviewed] = upgraded.entries(conn, kind="order.reviewed")
            assert sql(conn, "SELECT topic FROM outbox WHERE topic = 'order.cancel'").all() == [("order.cancel",)]
            cursors = {row[0] for row in sql(conn, "SELECT name FROM reaction")}
            assert not upgraded.reactions.lags(conn)
        assert reviewed.subjects == order
        assert REACTION in cursors
        assert not {*behind, "prevent.message", "warn.flagged", f"{REACTION}/listing_review"} & cursors
        decide(upgraded, by_listing["L3"], "wang", "pass")
        upgraded.keep_time()
        assert decided(upgraded) == ["L1", "L2", "L3"]
        assert upgraded.verify().sound


def test_a_store_in_which_nothing_was_decided_is_upgraded(source: Platform, bare_url: str) -> None:
    copy_as_before(source, bare_url, {})
    with open_platform(bare_url, clock=Clock()) as upgraded:
        [one] = [one for one in reviews(upgraded) if one.subjects["listing"] == "L1"]
        decide(upgraded, one.id, "wang", "pass")
        upgraded.keep_time()
        assert decided(upgraded) == ["L1"]


@pytest.mark.parametrize("behind", ["", "remove.hazards", "prevent.clear", "investigate.suspicion_decided"])
def test_what_release_0_1_0_had_handled_is_not_done_again(tmp_path: Path, behind: str) -> None:
    """Its store holds two decisions; where one of two old reactions stood behind the other, both go on from there."""
    file = tmp_path / "anbao.db"
    file.write_bytes(lzma.decompress((Path(__file__).parent / "releases" / "store-0.1.0.db.xz").read_bytes()))
    with closing(sqlite3.connect(file)) as conn, conn:
        before = dict(conn.execute(COUNTS))
        conn.execute("UPDATE reaction SET idx = 3000 WHERE name = ?", (behind,))
    with open_platform(f"sqlite:///{file}") as upgraded:
        upgraded.keep_time()
        with upgraded.reading() as reading:
            assert dict(sql(reading, COUNTS).all()) == before
            assert not upgraded.reactions.lags(reading)
            cursors: dict[str, int] = dict(sql(reading, "SELECT name, idx FROM reaction").all())
        assert cursors[REACTION] >= NEWEST_DECISION
        assert not [name for name in cursors if name.startswith(f"{REACTION}/")]
    assert {"hazard.confirmed", "measure.taken", "listing.decided"} <= before.keys()
