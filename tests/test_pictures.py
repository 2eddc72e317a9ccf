"""Pictures of listings from upload to decision, on both databases: contacts, dangers, addresses, disorder, replay."""

from typing import Any

import pytest

from anbao.connect.fetch import Fetcher
from anbao.connect.pictures import ATTEMPTS, RETRY, PictureIntake
from anbao.connect.storage import ObjectStorage, open_storage
from anbao.detect.picture.reading import read
from anbao.engine.readmodels.pictures import pending
from anbao.errors import TooLarge
from anbao.model.events.prevent import PictureRead, PictureScreenedEvent
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.model.listing import Listing
from anbao.model.picture import PictureScreened
from anbao.platform import Platform
from anbao.prevent.replay import REPLAYED, replay
from anbao.simulator.pictures import disguised, jpeg, product, with_qr, with_text
from anbao.store.bulk import sql
from helpers import Clock

NOON = 1_795_600_000_000
CONTACT = jpeg(with_text(product("contact"), "WeChat: shop8818"))
CODE = jpeg(with_qr(product("code"), "https://u.example.com/f/9"))
CLEAN = jpeg(product("clean"))


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def storage(tmp_path: Any) -> ObjectStorage:
    return open_storage(f"file://{tmp_path}/objects")


@pytest.fixture
def pictures(platform: Platform, storage: ObjectStorage) -> PictureIntake:
    return PictureIntake(platform, storage, Fetcher(resolve=lambda host, port: ["127.0.0.1"]))


def offer(*pictures: str, id: str = "l1", title: str = "纯棉短袖", merchant: str = "") -> Listing:
    return Listing(id=id, merchant=merchant, pictures=pictures, title=title)


def decisions(platform: Platform, listing: str = "l1") -> list[PictureScreened]:
    """All decisions on the pictures of a listing, each made again to the same bytes."""
    found = []
    with platform.reading() as conn:
        for stored in platform.ledger.entries(
            conn, 0, 1000, kind=PictureScreenedEvent.KIND, subject=("listing", listing)
        ):
            assert replay(conn, platform.ledger, platform.prevent.rulesets, stored.index).same
            found.append(stored.event(PictureScreenedEvent).screened)
    return found


def outcome(platform: Platform, listing: str = "l1") -> str:
    with platform.reading() as conn:
        return str(sql(conn, "SELECT outcome FROM listing WHERE id = ?", (listing,)).scalar())


def norms_open(platform: Platform) -> set[str]:
    return {one.norm for one in platform.obligations(limit=1000) if one.subjects.get("listing") == "l1"}


def confirm(platform: Platform, pictures: PictureIntake, data: bytes, hazard: str = "h1") -> None:
    """A danger whose picture this is."""
    prints = tuple(Fingerprint(kind="picture", value=one) for one in pictures.fingerprints(pictures.take(data).picture))
    suspicion = Suspicion(
        id=hazard,
        fingerprints=prints,
        severity=5,
        source="recall",
        title="召回的充电宝",
        provisions=("cn.ecommerce_law.2018/38.1",),
    )
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    platform.run(lambda work: platform.investigate.confirm(work, hazard, Confirmation()))


def test_a_hidden_contact_holds_the_listing_and_a_person_must_decide(
    platform: Platform, pictures: PictureIntake
) -> None:
    first = platform.submit_listing(offer(pictures.take(CONTACT).picture))
    assert first.outcome == "pass"
    assert [(one.text, one.text_pending) for one in first.pictures] == [("text_like", True)]
    assert pictures.settle() == 1
    last = decisions(platform)[-1]
    assert (last.outcome, last.raised, last.reasons, last.text_pending) == ("review", True, ("contact.outside",), False)
    [finding] = last.findings
    assert "WeChat" in finding.surface
    assert "shop8818" in finding.surface
    assert finding.box is not None
    assert 660 < finding.box.top < finding.box.bottom < 760
    assert finding.provisions
    assert outcome(platform) == "review"
    assert "cn.dispose.review" in norms_open(platform)
    platform.prevent.review("l1", "block", "图片含微信号", actor="officer")
    assert "cn.dispose.review" not in norms_open(platform)
    assert platform.obligation_differences() == []


