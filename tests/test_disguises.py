"""A danger that was confirmed as a complaint brought it is found in its picture's disguises, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from anbao.connect.disguises import Disguises
from anbao.connect.pictures import PictureIntake
from anbao.connect.storage import open_storage
from anbao.errors import StoreError
from anbao.investigate import hazards
from anbao.investigate.hazards import Hazard
from anbao.investigate.sweep import matches
from anbao.model.hazard import Confirmation, Fingerprint
from anbao.platform import Platform, open_platform
from anbao.simulator import scalding
from anbao.text import Text

HAZARD = f"complained-{scalding.SOURCE}"


@pytest.fixture
def platform(store_url: str) -> Iterator[Platform]:
    with open_platform(store_url) as opened:
        yield opened


@pytest.fixture
def pictures(platform: Platform, tmp_path: Path) -> PictureIntake:
    made = PictureIntake(platform, open_storage(f"file://{tmp_path / 'objects'}"))
    scalding.stage(platform, made)
    platform.run(lambda work: platform.investigate.complaints.file(work, scalding.complaint()))
    platform.advance()
    return made


def settled(platform: Platform, pictures: PictureIntake) -> None:
    """All that is due but the reading of texts, which takes long and is not needed here."""
    disguises = Disguises(platform, pictures.fingerprints)
    while platform.advance() + disguises.step():
        pass


def known(platform: Platform) -> Hazard:
    with platform.reading() as conn:
        return hazards.known(conn, HAZARD)


def shown(platform: Platform) -> int:
    return sum(one.kind == "picture" for one in known(platform).record.fingerprints)


def decide(platform: Platform) -> None:
    """The person confirms what the complaint says, and adds nothing."""
    case = platform.run(lambda work: platform.cases.next(work, kinds=("danger_complaint",), actor="wang").case)
    assert case is not None
    platform.run(lambda work: platform.cases.decide(work, case.id, person="wang", outcome="confirm", reason="已检测"))


def test_who_only_says_yes_to_a_suspicion_finds_the_picture_in_every_disguise(
    platform: Platform, pictures: PictureIntake
) -> None:
    decide(platform)
    settled(platform, pictures)
    with platform.reading() as conn:
        found = {one.listing for one in matches.ranked(conn, HAZARD)}
        confirmed = platform.ledger.entries(conn, kind="hazard.confirmed")
    assert found >= scalding.BY_PICTURE_ONLY
    assert [one.entry().actor for one in confirmed] == ["wang", "engine"]
    assert confirmed[-1].entry().body["person"] == "wang"
    assert shown(platform) > 100
    settled(platform, pictures)
    with platform.reading() as conn:
        assert len(platform.ledger.entries(conn, kind="hazard.confirmed")) == 2


def test_pictures_that_a_person_stated_are_left_as_they_are(platform: Platform, pictures: PictureIntake) -> None:
    stated = (Fingerprint(kind="picture", value="0f" * 32), *known(platform).record.fingerprints)
    platform.run(
        lambda work: platform.investigate.confirm(work, HAZARD, Confirmation(fingerprints=stated), actor="ann")
    )
    settled(platform, pictures)
    assert known(platform).record.fingerprints == stated


def test_a_storage_that_is_away_holds_the_disguises_up_and_loses_none(
    platform: Platform, pictures: PictureIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(name: str) -> bytes:
        raise StoreError(Text("存储不在", "the storage is away"))

    decide(platform)
    with monkeypatch.context() as patched:
        patched.setattr(pictures.storage, "get", away)
        settled(platform, pictures)
        assert shown(platform) == 1
    settled(platform, pictures)
    assert shown(platform) > 100
