"""A suspected hazard is a case for a person, whichever way it is decided."""

from collections.abc import Iterator

import pytest

from anbao.cases.reading import Case
from anbao.errors import Conflict
from anbao.investigate import hazards
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.platform import Platform, open_platform

BARCODE = Fingerprint(kind="barcode", value="6901234567892")


@pytest.fixture
def platform(store_url: str) -> Iterator[Platform]:
    with open_platform(store_url) as opened:
        yield opened


def suspect(platform: Platform, hazard: str = "H1", *fingerprints: Fingerprint) -> Case:
    suspicion = Suspicion(fingerprints=fingerprints, id=hazard, severity=5, source="complaint", title="充电宝过热")
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    platform.advance()
    [case] = [one for one in waiting(platform) if one.subjects["hazard"] == hazard]
    return case


def waiting(platform: Platform) -> list[Case]:
    with platform.reading() as conn:
        return platform.cases.worst(conn, kinds=["hazard_suspected"])


def decide(platform: Platform, case: Case, outcome: str, person: str = "ann") -> None:
    platform.run(lambda work: platform.cases.decide(work, case.id, person=person, outcome=outcome, reason="已检测"))
    platform.advance()


def state(platform: Platform, hazard: str = "H1") -> str:
    with platform.reading() as conn:
        return hazards.known(conn, hazard).state


@pytest.mark.parametrize(("outcome", "brings"), [("confirm", "confirmed"), ("dismiss", "dismissed")])
def test_the_case_decides_the_hazard(platform: Platform, outcome: str, brings: str) -> None:
    case = suspect(platform, "H1", BARCODE)
    assert case.severity == 5
    decide(platform, case, outcome)
    assert state(platform) == brings
    with platform.reading() as conn:
        assert not platform.reactions.lags(conn)


def test_what_nothing_recognises_is_not_confirmed_but_asked_again(platform: Platform) -> None:
    case = suspect(platform)
    decide(platform, case, "confirm")
    assert state(platform) == "suspected"
    with platform.reading() as conn:
        assert not platform.reactions.lags(conn)
    platform.run(
        lambda work: platform.investigate.confirm(work, "H1", Confirmation(fingerprints=(BARCODE,)), actor="bo")
    )
    assert state(platform) == "confirmed"


def test_who_confirms_directly_decides_the_case(platform: Platform) -> None:
    suspect(platform, "H1", BARCODE)
    platform.run(lambda work: platform.investigate.confirm(work, "H1", Confirmation(), actor="ann"))
    assert state(platform) == "confirmed"
    assert not [one for one in waiting(platform) if one.state == "open"]


def test_who_confirms_directly_does_not_pass_anothers_lease(platform: Platform) -> None:
    suspect(platform, "H1", BARCODE)
    platform.run(lambda work: platform.cases.next(work, kinds=("hazard_suspected",), actor="cy").case)
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.investigate.confirm(work, "H1", Confirmation(), actor="ann"))
    assert state(platform) == "suspected"
    platform.run(lambda work: platform.investigate.confirm(work, "H1", Confirmation(), actor="cy"))
    assert state(platform) == "confirmed"
