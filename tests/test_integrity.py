"""Somebody with the database edits it: each edit is found and named, projections are made whole again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from anbao.access.keys import create_key
from anbao.cli.root import run
from anbao.detect.text import Lexicon
from anbao.engine.rebuild import NOT_COMPARED, compared_tables
from anbao.errors import Tampered
from anbao.ledger import new_signer, open_checkpoint
from anbao.model.complaint import Complaint, Reporter
from anbao.model.events.integrity import StateRepaired
from anbao.model.hazard import Confirmation, Suspicion
from anbao.model.listing import Listing
from anbao.model.trade import Order
from anbao.platform import Platform, open_platform
from anbao.store import Connection, tables
from anbao.store.bulk import sql
from helpers import Clock
from merchant_steps import MerchantSteps

Edit = Callable[[Connection], None]


@pytest.fixture
def lived_in(platform: Platform, clock: Clock) -> Platform:
    """A store with merchants, listings, a confirmed danger, measures, cases, an order and a key."""
    MerchantSteps(platform, clock).company("M1")
    platform.submit_listings(
        [
            Listing(id="L1", title="闪能 RN-2088 充电宝", merchant="M1"),
            Listing(id="L2", title="登山鞋", merchant="M1"),
            Listing(id="L3", title="仿真枪", merchant="M1"),
        ]
    )
    platform.warn.place_order(Order(id="O1", listing="L1", buyer="u1", amount="10.00"), actor="platform")
    platform.investigate.complaints.file(
        Complaint(concern="safety", listing="L3", reporter=Reporter(), source="consumer", text="有危险")
    )
    platform.investigate.suspect(
        Suspicion(id="H1", listing="L1", source="own", title="闪能 RN-2088 充电宝"), actor="li"
    )
    platform.investigate.confirm("H1", Confirmation(basis="抽检不合格"), actor="wang")
    platform.advance()
    platform.run(lambda work: create_key(work, "ci", ["read"], "officer"))
    platform.checkpoint()
    return platform


def problems(platform: Platform) -> list[str]:
    with platform.reading() as conn:
        return [one.where for one in platform.integrity.problems(conn)]


def edit(platform: Platform, *statements: str) -> None:
    with platform.store.write() as conn:
        for statement in statements:
            sql(conn, statement)


def test_a_store_that_nobody_edited_is_what_its_entries_say(lived_in: Platform) -> None:
    assert problems(lived_in) == []


def test_every_table_is_compared_or_named_with_what_checks_it() -> None:
    assert set(compared_tables()) | set(NOT_COMPARED) == tables.BY_NAME.keys()


EDITS = (
    ("UPDATE case_file SET state = 'decided'", "case_file "),
    ("UPDATE hazard SET state = 'dismissed' WHERE id = 'H1'", "hazard H1"),
    ("UPDATE listing SET outcome = 'pass' WHERE id = 'L3'", "listing L3"),
    ("UPDATE merchant SET status = 'closed'", "merchant M1"),
    ("UPDATE complaint SET severity = 1, merchant = 'M7'", "complaint "),
    ("UPDATE measure SET person = 'nobody'", "measure "),
    ("DELETE FROM measure", "measure "),
    ("DELETE FROM guarded_hazard", "guarded_hazard "),
    ("DELETE FROM trade", "trade "),
    ("DELETE FROM milestone", "milestone "),
    ("UPDATE obligation SET closed_as = 'discharged' WHERE closed_as IS NULL", "obligation "),
    ("DELETE FROM obligation WHERE opened_by = (SELECT max(opened_by) FROM obligation)", "obligation "),
)
"""What somebody with the database may do, and the rows that are found by it."""


def test_each_edited_row_is_named_and_made_whole(lived_in: Platform) -> None:
    for statement, where in EDITS:
        with lived_in.store.write() as conn:
            changed = sql(conn, statement).rowcount
        found = problems(lived_in)
        assert changed, f"{statement} changed nothing"
        assert found, f"{statement} was not found"
        assert all(one.startswith(where) for one in found), found
        lived_in.integrity.repair(actor="li")
        assert problems(lived_in) == []
        with lived_in.reading() as conn:
            assert lived_in.ledger.newest(conn, StateRepaired.KIND)[0].actor == "li"


def test_a_danger_whose_guard_was_emptied_is_stopped_again_after_the_repair(lived_in: Platform) -> None:
    edit(lived_in, "DELETE FROM guarded_hazard")
    lived_in.integrity.repair(actor="li")
    again = lived_in.submit_listing(Listing(id="L9", title="闪能 RN-2088 充电宝", merchant="M1"))
    assert again.decision.outcome != "pass"


def test_a_cursor_moved_behind_the_end_is_found(lived_in: Platform) -> None:
    edit(lived_in, "UPDATE reaction SET idx = 1000000 WHERE name = (SELECT min(name) FROM reaction)")
    [found] = problems(lived_in)
    assert found.startswith("reaction ")


def test_keys_that_no_entry_made_or_that_were_changed_are_found(lived_in: Platform) -> None:
    edit(lived_in, "UPDATE api_key SET scopes = '*'")
    [found] = problems(lived_in)
    assert found.startswith("api_key ")
    with lived_in.store.write() as conn:
        sql(conn, "UPDATE api_key SET scopes = 'read', digest = ?", (b"another token's digest",))
    assert problems(lived_in) == [found]
    edit(lived_in, "UPDATE api_key SET id = 'abcdef012345'")
    assert problems(lived_in) == ["api_key abcdef012345"]


def test_a_swapped_personal_value_is_found_and_not_given_out(lived_in: Platform) -> None:
    """Whoever has the vault's keys can seal another value; the commitment in the entry still shows it."""
    vault = lived_in.vault
    with lived_in.store.write() as conn:
        found = sql(conn, "SELECT commitment, field, person FROM personal WHERE field = 'address'").one()
        commitment, field, person = found
        forged = vault.keys.ciphers(conn, [person])[person].seal("北京市别处 2 号".encode(), commitment.encode())
        sql(conn, "UPDATE personal SET value = ? WHERE commitment = ?", (forged, commitment))
    assert field == "address"
    assert problems(lived_in) == [f"personal {commitment}"]
    with lived_in.reading() as conn, pytest.raises(Tampered, match="not what the entries committed to"):
        vault.reveal(conn, commitment)


