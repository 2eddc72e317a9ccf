"""Which rules are in force is asked once for each transaction, and is right in every one, also after a rollback."""

from collections.abc import Sequence

import pytest

from anbao.detect.text import Lexicon
from anbao.engine.work import Work
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.model.listing import Listing, ListingScreened
from anbao.platform import Platform, open_platform
from anbao.rules import rulesets
from anbao.store import Connection
from anbao.store.bulk import sql
from helpers import HOUR, Clock

FIRST, SECOND = "6901234567892", "6920999713232"


def confirm(platform: Platform, work: Work, hazard: str, barcode: str) -> None:
    prints = (Fingerprint(kind="barcode", value=barcode),)
    platform.investigate.suspect(
        work, Suspicion(id=hazard, source="recall", title="发烫的充电宝", severity=4, fingerprints=prints)
    )
    platform.investigate.confirm(work, hazard, Confirmation())


def screen(platform: Platform, work: Work, barcode: str) -> ListingScreened:
    [one] = platform.prevent.screen(work, [Listing(id="l", title=f"移动电源 {barcode}")])
    return one.decision


def test_a_danger_that_was_rehearsed_leaves_nothing_behind(platform: Platform) -> None:
    """The real danger gets the index in the ledger that the rehearsed one had."""

    def rehearsed(work: Work) -> str:
        confirm(platform, work, "probe", FIRST)
        return screen(platform, work, FIRST).outcome

    assert platform.rehearse(rehearsed) == "block"
    platform.run(lambda work: confirm(platform, work, "real", SECOND))
    assert platform.run(lambda work: screen(platform, work, SECOND)).outcome == "block"
    assert platform.run(lambda work: screen(platform, work, FIRST)).outcome == "pass"


def test_a_lexicon_that_was_rehearsed_leaves_nothing_behind(platform: Platform) -> None:
    given = {word: Lexicon.from_csv(f"term,category,severity\n{word},a,5\n".encode()) for word in ("绿茶", "红茶")}
    for lexicon in given.values():
        platform.import_lexicon(lexicon)

    def activated(word: str) -> int:
        return platform.rehearse(lambda work: activate(platform, work, given[word].digest))

    index = activated("绿茶")
    assert platform.activate_lexicon(given["红茶"].digest) == index
    assert platform.submit_listing(Listing(id="l", title="一罐红茶")).decision.outcome == "block"
    assert platform.submit_listing(Listing(id="l", title="一罐绿茶")).decision.outcome == "pass"


def activate(platform: Platform, work: Work, digest: str) -> int:
    index = rulesets.activate(work, "lexicon", digest, "officer")
    assert platform.prevent.rulesets.in_force(work.conn, work.now).versions.lexicon == digest
    return index


def test_a_version_takes_effect_at_its_time_without_an_entry(platform: Platform, clock: Clock) -> None:
    lexicon = Lexicon.from_csv("term,category,severity\n绿茶,a,5\n".encode())
    platform.activate_lexicon(platform.import_lexicon(lexicon), effective=clock.now + HOUR)
    outcomes = []
    for _ in range(3):
        outcomes.append(platform.submit_listing(Listing(id="l", title="一罐绿茶")).decision)
        clock.pass_seconds(1_800)
    assert [one.outcome for one in outcomes] == ["pass", "pass", "block"]
    assert [one.versions.lexicon == lexicon.digest for one in outcomes] == [False, False, True]


def test_what_another_process_changes_is_seen_at_the_next_commit(store_url: str, clock: Clock) -> None:
    with open_platform(store_url, clock=clock) as one, open_platform(store_url, clock=clock) as other:
        assert one.submit_listing(Listing(id="l", title=f"移动电源 {FIRST}")).decision.outcome == "pass"
        other.run(lambda work: confirm(other, work, "h", FIRST))
        assert one.submit_listing(Listing(id="l", title=f"移动电源 {FIRST}")).decision.outcome == "block"
        lexicon = Lexicon.from_csv("term,category,severity\n绿茶,a,5\n".encode())
        other.activate_lexicon(other.import_lexicon(lexicon))
        assert one.submit_listing(Listing(id="m", title="一罐绿茶")).decision.outcome == "block"


def test_rules_in_force_cost_one_query_for_each_transaction(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.submit_listing(Listing(id="l", title="移动电源"))
    asked: list[str] = []
    query = sql

    def counted(conn: Connection, statement: str, parameters: Sequence[object] = ()) -> object:
        asked.append(statement)
        return query(conn, statement, tuple(parameters))

    monkeypatch.setattr("anbao.rules.activations.sql", counted)
    platform.run(lambda work: [screen(platform, work, FIRST) for _ in range(5)])
    assert len(asked) == 1
