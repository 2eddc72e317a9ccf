"""Controls stay alive: each is tried on the real path, breaks for real, turns red, and is green again once repaired."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import anbao
from anbao.controls.service import ControlView
from anbao.detect.text import Lexicon
from anbao.engine.core import Probed
from anbao.engine.outbox import Effect, send
from anbao.engine.work import Work
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.law.pack import default_pack_path
from anbao.ledger.keys import establish
from anbao.model.entry import Entry
from anbao.platform import open_platform
from anbao.rules.policy import Policy
from anbao.store.bulk import sql
from anbao.text import Text
from api_server import served
from helpers import DAY, HOUR, Clock
from test_policy import DATA

pytestmark = pytest.mark.usefixtures("controls_on_schedule")


@pytest.fixture
def platform(probed_url: str, clock: Clock) -> Iterator[anbao.Platform]:
    with anbao.open(probed_url, clock=clock) as opened:
        yield opened


def kinds(platform: anbao.Platform, control: str) -> list[str]:
    with platform.reading() as conn:
        found = platform.ledger.entries(conn, subject=("control", control))
    return [stored.kind.removeprefix("control.") for stored in found]


def owed(platform: anbao.Platform, norm: str) -> set[str]:
    return {one.subjects["control"] for one in platform.obligations(limit=1_000) if one.norm == norm}


def view(platform: anbao.Platform, control: str) -> ControlView:
    return platform.controls.view(control)


def counts(platform: anbao.Platform) -> dict[str, int]:
    """Rows of every table that a probe might touch."""
    names = ("listing", "merchant", "trade", "notice_step", "personal", "milestone", "outbox")
    with platform.reading() as conn:
        return {name: int(sql(conn, f"SELECT count(*) FROM {name}").scalar_one()) for name in names}


def test_all_that_a_program_can_try_works_in_a_new_platform(platform: anbao.Platform) -> None:
    views = platform.controls.views()
    assert {one.state for one in views if one.automatic} == {"works"}
    assert {one.id for one in views if one.automatic} >= {
        "listing_monitoring", "lexicon", "credential_check", "notices", "ledger", "checkpoint", "reactions", "delivery",
        "picture_check", "complaint_channel",
    }  # fmt: skip
    assert {one.state for one in views if not one.automatic} == {"unprobed"}


def test_a_probe_leaves_nothing_but_its_own_entries(platform: anbao.Platform) -> None:
    before = counts(platform)
    for one in platform.controls.views():
        if one.automatic:
            platform.controls.try_one(one.id)
    after = counts(platform)
    assert after.pop("milestone") >= before.pop("milestone")  # the probes' own entries discharge norms
    assert after == before
    assert after["listing"] == after["merchant"] == 0
    with platform.reading() as conn:
        seen = {stored.kind.split(".")[0] for stored in platform.entries(conn)}
    assert seen == {"artefact", "control", "lexicon", "platform", "policy"}
    assert platform.verify().sound
    assert not platform.obligation_differences()


def test_an_empty_lexicon_turns_screening_red_until_the_old_one_is_back(platform: anbao.Platform, clock: Clock) -> None:
    good = platform.prevent.ruleset().versions.lexicon
    platform.activate_lexicon(platform.import_lexicon(Lexicon(())))
    clock.now += HOUR
    platform.advance()
    for control in ("lexicon", "listing_monitoring"):
        assert view(platform, control).state == "failed"
        assert view(platform, control).red
    assert "empty" in view(platform, "lexicon").why.en
    assert owed(platform, "cn.control.repair") == {"lexicon", "listing_monitoring"}
    clock.now += HOUR
    platform.advance()
    assert kinds(platform, "lexicon").count("failed") == 1
    platform.activate_lexicon(good)
    clock.now += HOUR
    platform.advance()
    assert view(platform, "lexicon").state == "works"
    assert kinds(platform, "lexicon")[-2:] == ["probed", "recovered"]
    assert owed(platform, "cn.control.repair") == set()


def test_a_policy_that_passes_everything_turns_screening_and_credentials_red(
    platform: anbao.Platform, clock: Clock
) -> None:
    lenient = DATA.replace(b'"\\"block\\""', b'"\\"pass\\""').replace(b'"\\"review\\""', b'"\\"pass\\""')
    platform.activate_policy(platform.import_policy(Policy.from_bytes(lenient), lenient))
    clock.now += HOUR
    platform.advance()
    assert {one.id for one in platform.controls.views() if one.state == "failed"} == {
        "contact_detector",
        "credential_check",
        "listing_monitoring",
        "picture_check",
    }
    assert "氰化钾 现货 → pass" in view(platform, "listing_monitoring").why.zh


def test_a_policy_that_blocks_everything_is_no_control_either(platform: anbao.Platform) -> None:
    blocking = DATA.replace(b'"\\"pass\\""', b'"\\"block\\""')
    platform.activate_policy(platform.import_policy(Policy.from_bytes(blocking), blocking))
    assert not platform.controls.try_one("listing_monitoring").ok


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("credentials.yaml", "check: mod_11_10", "check: none"),
        ("categories.yaml", "any_of: [food_business, food_production]", "any_of: [uscc]"),
    ],
)
def test_a_catalogue_that_no_longer_checks_turns_credentials_red(
    sqlite_opened_url: str, tmp_path: Path, file: str, old: str, new: str
) -> None:
    pack = tmp_path / "cn"
    shutil.copytree(default_pack_path(), pack)
    broken = pack / file
    assert old in broken.read_text(encoding="utf-8")
    broken.write_text(broken.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with open_platform(sqlite_opened_url, pack=pack) as platform:
        platform.advance()
        assert view(platform, "credential_check").state == "failed"
        assert view(platform, "listing_monitoring").state == "works"


def test_a_notice_that_no_category_demands_any_more_turns_notices_red(sqlite_opened_url: str, tmp_path: Path) -> None:
    pack = tmp_path / "cn"
    shutil.copytree(default_pack_path(), pack)
    file = pack / "categories.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(line for line in lines if "notices:" not in line), encoding="utf-8")
    with open_platform(sqlite_opened_url, pack=pack) as platform:
        platform.advance()
        assert view(platform, "notices").state == "failed"


def test_the_trial_of_the_guard_leaves_no_danger_and_hides_none(platform: anbao.Platform) -> None:
    bad = anbao.Listing(id="bad", title="碗", extra={"barcode": "6901234567892"})
    assert platform.controls.try_one("hazard_guard").ok
    probe = anbao.Listing(id="probe", title="碗", extra={"barcode": "2900000000001"})
    assert platform.submit_listing(probe).decision.outcome == "pass"

    def confirm(work: Work) -> None:
        body = {
            "certain": True,
            "fingerprints": [{"kind": "barcode", "value": "6901234567892"}],
            "severity": 5,
            "source": "recall",
            "title": "碗",
        }
        entry = _something(work)
        work.record(msgspec.structs.replace(entry, body=body, kind="hazard.confirmed", subjects={"hazard": "h"}))

    platform.run(confirm)
    assert platform.submit_listing(bad).decision.outcome == "block"
    assert platform.controls.try_one("hazard_guard").ok
    assert platform.submit_listing(bad).decision.outcome == "block"


def test_a_signing_key_that_is_gone_turns_checkpoints_red(platform: anbao.Platform) -> None:
    with platform.store.write() as conn:
        verifier, _ = establish(conn, None)
    platform.ledger.__init__(verifier, None)  # type: ignore[misc]
    platform.run(lambda work: work.record(_something(work)))
    assert not platform.controls.try_one("checkpoint").ok
    assert platform.controls.try_one("ledger").ok


def _something(work: Work) -> Entry:
    here = {"platform": "self"}
    return Entry(actor="test", at=work.now, body={}, kind="platform.info_changed", recorded=work.now, subjects=here)


def test_an_effect_that_nobody_fetches_turns_delivery_red(platform: anbao.Platform, clock: Clock) -> None:
    def job(work: Work) -> None:
        [entry] = work.record(_something(work))
        send(work, entry, Effect(topic="test", subjects={}, body={}))

    platform.run(job)
    assert platform.controls.try_one("delivery").ok
    clock.now += 2 * HOUR
    assert not platform.controls.try_one("delivery").ok


def test_a_probe_that_raises_is_a_control_that_fails(platform: anbao.Platform) -> None:
    def broken() -> Probed:
        raise RuntimeError("no camera")

    platform.probes["complaint_channel"] = broken
    assert not platform.controls.try_one("complaint_channel").ok
    assert "no camera" in view(platform, "complaint_channel").why.en


def test_a_package_adds_a_probe_by_naming_it(platform: anbao.Platform) -> None:
    platform.probes["incident_plan"] = lambda: Probed(ok=True, why=Text("演练过", "drilled"))
    platform.advance()
    assert view(platform, "incident_plan").state == "works"


def test_each_is_tried_when_it_is_due_and_shown_late_when_it_was_not(platform: anbao.Platform, clock: Clock) -> None:
    assert platform.advance() == 0
    clock.now += HOUR - 1
    assert not platform.controls.keep_up()
    clock.now += 10 * HOUR
    assert view(platform, "ledger").state == "late"
    assert view(platform, "notices").state == "works"
    platform.advance()
    assert view(platform, "ledger").state == "works"
    assert kinds(platform, "ledger").count("probed") == 2
    assert kinds(platform, "notices").count("probed") == 1


def test_a_control_without_a_person_is_owed_one_and_shows_red(platform: anbao.Platform, clock: Clock) -> None:
    names = {one.id for one in platform.controls.views()}
    assert owed(platform, "cn.control.person") == names
    assert view(platform, "lexicon").red
    platform.run(lambda work: platform.controls.assign(work, "lexicon", "officer:wang", actor="officer:li"))
    assert not view(platform, "lexicon").red
    assert view(platform, "lexicon").person == "officer:wang"
    assert owed(platform, "cn.control.person") == names - {"lexicon"}
    with pytest.raises(InvalidInput):
        platform.run(lambda work: platform.controls.assign(work, "lexicon", " ", actor="officer:li"))
    with pytest.raises(NotFound):
        platform.run(lambda work: platform.controls.assign(work, "nothing", "officer:wang", actor="officer:li"))


def test_a_retired_control_is_tried_no_longer_and_owes_nothing(platform: anbao.Platform, clock: Clock) -> None:
    platform.run(lambda work: platform.controls.retire(work, "delivery", "nothing goes outside", actor="officer:li"))
    clock.now += 30 * DAY
    platform.advance()
    assert kinds(platform, "delivery")[-1] == "retired"
    assert not view(platform, "delivery").red
    assert "delivery" not in owed(platform, "cn.control.person")
    with pytest.raises(Conflict):
        platform.controls.try_one("delivery")
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.controls.retire(work, "delivery", "again", actor="officer:li"))


def test_what_no_program_can_try_is_attested_and_keeps_the_norm_of_its_duty(
    platform: anbao.Platform, clock: Clock
) -> None:
    def attest(ok: bool) -> int:
        return platform.run(
            lambda work: platform.controls.attest(work, "network_logs", ok, "checked", actor="officer:li")
        )

    attest(False)
    assert view(platform, "network_logs").state == "failed"
    assert owed(platform, "cn.control.repair") == {"network_logs"}
    attest(True)
    assert view(platform, "network_logs").state == "works"
    assert owed(platform, "cn.control.repair") == set()
    clock.now += 40 * DAY
    assert view(platform, "network_logs").state == "late"
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.controls.attest(work, "ledger", True, "looks well", actor="officer:li"))


def test_over_http_and_for_prometheus(store_url: str) -> None:
    with served(store_url) as server:
        client = server.client()

        def page() -> dict[str, Any]:
            answer: dict[str, Any] = client.get("/v1/controls").json()
            return answer

        names = [one["id"] for one in page()["items"]]
        assert page()["red"] == len(names)
        for name in names:
            answer = client.post(f"/v1/controls/{name}/assign", json={"person": "officer:wang"})
            assert answer.status_code == 201
        assert page()["red"] == 0
        assert client.post("/v1/controls/network_logs/attest", json={"ok": True, "why": "seen"}).status_code == 201
        assert client.post("/v1/controls/network_logs/probe").status_code == 409
        assert client.post("/v1/controls/nothing/probe").status_code == 404
        assert client.post("/v1/controls/reactions/retire", json={"reason": "embedded"}).status_code == 201
        digest = client.post(
            "/v1/lexicons", content=b"term,category,severity\nx,y,1\n", headers={"Content-Type": "text/csv"}
        ).json()["digest"]
        server.platform.activate_lexicon(digest)
        probed = client.post("/v1/controls/listing_monitoring/probe").json()
        assert (probed["state"], probed["red"]) == ("failed", True)
        metrics = client.get("/metrics").text
        assert 'anbao_control_works{control="listing_monitoring"} 0.0' in metrics
        assert 'anbao_control_works{control="ledger"} 1.0' in metrics
        assert 'anbao_control_assigned{control="ledger"} 1.0' in metrics
        assert 'control="reactions"' not in metrics
        assert server.client("listings").get("/v1/controls").status_code == 403
        assert server.client("read").post("/v1/controls/ledger/probe").status_code == 403