def test_a_code_is_decided_on_with_the_listing(platform: Platform, pictures: PictureIntake) -> None:
    screened = platform.submit_listing(offer(pictures.take(CODE).picture))
    assert screened.decision.outcome == "pass"
    assert screened.outcome == "review"
    assert outcome(platform) == "review"
    assert [one.category for one in screened.pictures[0].findings] == ["picture.code", "contact.link"]


def test_a_term_of_the_lexicon_is_found_in_a_picture(platform: Platform, pictures: PictureIntake) -> None:
    platform.submit_listing(offer(pictures.take(jpeg(with_qr(product(8), "氰化钾 现货"))).picture))
    [decision] = decisions(platform)
    assert decision.outcome == "block"
    assert "term.strong" in decision.reasons
    assert [one.term for one in decision.findings if one.detector == "code.lexicon"] == ["氰化钾"]
    assert "cn.dispose.listing_report" in norms_open(platform)


def test_a_clean_picture_of_a_known_merchant_passes_unread(
    platform: Platform, pictures: PictureIntake, clock: Clock
) -> None:
    platform.submit_listing(offer(id="old", merchant="m1"))
    clock.now += 40 * 86_400_000
    picture = pictures.take(CLEAN).picture
    [decision] = platform.submit_listing(offer(picture, merchant="m1")).pictures
    assert (decision.outcome, decision.findings, decision.text) == ("pass", (), "")
    assert not pictures.step()
    [decision] = platform.submit_listing(offer(picture, id="l2", merchant="m2")).pictures
    assert decision.text == "new_merchant"
    [decision] = platform.submit_listing(offer(picture, id="l3", merchant="m1", title="气枪铅弹 现货")).pictures
    assert decision.text == "suspect"
    assert pictures.settle() == 1, "one reading serves both listings"
    assert not decisions(platform, "l2")[-1].text_pending
    assert not decisions(platform, "l3")[-1].text_pending


@pytest.mark.parametrize("disguise", ["recompressed", "corner_crop", "border", "mirror"])
def test_a_danger_that_comes_back_in_disguise_is_blocked(
    platform: Platform, pictures: PictureIntake, disguise: Any
) -> None:
    confirm(platform, pictures, jpeg(product("danger")))
    again = pictures.take(jpeg(disguised(product("danger"), disguise))).picture
    other = pictures.take(CLEAN).picture
    platform.submit_listing(offer(again))
    platform.submit_listing(offer(other, id="l2"))
    [decision] = decisions(platform)
    assert (decision.outcome, decision.reasons, decision.severity) == ("block", ("picture.same",), 5)
    assert decision.findings[0].term == "h1"
    assert decision.findings[0].provisions == ("cn.ecommerce_law.2018/38.1",)
    assert outcome(platform, "l2") == "pass"


def test_a_likeness_goes_to_a_person_and_a_lifted_danger_to_nobody(platform: Platform, pictures: PictureIntake) -> None:
    reading = pictures.take(jpeg(product("danger")))
    far = f"{int(reading.pdq, 16) ^ ((1 << 45) - 1):064x}"
    suspicion = Suspicion(
        id="h2", fingerprints=(Fingerprint(kind="picture", value=far.upper()),), source="own", title="似"
    )
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    assert platform.submit_listing(offer(reading.picture)).outcome == "pass"
    platform.run(lambda work: platform.investigate.confirm(work, "h2", Confirmation()))
    screened = platform.submit_listing(offer(reading.picture))
    assert (screened.outcome, screened.pictures[0].findings[0].distance) == ("review", 45)
    platform.run(lambda work: platform.investigate.lift(work, "h2", "检测合格"))
    assert platform.submit_listing(offer(reading.picture)).outcome == "pass"
    assert [one.outcome for one in decisions(platform)] == ["pass", "review", "pass"]


