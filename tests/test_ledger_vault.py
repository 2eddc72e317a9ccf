"""Personal values never reach an entry; commitments open only with value and salt."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.errors import NotFound
from anbao.ledger import check, open_vault
from anbao.ledger.vault import commit
from anbao.model.base import Noun, PersonName
from anbao.model.merchant import Licence, Merchant
from anbao.model.trade import Order
from anbao.store import Store
from anbao.store.bulk import sql

MERCHANT = Merchant(
    address="杭州市某路1号",
    id="m1",
    kind="person",
    legal_name="张三",
    licences=(Licence(kind="food", number="JY1"),),
    phone="13800000000",
    resident_id="110101199001011237",
    shop_name="小店",
)


def test_every_personal_field_becomes_a_commitment_and_nothing_else_changes(store: Store) -> None:
    vault = open_vault(store)
    with store.write() as conn:
        body: Any = vault.seal_noun(conn, MERCHANT, "merchant:m1")
    plain = msgspec.to_builtins(MERCHANT)
    personal = {"address", "legal_name", "phone", "resident_id"}
    assert body.keys() == plain.keys()
    assert {name for name in body if body[name] != plain[name]} == personal
    assert all(body[name].startswith("commit:") and len(body[name]) == 50 for name in personal)
    with store.read() as conn:
        assert vault.reveal(conn, body["phone"]) == ("phone", "13800000000")
        field, salt, value = vault.opening(conn, body["legal_name"])
        assert check(body["legal_name"], field, salt, value)
        assert not check(body["legal_name"], field, salt, "李四")
        assert not check(body["legal_name"], "phone", salt, value)
        owners = sql(conn, "SELECT DISTINCT person FROM personal").all()
        assert owners == [("merchant:m1",)]


def test_equal_values_of_two_merchants_cannot_be_linked(store: Store) -> None:
    vault = open_vault(store)
    with store.write() as conn:
        one: Any = vault.seal_noun(conn, MERCHANT, "merchant:m1")
        other: Any = vault.seal_noun(conn, MERCHANT, "merchant:m2")
    assert one["phone"] != other["phone"]


def test_a_buyer_has_one_commitment_in_all_entries_and_processes(store: Store) -> None:
    first, second = open_vault(store), open_vault(store)
    order = Order(buyer="u1", id="o1", listing="l1", recipient="王五")
    with store.write() as conn:
        consumer = first.consumer(conn, "u1")
        assert first.seal_noun(conn, order, f"consumer:{consumer}")["buyer"] == consumer
        assert second.consumers(conn, ["u1", "u2", "u2", "u3"])["u1"] == consumer
        assert len(set(second.consumers(conn, ["u1", "u2", "u3"]).values())) == 3
        assert first.reveal(conn, consumer) == ("buyer", "u1")
        rows = sql(conn, "SELECT count(*) FROM personal WHERE field = 'buyer'").scalar_one()
        owner = sql(conn, "SELECT person FROM personal WHERE commitment = ?", (consumer,)).scalar_one()
    assert rows == 3
    assert owner == f"consumer:{consumer}"


def test_personal_fields_are_found_at_any_depth(sqlite_store: Store) -> None:
    class Contact(Noun, frozen=True):
        name: PersonName | None = None
        role: str = ""

    class Team(Noun, frozen=True):
        contacts: tuple[Contact, ...] = ()
        lead: Contact | None = None

    team = Team(contacts=(Contact(name="甲", role="a"), Contact(role="b")), lead=Contact(name="乙"))
    vault = open_vault(sqlite_store)
    with sqlite_store.write() as conn:
        body: Any = vault.seal_noun(conn, team, "merchant:m1")
        assert vault.reveal(conn, body["lead"]["name"]) == ("name", "乙")
        assert vault.reveal(conn, body["contacts"][0]["name"]) == ("name", "甲")
        assert body["contacts"][1] == {"role": "b"}


def test_an_erased_value_cannot_be_revealed_and_a_returning_buyer_is_a_new_consumer(store: Store) -> None:
    vault = open_vault(store)
    with store.write() as conn:
        consumer = vault.consumer(conn, "u1")
        sql(conn, "DELETE FROM personal WHERE person = ?", (f"consumer:{consumer}",))
        with pytest.raises(NotFound):
            vault.reveal(conn, consumer)
        assert vault.consumer(conn, "u1") != consumer


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_commitment_opens_to_one_value(value: str, other: str) -> None:
    salt = bytes(32)
    assert check(commit("name", salt, value), "name", salt, value)
    assert check(commit("name", salt, value), "name", salt, other) == (value == other)