def test_a_person_s_key_that_is_missing_is_found(lived_in: Platform) -> None:
    with lived_in.store.write() as conn:
        sql(conn, "DELETE FROM person_key WHERE person LIKE 'merchant:%'")
        lost = sql(conn, "SELECT commitment FROM personal WHERE person LIKE 'merchant:%' ORDER BY commitment").all()
    assert problems(lived_in) == [f"personal {commitment}" for (commitment,) in lost] != []


def test_a_lexicon_hollowed_out_under_its_old_digest_is_refused_and_found(
    lived_in: Platform, store_url: str, clock: Clock
) -> None:
    with lived_in.reading() as conn:
        digest = lived_in.prevent.rulesets.in_force(conn, clock()).versions.lexicon
    empty = Lexicon.from_bytes(Lexicon(()).to_bytes()).to_bytes()
    with lived_in.store.write() as conn:
        sql(conn, "UPDATE artefact SET data = ? WHERE digest = ?", (empty, digest))
    assert problems(lived_in) == [f"artefact {digest}"]


def test_a_catalogue_without_an_import_is_stated_and_then_bound(lived_in: Platform) -> None:
    catalogue = lived_in.catalogue.digest
    with lived_in.store.write() as conn:
        sql(conn, "UPDATE artefact SET data = ? WHERE digest = ?", (b"{}", catalogue))
    assert problems(lived_in) == [f"artefact {catalogue}"]


def test_a_swapped_signing_key_signs_nothing_and_is_found(
    lived_in: Platform, store_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lived_in.store.write() as conn:
        secret = new_signer(lived_in.ledger.origin).secret().encode()
        sql(conn, "UPDATE meta SET value = ? WHERE key = 'ledger.signer'", (secret,))
    with open_platform(store_url, clock=clock) as opened:
        with opened.reading() as conn:
            assert [one.where for one in opened.integrity.quick_problems(conn)] == ["meta ledger.signer"]
            before = opened.ledger.latest_checkpoint(conn)
        opened.submit_listing(Listing(id="L4", title="登山鞋"))
        with pytest.raises(Tampered, match="the signing key does not belong to the published key"):
            opened.checkpoint()
        with opened.reading() as conn:
            after = opened.ledger.latest_checkpoint(conn)
    assert before == after
    assert before is not None
    open_checkpoint(before, lived_in.ledger.verifier)


def test_the_control_turns_red(lived_in: Platform) -> None:
    assert lived_in.controls.try_one("state").ok
    edit(lived_in, "UPDATE hazard SET state = 'dismissed' WHERE id = 'H1'")
    assert "1 places are not what the entries say" in lived_in.controls.try_one("state").why.en
    assert lived_in.controls.view("state").red


def test_the_command_line_names_and_repairs(
    lived_in: Platform,
    store_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("ANBAO_LANG", "en")
    edit(lived_in, "UPDATE hazard SET state = 'dismissed' WHERE id = 'H1'")
    capfd.readouterr()
    assert run(["doctor", "--store", store_url]) == 1
    out = capfd.readouterr().out
    assert "hazard H1: not what the entries give: state" in out
    assert "not compared (no entry states each row): affected" in " ".join(out.split())
    assert run(["doctor", "--repair", "--by", "li", "--store", store_url]) == 1
    assert "repaired hazard: 1 rows" in capfd.readouterr().out
    run(["doctor", "--store", store_url])
    assert "0 places differ from the entries" in " ".join(capfd.readouterr().out.split())
    assert json.dumps(problems(lived_in)) == "[]"
