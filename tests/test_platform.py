"""The spine, end to end: listing and merchant from input to decision, obligation, receipt and verified proof."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

import anbao
from anbao.detect.text import Lexicon
from anbao.errors import InvalidInput, NotFound
from anbao.ledger import verify_receipt
from anbao.prevent.replay import replay
from anbao.rules.policy import Policy
from anbao.store.bulk import sql
from helpers import DAY, HOUR, START, Clock, too_many_facts

LEXICON = """term,category,severity,exceptions,provision,tags
仿真枪,weapon.firearm,5,玩具仿真枪,cn.ecommerce_law.13,
改装电瓶,electrical.modified,3,,,
""".encode()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def platform(store_url: str, clock: Clock) -> Iterator[anbao.Platform]:
    with anbao.open(store_url, clock=clock) as opened:
        opened.activate_lexicon(opened.import_lexicon(Lexicon.from_csv(LEXICON)))
        yield opened


def listing(name: str, title: str, **more: str) -> anbao.Listing:
    return anbao.Listing(id=name, title=title, **more)  # type: ignore[arg-type]


def merchant(name: str, **more: object) -> anbao.Merchant:
    given: dict[str, object] = {
        "kind": "company",
        "legal_name": "江苏示例贸易有限公司",
        "shop_name": "示例小店",
        "credit_code": "91320200MA1MGN8MXH",
        "contact_name": "赵一",
        "phone": "12000000001",
        "address": "无锡市示例路 1 号",
    }
    return msgspec.convert({"id": name, **given, **more}, anbao.Merchant)


def owed(platform: anbao.Platform, norm: str) -> list[str]:
    with platform.reading() as conn:
        rows = sql(conn, "SELECT count(*) FROM obligation WHERE norm = ?", (norm,)).scalar_one()
    return [one.state for one in platform.obligations(limit=1000) if one.norm == norm] if rows else []


def test_a_dangerous_listing_is_blocked_with_its_reason_and_place(platform: anbao.Platform) -> None:
    answer = platform.submit_listing(listing("a", "正品 仿·真·枪 批发"))
    [finding] = answer.decision.findings
    assert answer.decision.outcome == "block"
    assert (finding.term, finding.surface, finding.start, finding.end) == ("仿真枪", "仿·真·枪", 3, 8)
    assert finding.provisions == ("cn.ecommerce_law.13",)
    assert owed(platform, "cn.dispose.listing_report") == ["open"]


def test_a_harmless_look_alike_passes(platform: anbao.Platform) -> None:
    assert platform.submit_listing(listing("a", "儿童玩具仿真枪 软弹")).decision.outcome == "pass"


def test_a_held_listing_waits_for_a_person(platform: anbao.Platform, clock: Clock) -> None:
    assert platform.submit_listing(listing("a", "改装电瓶 48V")).decision.outcome == "review"
    assert owed(platform, "cn.dispose.review") == ["open"]
    clock.now += 25 * HOUR
    assert owed(platform, "cn.dispose.review") == ["overdue"]
    platform.prevent.review("a", "block", "无 3C 认证", actor="reviewer:li")
    assert owed(platform, "cn.dispose.review") == []


def test_a_merchant_is_verified_and_must_be_verified_again(platform: anbao.Platform, clock: Clock) -> None:
    assert platform.prevent.merchants.apply(merchant("m1")).decision == "verified"
    assert owed(platform, "cn.kyc.reverify") == ["open"]
    clock.now += 190 * DAY
    assert owed(platform, "cn.kyc.reverify") == ["overdue"]
    platform.prevent.merchants.apply(merchant("m1"))
    assert owed(platform, "cn.kyc.reverify") == ["open"]


def test_a_forged_number_is_refused_and_a_missing_address_held(platform: anbao.Platform) -> None:
    assert platform.prevent.merchants.apply(merchant("m1", credit_code="91320200MA1MGN8MXX")).decision == "refused"
    held = platform.prevent.merchants.apply(merchant("m2", address=None))
    assert held.decision == "held"
    assert [check.kind for check in held.checks if check.problem == "missing"] == ["address"]


def test_personal_information_stands_in_no_entry(platform: anbao.Platform) -> None:
    platform.prevent.merchants.apply(merchant("m1"))
    platform.submit_listing(listing("a", "登山鞋"))
    platform.warn.place_order(
        anbao.Order(id="o1", listing="a", buyer="buyer-77", recipient="钱二", recipient_phone="12000000002")
    )
    with platform.reading() as conn:
        data = b"".join(stored.data for stored in platform.entries(conn)).decode()
    for secret in ("江苏示例贸易有限公司", "赵一", "12000000001", "示例路", "buyer-77", "钱二", "12000000002"):
        assert secret not in data


def test_a_listing_of_an_unverified_merchant_is_an_obligation_missed(platform: anbao.Platform) -> None:
    platform.prevent.merchants.apply(merchant("good"))
    platform.submit_listing(listing("a", "登山鞋", merchant="good"))
    platform.submit_listing(listing("b", "登山鞋", merchant="unknown"))
    assert owed(platform, "cn.kyc.onboard") == ["overdue"]


def test_food_needs_its_licence_and_the_licence_must_be_in_force(platform: anbao.Platform) -> None:
    licence = {"kind": "food_business", "number": "JY13202020009651", "valid_until": "2027-01-01"}
    platform.prevent.merchants.apply(merchant("with", categories=["食品"], licences=[licence]))
    platform.prevent.merchants.apply(merchant("without"))
    accepted = platform.submit_listing(listing("a", "五香牛肉干", merchant="with", category="食品"))
    refused = platform.submit_listing(listing("b", "五香牛肉干", merchant="without", category="食品"))
    assert accepted.decision.outcome in ("pass", "notice")
    assert refused.decision.outcome == "block"
    assert [one.category for one in refused.decision.findings] == ["credential.missing"]


def test_an_order_without_the_notice_is_missing_it(platform: anbao.Platform) -> None:
    platform.submit_listing(listing("dive", "三亚潜水一日游", category="water_sports"))
    [notice] = [one.id for one in platform.catalogue.notices_for("water_sports")]
    told = {"buyer": "b1", "listing": "dive", "notice": notice}
    platform.warn.show_notice(msgspec.convert(told, anbao.NoticeShown))
    platform.warn.acknowledge_notice(msgspec.convert(told, anbao.NoticeAcknowledged))
    assert platform.warn.place_order(anbao.Order(id="o1", listing="dive", buyer="b1")).missing_notices == ()
    assert owed(platform, "cn.notice.before_order") == []
    assert platform.warn.place_order(anbao.Order(id="o2", listing="dive", buyer="b2")).missing_notices == (notice,)
    assert owed(platform, "cn.notice.before_order") == ["overdue"]


def test_an_unknown_notice_is_refused(platform: anbao.Platform) -> None:
    with pytest.raises(InvalidInput):
        platform.warn.show_notice(anbao.NoticeShown(buyer="b", listing="a", notice="none"))


def test_events_of_the_pack_move_obligations(platform: anbao.Platform, clock: Clock) -> None:
    incident = {"incident": "i1"}
    found = anbao.Event(kind="incident.found", subjects=incident, facts={"level": "large"})
    kind = platform.pack.kind("incident.found")
    facts = {name: (fact.values[0] if fact.values else fact.python()) for name, fact in kind.facts.items()}
    platform.record_event(msgspec.structs.replace(found, facts=facts))
    with pytest.raises(InvalidInput):
        platform.record_event(anbao.Event(kind="incident.found", subjects={}, facts=facts))
    with pytest.raises(InvalidInput):
        platform.record_event(anbao.Event(kind="listing.screened", subjects={"listing": "x"}))


def test_a_waiver_says_by_whom_and_why(platform: anbao.Platform) -> None:
    platform.submit_listing(listing("a", "改装电瓶"))
    [one] = [one for one in platform.obligations() if one.norm == "cn.dispose.review"]
    with pytest.raises(InvalidInput):
        platform.waive(one.opened_by, one.norm, " ", actor="officer:wang")
    with pytest.raises(NotFound):
        platform.waive(one.opened_by, "cn.none", "x", actor="officer:wang")
    entry = platform.waive(one.opened_by, one.norm, "测试商品", actor="officer:wang")
    assert owed(platform, "cn.dispose.review") == []
    with platform.reading() as conn:
        waived = platform.ledger.entry(conn, entry).entry()
    assert (waived.actor, waived.body["reason"]) == ("officer:wang", "测试商品")


def test_the_clock_records_each_missed_deadline_once(platform: anbao.Platform, clock: Clock) -> None:
    platform.submit_listing(listing("a", "改装电瓶"))
    platform.tick()
    clock.now += 400 * DAY
    assert platform.tick() > 0
    assert platform.tick() == 0
    assert platform.obligation_differences() == []


def test_a_lexicon_takes_effect_at_the_stated_time(platform: anbao.Platform, clock: Clock) -> None:
    harmless = Lexicon.from_csv("term,category,severity\n登山鞋,test,4\n".encode())
    platform.activate_lexicon(platform.import_lexicon(harmless), effective=START + HOUR)
    assert platform.submit_listing(listing("a", "登山鞋")).decision.outcome == "pass"
    clock.now += HOUR
    assert platform.submit_listing(listing("b", "登山鞋")).decision.outcome == "block"


def test_a_policy_is_changed_live(platform: anbao.Platform) -> None:
    from anbao.law.paths import default_pack_path

    table = msgspec.json.decode((default_pack_path() / "policy" / "default.json").read_bytes())
    text = msgspec.json.encode(table).replace(b"block", b"review")
    policy = Policy.from_bytes(text)
    platform.activate_policy(platform.import_policy(policy, text))
    assert platform.submit_listing(listing("a", "仿真枪")).decision.outcome == "review"


def test_a_replay_gives_the_same_bytes_after_everything_changed(platform: anbao.Platform, clock: Clock) -> None:
    licence = {"kind": "food_business", "number": "JY13202020009651", "valid_until": "2027-01-01"}
    platform.prevent.merchants.apply(merchant("m", categories=["食品"], licences=[licence]))
    made = [
        platform.submit_listing(listing("a", "五香牛肉干", merchant="m", category="食品")),
        platform.submit_listing(listing("b", "仿真枪", merchant="m")),
        platform.submit_listing(listing("c", "登山鞋")),
    ]
    platform.prevent.merchants.apply(merchant("m"))
    platform.activate_lexicon(platform.import_lexicon(Lexicon.from_csv(b"term,category,severity\nx,y,1\n")))
    clock.now += 500 * DAY
    with platform.reading() as conn:
        for answer in made:
            again = replay(conn, platform.ledger, platform.prevent.rulesets, answer.receipt.entry)
            assert again.same, again


def test_a_replay_sees_a_changed_entry(platform: anbao.Platform) -> None:
    answer = platform.submit_listing(listing("a", "仿真枪"))
    with platform.store.write() as conn:
        data = sql(conn, "SELECT data FROM entry WHERE idx = ?", (answer.receipt.entry,)).scalar_one()
        changed = bytes(data).replace(b'"outcome":"block"', b'"outcome":"pass"')
        sql(conn, "UPDATE entry SET data = ? WHERE idx = ?", (changed, answer.receipt.entry))
    with platform.reading() as conn:
        assert not replay(conn, platform.ledger, platform.prevent.rulesets, answer.receipt.entry).same
    assert not platform.verify().sound


def test_a_receipt_verifies_alone(platform: anbao.Platform) -> None:
    answer = platform.submit_listing(listing("a", "登山鞋"))
    platform.checkpoint()
    with platform.reading() as conn:
        receipt = platform.ledger.receipt(conn, answer.receipt.entry)
    assert verify_receipt(receipt, str(platform.ledger.verifier)).sound
    assert answer.receipt.leaf in receipt.decode()


def test_many_threads_share_commits_and_all_is_stored(platform: anbao.Platform) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: platform.submit_listing(listing(f"l{n}", "登山鞋")), range(200)))
    assert len({answer.receipt.entry for answer in answers}) == 200
    assert platform.verify().sound


def test_a_failing_job_takes_back_only_its_own(platform: anbao.Platform) -> None:
    facts = too_many_facts()

    def submit(number: int) -> str:
        if number % 3:
            return platform.submit_listing(listing(f"l{number}", "登山鞋")).decision.outcome
        with pytest.raises(InvalidInput):
            platform.submit_listing(anbao.Listing(id=f"l{number}", title="x", facts=facts))
        return "refused"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(submit, range(60)))
    assert outcomes.count("refused") == 20
    assert platform.verify().sound
    assert platform.obligation_differences() == []


def test_a_changed_pack_derives_obligations_anew(store_url: str, tmp_path: Path, clock: Clock) -> None:
    import shutil

    from anbao.law.paths import default_pack_path

    with anbao.open(store_url, clock=clock) as platform:
        platform.prevent.merchants.apply(merchant("m1"))
    pack = tmp_path / "cn"
    shutil.copytree(default_pack_path(), pack)
    norms = pack / "norms" / "prevent.yaml"
    text = norms.read_text(encoding="utf-8")
    assert "due: {within: {months: 6}}" in text
    norms.write_text(text.replace("due: {within: {months: 6}}", "due: {within: {months: 3}}", 1), encoding="utf-8")
    with anbao.open(store_url, pack=pack, clock=clock) as platform:
        assert platform.obligation_differences() == []
        [one] = [one for one in platform.obligations() if one.norm == "cn.kyc.reverify"]
        assert one.due_at is not None
        assert one.due_at < START + 100 * DAY


def test_two_openings_of_one_store_append_in_turn(store_url: str) -> None:
    with anbao.open(store_url) as first, anbao.open(store_url) as second:

        def submit(number: int) -> int:
            chosen = first if number % 2 else second
            return chosen.submit_listing(listing(f"l{number}", "登山鞋")).receipt.entry

        with ThreadPoolExecutor(8) as pool:
            entries = list(pool.map(submit, range(80)))
        assert len(set(entries)) == 80
        assert first.verify().sound


def test_the_facts_given_for_a_screening_are_those_of_its_bytes(platform: anbao.Platform) -> None:
    from anbao.ledger import decode
    from anbao.model.entry import facts_of
    from anbao.prevent.listings.records import seal_screened

    made = [
        platform.submit_listing(listing("a", "登山鞋")),
        platform.submit_listing(listing("b", "仿真枪", category="服装")),
        platform.submit_listing(listing("c", "五香牛肉干", merchant="m", category="食品")),
        platform.submit_listing(listing("d", "仿真枪" * 60, category="不认识的类目")),
    ]
    for answer in made:
        sealed = seal_screened(answer.decision, START, START, "x").entry
        assert sealed.facts == facts_of(decode(sealed.data).body)
