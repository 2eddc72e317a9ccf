"""Who is linked: components against a plain union-find, and families over real stores by keyed hashes only."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.detect.linkage.components import components
from anbao.engine.readmodels import families
from anbao.ledger import Vault, open_vault
from anbao.model.merchant import Licence, Merchant
from anbao.store import Store
from anbao.store.bulk import sql

KINDS = frozenset({"food_business"})
CAP = 5

edges = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 14)), max_size=60, unique=True)


@given(edges, st.sampled_from([None, 1, 2, 3]))
def test_components_are_those_of_a_plain_union_find(pairs: list[tuple[int, int]], cap: int | None) -> None:
    holders: dict[int, list[int]] = defaultdict(list)
    for merchant, identifier in pairs:
        holders[identifier].append(merchant)
    family = list(range(20))
    for some in holders.values():
        if cap is None or len(some) <= cap:
            joined = {family[one] for one in some}
            family = [min(joined) if one in joined else one for one in family]
    merchants = np.array([one for one, _ in pairs], dtype=np.int64)
    identifiers = np.array([other for _, other in pairs], dtype=np.int64)
    labels = components(merchants, identifiers, 20, cap).tolist()
    expected = [[one == other for other in family] for one in family]
    assert [[one == other for other in labels] for one in labels] == expected


def merchant(name: str, **more: object) -> Merchant:
    return Merchant(id=name, kind="person", legal_name=name, shop_name=name, **more)  # type: ignore[arg-type]


@pytest.fixture
def vault(store: Store) -> Vault:
    return open_vault(store)


def keep(store: Store, vault: Vault, *merchants: Merchant) -> None:
    with store.write() as conn:
        for one in merchants:
            families.store_identifiers(conn, vault, one, KINDS)


def family(store: Store, name: str, cap: int = CAP) -> set[str]:
    with store.read() as conn:
        return families.family(conn, [name], cap)


def test_a_family_reaches_through_others_and_names_what_is_shared(store: Store, vault: Vault) -> None:
    licence = Licence(kind="food_business", number="JY1 3202 0200 09651")
    keep(
        store,
        vault,
        merchant("a", phone="138 0000 0000", licences=(licence,)),
        merchant("b", phone="+86-13800000000", bank_account="6222 0000 1111"),
        merchant("c", bank_account="622200001111", address="示例市平安路 12 号 3 栋"),
        merchant("d", address="示例市平安路１２号３栋", resident_id="11010519491231002X"),
        merchant("e", resident_id="11010519491231002x"),
        merchant("f", licences=(Licence(kind="food_business", number="ＪＹ13202020009651"),)),
        merchant("g", phone="13900000000"),
    )
    assert family(store, "a") == {"a", "b", "c", "d", "e", "f"}
    assert family(store, "g") == {"g"}
    with store.read() as conn:
        assert families.shared_with(conn, "a", CAP) == {"b": ["phone"], "f": ["licence"]}
        assert families.all_families(conn, CAP) == [["a", "b", "c", "d", "e", "f"]]


def test_what_a_crowd_shares_joins_nobody(store: Store, vault: Vault) -> None:
    agent = "12000000000"
    keep(store, vault, *(merchant(f"m{n}", phone=agent) for n in range(CAP)))
    assert len(family(store, "m0")) == CAP
    keep(store, vault, merchant("one more", phone=agent))
    assert family(store, "m0") == {"m0"}
    with store.read() as conn:
        assert families.all_families(conn, CAP) == []
        assert len(families.all_families(conn, CAP + 1)[0]) == CAP + 1
        assert families.crowd_of(conn, "m0", CAP) == ["phone"]


def test_a_certificate_of_a_product_and_an_address_without_a_number_link_nobody(store: Store, vault: Vault) -> None:
    certificate = Licence(kind="ccc", number="2020010101234567")
    keep(store, vault, *(merchant(name, licences=(certificate,), address="某村") for name in "ab"))
    assert family(store, "a") == {"a"}


def test_identifiers_stored_before_are_replaced_and_none_stands_in_the_clear(store: Store, vault: Vault) -> None:
    keep(store, vault, merchant("a", phone="13800000000"), merchant("b", phone="13800000000"))
    keep(store, vault, merchant("b", phone="13900000000"))
    assert family(store, "a") == {"a"}
    with store.read() as conn:
        stored = sql(conn, "SELECT lookup, merchant, kind FROM merchant_identifier").all()
    assert {len(bytes(lookup)) for lookup, _, _ in stored} == {32}
    assert {(name, kind) for _, name, kind in stored} == {("a", "phone"), ("b", "phone")}