def test_a_picture_that_comes_after_its_listing_is_decided_on_then(
    platform: Platform, pictures: PictureIntake, clock: Clock
) -> None:
    late = read(CODE).picture
    assert platform.submit_listing(offer(late)).pictures == ()
    assert pictures.settle() == 1
    assert decisions(platform) == []
    pictures.take(CODE)
    assert outcome(platform) == "review"
    assert pictures.settle() == 1, "its text is read at once, whatever the attempts before"
    assert not decisions(platform)[-1].text_pending


def test_what_never_comes_is_a_finding_after_the_last_attempt(
    platform: Platform, pictures: PictureIntake, clock: Clock
) -> None:
    platform.submit_listing(offer("0" * 64))
    for attempt in range(ATTEMPTS):
        assert decisions(platform) == []
        assert pictures.settle() == 1, attempt
        clock.now += RETRY * 4**attempt
    [decision] = decisions(platform)
    assert (decision.outcome, decision.problem, decision.reading) == ("review", "unreachable", -1)
    assert not pictures.step()


def test_an_address_that_points_inside_is_a_finding_at_once(platform: Platform, pictures: PictureIntake) -> None:
    platform.submit_listing(offer("http://169.254.169.254/latest/meta-data", "https://metadata.internal/x"))
    assert pictures.settle() == 2
    assert [one.problem for one in decisions(platform)] == ["forbidden_address", "forbidden_address"]
    assert outcome(platform) == "review"


@pytest.mark.parametrize(
    ("data", "problem"),
    [(b"GIF89a broken", "unknown_format"), (b"<svg/>", "unknown_format"), (CLEAN[:900], "undecodable")],
)
def test_a_bad_picture_is_a_finding_and_no_crash(
    platform: Platform, pictures: PictureIntake, data: bytes, problem: str
) -> None:
    reading = pictures.take(data)
    assert reading.problem == problem
    screened = platform.submit_listing(offer(reading.picture))
    assert (screened.outcome, screened.pictures[0].reasons) == ("review", ("picture.unread",))


def test_only_the_newest_version_of_a_listing_counts(platform: Platform, pictures: PictureIntake) -> None:
    platform.submit_listing(offer(pictures.take(CONTACT).picture))
    platform.submit_listing(offer(pictures.take(CLEAN).picture))
    pictures.settle()
    assert outcome(platform) == "pass"
    with platform.reading() as conn:
        assert pending(conn) == 0


def test_an_altered_object_is_not_believed(
    platform: Platform, pictures: PictureIntake, storage: ObjectStorage, tmp_path: Any, clock: Clock
) -> None:
    picture = pictures.take(CONTACT).picture
    [path] = tmp_path.rglob(picture)
    path.write_bytes(CLEAN)
    platform.submit_listing(offer(picture))
    for attempt in range(ATTEMPTS):
        pictures.settle()
        clock.now += RETRY * 4**attempt
    assert decisions(platform)[-1].problem == "undecodable"
    assert outcome(platform) == "review"


def test_an_upload_is_read_and_entered_once(platform: Platform, pictures: PictureIntake) -> None:
    for _ in range(3):
        pictures.take(CLEAN)
    with platform.reading() as conn:
        assert len(platform.ledger.entries(conn, 0, 100, kind=PictureRead.KIND)) == 1


def test_too_large_an_upload_is_refused(pictures: PictureIntake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anbao.connect.pictures.MAX_BYTES", 100)
    with pytest.raises(TooLarge):
        pictures.take(CLEAN)


def test_every_decision_can_be_replayed_also_after_the_dangers_changed(
    platform: Platform, pictures: PictureIntake
) -> None:
    confirm(platform, pictures, jpeg(product("danger")))
    platform.submit_listing(offer(pictures.take(jpeg(product("danger"))).picture))
    platform.run(lambda work: platform.investigate.lift(work, "h1", "解除"))
    confirm(platform, pictures, CLEAN, "h9")
    assert decisions(platform)[0].outcome == "block"
    with platform.reading() as conn:
        for kind in REPLAYED:
            for stored in platform.entries(conn, kind=kind):
                assert replay(conn, platform.ledger, platform.prevent.rulesets, stored.index).same
    assert platform.verify().sound
