"""Registries over real HTTP: whoever waits is not waved through, whatever the registry does."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from anbao.connect.registry import HttpRegistry, Registries, RegistrySettings, registry_from_environment
from anbao.errors import InvalidInput, PackError
from anbao.model.merchant import MerchantChange
from anbao.model.registry import RegistryQuestion
from anbao.prevent.merchants import questions
from anbao.prevent.merchants.port import RegistryDown
from anbao.simulator.registry import RegistryRecord, RegistryServer
from helpers import DAY, HOUR, said
from merchant_steps import FOOD, RESIDENT, MerchantSteps

HOLDER = "m1商贸有限公司"
CODE = RegistryRecord(kind="uscc", number="91320200MA1MGN8MXH", holder=HOLDER)
LICENCE = RegistryRecord(kind="food_business", number=FOOD["number"], holder=HOLDER, valid_until="2027-03-31")
PERSON = RegistryRecord(kind="resident_id", number=RESIDENT, holder="李某")


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with RegistryServer([CODE, LICENCE, PERSON]) as running:
        yield running


@pytest.fixture
def steps(steps: MerchantSteps, server: RegistryServer) -> Iterator[MerchantSteps]:
    registry = client(server)
    steps.merchants.connect(registry)
    yield steps
    registry.close()


def client(server: RegistryServer, **more: object) -> HttpRegistry:
    settings = msgspec.convert({"name": "演示登记机关", "url": server.url, "timeout": 2_000, **more}, RegistrySettings)
    return HttpRegistry(settings, pause=lambda seconds: None)


def test_nobody_is_verified_before_the_registry_has_answered(steps: MerchantSteps, server: RegistryServer) -> None:
    answer = steps.company("m1", categories=["零食"], licences=[FOOD])
    assert answer.decision == steps.status("m1") == "waiting"
    assert steps.states("cn.kyc.registry") == ["open"]
    assert server.asked == 0
    steps.platform.advance()
    assert steps.status("m1") == "verified"
    assert steps.states("cn.kyc.registry") == ["discharged"]
    told = {said(entry)["kind"]: said(entry) for entry in steps.entries("merchant.registry_answered")}
    assert {kind: body["state"] for kind, body in told.items()} == {"food_business": "valid", "uscc": "valid"}
    assert told["uscc"]["registry"] == "演示登记机关"
    assert told["uscc"]["latency"] >= 0
    assert server.asked == 2


@pytest.mark.parametrize(
    ("record", "state", "status"),
    [
        (None, "unknown", "refused"),
        (msgspec.structs.replace(LICENCE, revoked=True), "revoked", "held"),
        (msgspec.structs.replace(LICENCE, holder="别家公司"), "mismatch", "held"),
        (msgspec.structs.replace(LICENCE, valid_until="2026-12-31"), "mismatch", "held"),
    ],
)
def test_a_number_with_a_right_check_digit_may_still_be_false(
    steps: MerchantSteps, server: RegistryServer, record: RegistryRecord | None, state: str, status: str
) -> None:
    if record is None:
        server.forget(LICENCE)
    else:
        server.enter(record)
    steps.company("m1", categories=["零食"], licences=[FOOD])
    steps.platform.advance()
    assert steps.status("m1") == status
    [decided] = steps.entries(f"merchant.{status}")
    wrong = [check for check in said(decided)["checks"] if check.get("problem")]
    assert {(check["kind"], check["problem"]) for check in wrong} == {("food_business", state)}
    assert "cn.food_safety_law.2025/62.1" in wrong[-1]["provisions"]


def test_a_personal_number_reaches_the_registry_and_no_entry(steps: MerchantSteps, server: RegistryServer) -> None:
    steps.person("m1")
    steps.platform.advance()
    assert steps.status("m1") == "verified"
    [answered] = steps.entries("merchant.registry_answered")
    assert answered.body["number"] == ""
    with steps.platform.reading() as conn:
        for stored in steps.platform.entries(conn):
            assert RESIDENT.encode() not in stored.data
            assert "李某".encode() not in stored.data


@pytest.mark.parametrize("mode", ["down", "wrong"])
def test_while_the_registry_is_down_the_merchant_waits_with_its_clock(
    steps: MerchantSteps, server: RegistryServer, mode: str
) -> None:
    server.mode = mode  # type: ignore[assignment]
    steps.company("m1", categories=["零食"], licences=[FOOD])
    steps.platform.advance()
    asked = server.asked
    assert asked in (1, 3)
    steps.platform.advance()
    assert server.asked == asked
    with steps.platform.reading() as conn:
        waiting = questions.pending(conn, "m1")
    assert {(one.state, one.attempts) for one in waiting} == {("waiting", 1)}
    assert all(one.problem.startswith("演示登记机关: ") for one in waiting)
    steps.clock.now += HOUR
    steps.platform.advance()
    assert server.asked > asked
    assert steps.status("m1") == "waiting"
    steps.clock.now += 10 * DAY
    steps.platform.advance()
    assert steps.states("cn.kyc.registry") == ["overdue"]
    server.mode = "sound"
    steps.clock.now += 2 * HOUR
    steps.platform.advance()
    assert steps.status("m1") == "verified"
    assert steps.states("cn.kyc.registry") == ["discharged_late"]
    assert {entry.body["attempts"] for entry in steps.entries("merchant.registry_answered")} == {4}


def test_a_registry_that_is_too_slow_or_gone_is_down(server: RegistryServer) -> None:
    question = RegistryQuestion(kind="uscc", number=CODE.number, holder=HOLDER)
    server.mode = "slow"
    impatient = client(server, timeout=100, tries=2)
    with pytest.raises(RegistryDown, match="ReadTimeout"):
        impatient.ask(question)
    assert server.asked == 2
    impatient.close()
    gone = HttpRegistry(RegistrySettings(name="gone", url="http://127.0.0.1:1/"), pause=lambda seconds: None)
    with pytest.raises(RegistryDown, match="ConnectError") as failed:
        gone.ask(question)
    assert CODE.number not in str(failed.value)
    gone.close()


def test_a_short_outage_is_bridged_by_trying_again_ever_later(server: RegistryServer) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            server.mode = "sound"

    server.mode = "down"
    registry = HttpRegistry(RegistrySettings(name="x", url=server.url), pause=pause)
    answer = registry.ask(RegistryQuestion(kind="uscc", number=CODE.number, holder=HOLDER))
    assert (answer.state, answer.tries) == ("valid", 3)
    assert 0.2 <= pauses[0] <= 0.3 < 0.4 <= pauses[1] <= 0.6
    registry.close()


def test_verifying_again_asks_again_and_a_seller_goes_on_while_the_registry_is_down(
    steps: MerchantSteps, server: RegistryServer
) -> None:
    steps.company("m1", categories=["零食"], licences=[FOOD])
    steps.platform.advance()
    server.mode = "down"
    steps.clock.now += 100 * DAY
    again = steps.platform.run(lambda work: steps.merchants.reverify(work, "m1"))
    assert again.decision == "waiting"
    assert steps.status("m1") == "verified"
    assert steps.states("cn.kyc.reverify") == ["open"]
    server.mode = "sound"
    server.enter(msgspec.structs.replace(LICENCE, revoked=True))
    steps.clock.now += HOUR
    steps.platform.advance()
    assert steps.status("m1") == "held"


def test_a_change_of_numbers_waits_too_and_is_published_only_then(steps: MerchantSteps, server: RegistryServer) -> None:
    steps.company("m1")
    steps.platform.advance()
    given = msgspec.convert({"credit_code": "91110000600037341L"}, MerchantChange)
    answer = steps.platform.run(lambda work: steps.merchants.change(work, "m1", given))
    assert answer.decision == steps.status("m1") == "waiting"
    assert steps.effects("merchant.publish") == []
    server.enter(RegistryRecord(kind="uscc", number="91110000600037341L", holder=HOLDER))
    steps.platform.advance()
    assert steps.status("m1") == "verified"
    assert len(steps.effects("merchant.publish")) == 1


def test_a_person_accepts_a_name_that_does_not_match_and_nothing_else(
    steps: MerchantSteps, server: RegistryServer
) -> None:
    server.enter(msgspec.structs.replace(LICENCE, holder="m1商贸有限责任公司"))
    steps.company("m1", categories=["零食"], licences=[FOOD])
    steps.platform.advance()
    assert steps.status("m1") == "held"
    asked = server.asked
    decided = steps.platform.run(
        lambda work: steps.merchants.review(work, "m1", verify=True, reason="更名证明", actor="officer:wang")
    )
    assert decided.decision == "verified"
    assert server.asked == asked


def test_settings_come_from_the_environment(tmp_path: Path, server: RegistryServer) -> None:
    assert registry_from_environment({}) is None
    one = registry_from_environment({"ANBAO_REGISTRY": server.url})
    assert isinstance(one, HttpRegistry)
    assert one.answers("anything")
    file = tmp_path / "registries.yaml"
    file.write_text(
        f"- {{name: 市场监管, url: '{server.url}', kinds: [uscc], timeout: 1000}}\n"
        f"- {{name: 药监, url: '{server.url}', kinds: [drug_business]}}\n",
        encoding="utf-8",
    )
    several = registry_from_environment({"ANBAO_REGISTRY": str(file)})
    assert isinstance(several, Registries)
    assert several.answers("uscc")
    assert not several.answers("food_business")
    answer = several.ask(RegistryQuestion(kind="uscc", number=CODE.number, holder=HOLDER))
    assert (answer.registry, answer.state) == ("市场监管", "valid")
    file.write_text("- {name: a, url: ftp://x}\n", encoding="utf-8")
    with pytest.raises(PackError, match=":1"):
        registry_from_environment({"ANBAO_REGISTRY": str(file)})
    with pytest.raises(InvalidInput):
        registry_from_environment({"ANBAO_REGISTRY": str(tmp_path / "none.yaml")})
