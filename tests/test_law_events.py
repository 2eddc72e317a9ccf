"""What the platform may report, and what is refused."""

import pytest

from anbao.errors import InvalidInput
from anbao.law.pack import Pack, default_pack_path, load_pack

Facts = dict[str, str | int | bool]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(default_pack_path())


@pytest.mark.parametrize(
    ("kind", "subjects", "facts", "has_consumer"),
    [
        ("merchant.unreachable_notified", {"merchant": "m1"}, {}, False),
        ("duty.attested", {"platform": "self"}, {"duty": "keep_reviews"}, False),
        ("consumer.restricted", {"restriction": "r1"}, {}, True),
        ("incident.found", {"incident": "i1"}, {"level": "larger"}, False),
    ],
)
def test_an_event_in_the_vocabulary_is_accepted(
    pack: Pack, kind: str, subjects: dict[str, str], facts: Facts, has_consumer: bool
) -> None:
    assert pack.check_event(kind, subjects, facts, has_consumer=has_consumer).id == kind


@pytest.mark.parametrize(
    ("kind", "subjects", "facts", "has_consumer", "field"),
    [
        ("no.such", {}, {}, False, "kind"),
        ("merchant.verified", {"merchant": "m1"}, {}, False, "kind"),
        ("merchant.unreachable_notified", {}, {}, False, "subjects.merchant"),
        ("merchant.unreachable_notified", {"merchant": ""}, {}, False, "subjects.merchant"),
        ("merchant.unreachable_notified", {"merchant": "m1", "listing": "l1"}, {}, False, "subjects.listing"),
        ("merchant.unreachable_notified", {"merchant": "m1"}, {}, True, "subjects.consumer"),
        ("consumer.restricted", {"restriction": "r1", "consumer": "李四"}, {}, False, "subjects.consumer"),
        ("duty.attested", {"platform": "other"}, {"duty": "keep_reviews"}, False, "subjects.platform"),
        ("duty.attested", {"platform": "self"}, {}, False, "facts.duty"),
        ("duty.attested", {"platform": "self"}, {"duty": "nothing"}, False, "facts.duty"),
        ("platform.classified", {"platform": "self"}, {"large": 1}, False, "facts.large"),
        ("control.probed", {"control": "ledger", "platform": "self"}, {"control": "ledger"}, False, "kind"),
        ("merchant.unreachable_notified", {"merchant": "m1"}, {"unknown": 1}, False, "facts.unknown"),
    ],
)
def test_an_event_outside_the_vocabulary_names_the_field_at_fault(
    pack: Pack, kind: str, subjects: dict[str, str], facts: Facts, has_consumer: bool, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        pack.check_event(kind, subjects, facts, has_consumer=has_consumer)
    assert caught.value.field == field
