"""Events: what stands in an entry's bytes, and what is read out of them."""

import json
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from anbao.engine.rebuild import _batches
from anbao.ledger.canonical import decode, seal, seal_event
from anbao.model.entry import Entry
from anbao.model.events import LedgerEvent, OtherSubjects, Subject
from anbao.model.events.investigate import HazardConfirmed
from anbao.model.hazard import HazardRecord
from anbao.platform import Platform, open_platform

NOW = 1_795_000_000_000


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    count: int = 0


class Tried(LedgerEvent, frozen=True, kw_only=True):
    """An event of these tests; its body has a field that is named as a role."""

    KIND = "test.tried"

    about: Annotated[str, Meta(extra={"subject": "listing"})]
    listing: str = ""
    merchant: Subject = ""
    lines: tuple[Line, ...] = ()
    severity: int
    urgent: bool = False


class Carried(LedgerEvent, frozen=True, kw_only=True):
    KIND = "test.carried"

    effect: Subject
    others: OtherSubjects
    problem: str = ""


class Other(LedgerEvent, frozen=True, kw_only=True):
    KIND = "test.other"


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
events = st.builds(
    Tried,
    about=texts.filter(bool),
    listing=texts,
    merchant=texts,
    lines=st.lists(st.builds(Line, name=texts, count=st.integers(0, 9)), max_size=3).map(tuple),
    severity=st.integers(0, 5),
    urgent=st.booleans(),
)


@given(events)
def test_an_event_comes_back_out_of_its_bytes(event: Tried) -> None:
    assert seal_event(event, actor="a", at=NOW, recorded=NOW).event(Tried) == event


@given(events)
def test_an_event_has_the_bytes_of_the_entry_written_by_hand(event: Tried) -> None:
    body: dict[str, Any] = {"severity": event.severity}
    if event.listing:
        body["listing"] = event.listing
    if event.lines:
        body["lines"] = [{"name": one.name} | ({"count": one.count} if one.count else {}) for one in event.lines]
    if event.urgent:
        body["urgent"] = True
    subjects = {"listing": event.about} | ({"merchant": event.merchant} if event.merchant else {})
    entry = Entry(actor="a", at=NOW, body=body, kind="test.tried", recorded=NOW + 1, subjects=subjects)
    assert seal_event(event, actor="a", at=NOW, recorded=NOW + 1).data == seal(entry).data


def test_a_field_that_a_later_release_wrote_is_passed_over() -> None:
    event = Tried(about="L1", severity=3)
    entry = decode(seal_event(event, actor="a", at=NOW, recorded=NOW).data)
    later = msgspec.structs.replace(entry, body={**entry.body, "colour": "red"})
    assert seal(later).event(Tried) == event


def test_subjects_of_another_entry_are_carried_along() -> None:
    event = Carried(effect="E1", others={"listing": "L1", "order": "O1"})
    sealed = seal_event(event, actor="a", at=NOW, recorded=NOW)
    assert sealed.subjects == {"effect": "E1", "listing": "L1", "order": "O1"}
    assert sealed.event(Carried) == event


def test_an_entry_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match=r"test\.tried"):
        seal_event(Tried(about="L1", severity=3), actor="a", at=NOW, recorded=NOW).event(Other)


def test_what_was_appended_is_read_without_a_flush(platform: Platform) -> None:
    def job(work: Any) -> tuple[int, int]:
        index = work.append(Tried(about="L1", severity=4), actor="wang", at=NOW)
        [stored] = platform.ledger.entries(work.conn, index, 1)
        assert (stored.actor, stored.subjects) == ("wang", {"listing": "L1"})
        return index, stored.event(Tried).severity

    index, severity = platform.run(job)
    assert severity == 4
    with platform.reading() as conn:
        assert json.loads(platform.ledger.entry(conn, index).data)["body"] == {"severity": 4}


def test_an_error_after_a_commit_reaches_the_caller(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(kinds: object) -> bool:
        raise RuntimeError("cannot be queued")

    monkeypatch.setattr(platform.reactions, "wait_for", broken)
    with pytest.raises(RuntimeError, match="cannot be queued"):
        platform.submit(lambda work: work.append(Tried(about="L1", severity=1), actor="a")).result(timeout=10)


def test_an_upgrade_knows_who_made_an_entry(tmp_path: Path) -> None:
    """What an old store's entries fill in is the same as when they were written, also who confirmed a danger."""
    url = f"sqlite:///{tmp_path}/store.db"
    with open_platform(url) as platform:
        danger = HazardRecord(certain=True, severity=4, source="judgment", title="充电宝")
        platform.run(lambda work: work.append(HazardConfirmed(hazard="H", record=danger), actor="ann"))
        with platform.reading() as conn:
            batch = next(_batches(platform, conn))
    assert [one.actor for _, one in batch if one.kind == HazardConfirmed.KIND] == ["ann"]
