"""The simulator's complainants against the platform: what it makes of them is what is true of them."""

from pathlib import Path

from anbao.model.complaint import Filed
from anbao.model.events.complaints import ComplaintAcknowledged, ComplaintFlagged
from anbao.platform import open_platform
from anbao.simulator.complainants import ComplainedListing, SimulatedComplaint, complainants

NOW = 1_790_000_000_000
OFFERS = [ComplainedListing(f"L{n}", f"M{n}") for n in range(5)]


def test_the_same_seed_gives_the_same() -> None:
    assert list(complainants(7, NOW, OFFERS, 2)) == list(complainants(7, NOW, OFFERS, 2))
    assert list(complainants(8, NOW, OFFERS)) != list(complainants(7, NOW, OFFERS))


def test_the_platform_sees_dangers_repeats_and_floods(tmp_path: Path) -> None:
    now = NOW
    complaints = list(complainants(20_261_124, NOW, OFFERS, 2))
    filed: dict[int, Filed] = {}
    with open_platform(f"sqlite:///{tmp_path}/a.db", clock=lambda: now) as platform:
        for one in complaints:
            now = one.at
            filed[one.number] = platform.run(
                lambda work, one=one: platform.investigate.complaints.file_from(  # type: ignore[misc]
                    work, one.complaint, one.origin, actor="platform"
                )
            )
        with platform.reading() as conn:
            flagged = {one.entry().subjects["complaint"] for one in platform.entries(conn, kind=ComplaintFlagged.KIND)}
            everything = len(list(platform.entries(conn, kind=ComplaintAcknowledged.KIND)))
    assert everything == len(complaints) == 40
    graves = {one.number: filed[one.number].severity for one in complaints if one.truth.danger in ("life", "health")}
    assert min(graves.values()) >= 4
    assert all(filed[one.number].severity <= 3 for one in complaints if one.truth.kind in ("false", "mass"))
    repeats = [one for one in complaints if one.truth.kind == "duplicate"]
    assert all(filed[one.number].joined == _lead(filed, one) for one in repeats)
    by_receipt = {filed[one.number].receipt: one for one in complaints}
    joined = [(one, by_receipt[filed[one.number].joined]) for one in complaints if filed[one.number].joined]
    assert all(one.complaint.listing == lead.complaint.listing for one, lead in joined)
    assert not any(one.truth.kind == "rights_holder" for pair in joined for one in pair)
    assert all(_same_matter(one, lead) for one, lead in joined)
    floods = [filed[one.number].receipt for one in complaints if one.truth.kind == "mass"]
    assert set(floods[4:]) <= flagged
    assert not flagged & {filed[one.number].receipt for one in complaints if one.truth.kind == "true"}
    assert all(not filed[one.number].lacking for one in complaints if one.truth.kind == "rights_holder")


def _lead(filed: dict[int, Filed], one: SimulatedComplaint) -> str:
    """The first complaint of the case in which the repeated one is."""
    assert one.truth.of is not None
    return filed[one.truth.of].joined or filed[one.truth.of].receipt


def _same_matter(one: SimulatedComplaint, other: SimulatedComplaint) -> bool:
    """Whether two complaints report a danger, or of the same concern, or repeat one another."""
    dangers = {one.truth.danger, other.truth.danger}
    return dangers <= {"life", "health"} or one.complaint.concern == other.complaint.concern
