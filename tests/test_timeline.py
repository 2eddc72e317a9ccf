"""One timeline of a matter: what belongs to it and nothing else, in the order of the ledger, with what it made owed."""

from collections.abc import Iterator

import httpx
import pytest

from anbao.cli.root import run
from anbao.engine.work import Work
from anbao.ledger.canonical import seal
from anbao.model.entry import Entry
from anbao.model.event import Event
from anbao.platform import Platform, open_platform
from anbao.prove import timeline as prove
from anbao.prove.timeline import timeline
from api_server import Served, served


@pytest.fixture
def platform(store_url: str) -> Iterator[Platform]:
    with open_platform(store_url) as opened:
        yield opened


@pytest.fixture
def server(store_url: str) -> Iterator[Served]:
    with served(store_url) as running:
        yield running


@pytest.fixture
def client(server: Served) -> httpx.Client:
    return server.client("read")


def note(platform: Platform, kind: str, **subjects: str) -> int:
    """Put an entry of a kind about these into the ledger; its index."""

    def job(work: Work) -> int:
        entry = Entry(actor="test", at=work.now, body={}, kind=kind, recorded=work.now, subjects=subjects)
        return platform.ledger.append(work.conn, [seal(entry)])

    return platform.run(job)


STORY = (
    ("first", "complaint.received", {"complaint": "C1", "listing": "L1"}),
    ("suspected", "hazard.suspected", {"hazard": "H1", "complaint": "C1", "listing": "L1", "merchant": "M1"}),
    ("other", "hazard.suspected", {"hazard": "H2", "listing": "L2", "merchant": "M1"}),
    ("second", "complaint.received", {"complaint": "C2", "listing": "L1"}),
    ("joined", "complaint.joined", {"complaint": "C2", "lead": "C1"}),
    ("found", "violation.found", {"violation": "V1", "hazard": "H1", "listing": "L1", "merchant": "M1"}),
    ("stopped", "violation.stopped", {"violation": "V1"}),
    ("warned", "warning.sent", {"hazard": "H1", "listing": "L1", "order": "O1", "consumer": "commit:a"}),
    ("asked", "dispute.opened", {"dispute": "D1", "order": "O1", "consumer": "commit:a", "merchant": "M1"}),
    ("helped", "dispute.assisted", {"dispute": "D1", "consumer": "commit:a"}),
    ("unrelated", "dispute.opened", {"dispute": "D2", "order": "O2", "consumer": "commit:a", "merchant": "M1"}),
)
"""Two complaints about one danger, a warned buyer who asks for help; and another danger of the same merchant."""


def story(platform: Platform, *without: str) -> dict[str, int]:
    """The entries of the story by name."""
    return {name: note(platform, kind, **subjects) for name, kind, subjects in STORY if name not in without}


def told(platform: Platform, role: str, identity: str, **page: int) -> prove.Timeline:
    with platform.reading() as conn:
        return timeline(conn, platform.pack, (role, identity), platform.clock(), **page)


@pytest.mark.parametrize(
    "about", [("complaint", "C1"), ("complaint", "C2"), ("hazard", "H1"), ("violation", "V1"), ("dispute", "D1")]
)
def test_wherever_one_begins_the_same_matter_is_shown(platform: Platform, about: tuple[str, str]) -> None:
    entries = story(platform)
    found = told(platform, *about)
    assert found.matters[0] == about
    assert set(found.matters) == {
        ("complaint", "C1"),
        ("complaint", "C2"),
        ("hazard", "H1"),
        ("violation", "V1"),
        ("dispute", "D1"),
    }
    assert [line.entry for line in found.lines] == sorted(
        index for name, index in entries.items() if name not in ("other", "unrelated")
    )


def test_a_listing_leads_to_its_matters_but_matters_do_not_lead_to_other_listings(platform: Platform) -> None:
    entries = story(platform)
    found = told(platform, "listing", "L2")
    assert found.matters == [("listing", "L2"), ("hazard", "H2")]
    assert [line.entry for line in found.lines] == [entries["other"]]


def test_a_line_says_what_it_made_owed_and_what_became_of_it(platform: Platform) -> None:
    for kind in ("recall.received", "recall.stopped"):
        platform.record_event(Event(kind=kind, subjects={"recall": "R1"}))
    received, stopped = told(platform, "recall", "R1").lines
    owed = {one.norm: one.state for one in received.owes}
    assert {"discharged", "open"} <= set(owed.values())
    assert not stopped.owes
    assert received.title.zh == "收到或获知召回信息"


def test_pages_follow_each_other_without_gap_or_repetition(platform: Platform) -> None:
    story(platform)
    whole = [line.entry for line in told(platform, "complaint", "C1").lines]
    paged: list[int] = []
    start: int | None = 0
    while start is not None:
        page = told(platform, "complaint", "C1", start=start, limit=2)
        paged += [line.entry for line in page.lines]
        start = page.next
    assert paged == whole


def test_more_matters_than_are_followed_are_said_to_be_cut(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    story(platform)
    monkeypatch.setattr(prove, "MOST_MATTERS", 2)
    assert told(platform, "complaint", "C1").cut


def test_over_http_page_by_page(server: Served, client: httpx.Client) -> None:
    entries = story(server.platform, "found", "stopped")  # a server would act on a violation
    first = client.get("/v1/timeline", params={"about": "complaint:C1", "limit": 3}).json()
    assert first["matters"][0] == {"role": "complaint", "id": "C1"}
    assert [one["entry"] for one in first["items"]] == [entries["first"], entries["suspected"], entries["second"]]
    then = client.get("/v1/timeline", params={"about": "complaint:C1", "limit": 3, "cursor": first["next"]}).json()
    assert then["items"][0]["entry"] == entries["joined"]
    assert client.get("/v1/timeline", params={"about": "complaint"}).status_code == 400
    unknown = client.get("/v1/timeline", params={"about": "planet:mars"})
    assert (unknown.status_code, unknown.json()["field"]) == (400, "about")


def test_on_the_command_line(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with open_platform(store_url) as platform:
        story(platform)
    assert run(["timeline", "complaint:C2", "--store", store_url, "--format", "csv"]) == 0
    out = capsys.readouterr()
    assert out.out.splitlines()[1].split(",")[2] == "收到投诉举报"
    assert "hazard:H1" in out.err
    assert run(["timeline", "planet:mars", "--store", store_url]) == 2
    assert "planet" in capsys.readouterr().err
