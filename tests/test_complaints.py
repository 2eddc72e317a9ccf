"""Complaints: nothing is dropped, the grave comes first, nobody is given away, and a notice runs its course."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.cases import reading
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.investigate.complaints import weighing
from anbao.investigate.complaints.acting import MerchantStatement
from anbao.investigate.complaints.proceedings import Proceedings
from anbao.investigate.complaints.rules import load_rules
from anbao.law.pack import default_pack_path
from anbao.ledger import Stored
from anbao.model.complaint import Attachment, Complaint, Filed, Reporter
from anbao.model.event import Event
from anbao.model.events.complaints import ComplaintReceived
from anbao.model.events.delivery import EffectDelivered
from anbao.model.listing import Listing
from anbao.platform import Platform, open_platform
from anbao.store.bulk import sql
from helpers import DAY, HOUR, Clock, no_second_looks

NOW = 1_790_000_000_000
PHOTO = Attachment(sha256="ab" * 32, size=10, type="image/jpeg")
SCALD = "充电宝充电时突然起火，孩子的手被烫伤，已送医院。"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def platform(store_url: str, clock: Clock) -> Iterator[Platform]:
    with open_platform(store_url, clock=clock) as opened:
        opened.submit_listing(Listing(id="L1", title="某牌充电宝 20000 毫安", merchant="m1", category="power_bank"))
        opened.submit_listing(Listing(id="L2", title="纯棉毛巾", merchant="m2"))
        no_second_looks(opened)
        yield opened


def file(platform: Platform, text: str = "颜色与图片不符", origin: str = "", **more: Any) -> Filed:
    given: dict[str, Any] = {"concern": "quality", "listing": "L1", "source": "consumer", "text": text}
    complaint = msgspec.convert(given | more, Complaint)
    return platform.run(
        lambda work: platform.investigate.complaints.file_from(work, complaint, origin, actor="platform")
    )


def entries(platform: Platform, complaint: str) -> list[Stored]:
    with platform.reading() as conn:
        return platform.ledger.entries(conn, subject=("complaint", complaint))


def kinds(platform: Platform, complaint: str) -> list[str]:
    return [one.kind for one in entries(platform, complaint)]


def body_of(platform: Platform, complaint: str, kind: str) -> Any:
    return next(one.entry().body for one in entries(platform, complaint) if one.kind == kind)


def state(platform: Platform, complaint: str) -> str:
    with platform.reading() as conn:
        return platform.investigate.complaints.file_of(conn, complaint).complaint.state


def decide(platform: Platform, complaint: str, outcome: str, reason: str = "经核查") -> None:
    with platform.reading() as conn:
        [case] = [
            one
            for one in reading.about(conn, "complaint", complaint)
            if one.kind in ("complaint", "danger_complaint", "notice_check") and one.state == "open"
        ]
    platform.run(lambda work: platform.cases.decide(work, case.id, person="wang", outcome=outcome, reason=reason))
    platform.run(platform.react)


def effects(platform: Platform, topic: str) -> list[dict[str, Any]]:
    with platform.reading() as conn:
        rows = sql(conn, "SELECT body FROM outbox WHERE topic = ? ORDER BY entry", (topic,)).all()
    return [msgspec.json.decode(bytes(body)) for (body,) in rows]


# ── intake ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_complaint_is_acknowledged_weighed_and_given_to_a_person_at_once(platform: Platform) -> None:
    filed = file(platform, SCALD, concern="safety", harmed=True)
    assert filed.receipt.startswith("TS2026")
    assert filed.severity == 5
    assert kinds(platform, filed.receipt)[:3] == ["complaint.received", "complaint.acknowledged", "complaint.triaged"]
    triaged = body_of(platform, filed.receipt, "complaint.triaged")
    assert triaged["danger"] == "life"
    assert set(triaged["reasons"]) == {"danger.life", "harm.done"}
    assert {"起火", "烫伤"} <= set(triaged["words"])
    with platform.reading() as conn:
        [case] = platform.cases.worst(conn, kinds=["danger_complaint"])
    assert (case.severity, case.count) == (5, 1)
    assert case.subjects["complaint"] == filed.receipt
    assert case.due_at is not None
    assert filed.due_at is not None
    assert case.due_at <= NOW + DAY < NOW + 7 * DAY <= filed.due_at
    assert "complaint.accepted" in kinds(platform, filed.receipt)


def test_a_complaint_about_danger_makes_a_hazard_suspect_once(platform: Platform) -> None:
    first, second = file(platform, SCALD), file(platform, "这个充电宝自燃了，把书桌烧坏。")
    assert "hazard.suspected" in kinds(platform, first.receipt)
    assert "hazard.suspected" not in kinds(platform, second.receipt)
    suspected = body_of(platform, first.receipt, "hazard.suspected")
    assert (suspected["source"], suspected["title"]) == ("complaint", "某牌充电宝 20000 毫安")
    assert "hazard.suspected" not in kinds(platform, file(platform, "快递太慢", concern="service").receipt)


def test_a_title_too_short_to_recognise_goods_by_does_not_stand_in_the_way(platform: Platform) -> None:
    suspected = body_of(platform, file(platform, "毛巾掉色中毒", listing="L2").receipt, "hazard.suspected")
    assert suspected["title"] == "纯棉毛巾"
    assert not suspected.get("fingerprints")


def test_the_words_and_the_person_stay_out_of_the_ledger(platform: Platform) -> None:
    filed = file(
        platform, SCALD, reporter={"buyer": "b-77", "name": "张三丰", "phone": "13912345678", "contact": "z@x.cn"}
    )
    with platform.reading() as conn:
        everything = b"".join(one.data for one in platform.entries(conn)).decode()
        received = platform.ledger.entry(conn, filed.entry).event(ComplaintReceived)
        assert platform.vault.reveal(conn, received.text)[1] == SCALD
    for secret in ("孩子", "b-77", "张三丰", "13912345678", "z@x.cn", filed.token):
        assert secret not in everything


def test_a_complaint_about_nothing_is_refused_with_a_hint(platform: Platform) -> None:
    with pytest.raises(InvalidInput) as caught:
        file(platform, listing="")
    assert caught.value.hint


def test_an_order_leads_to_its_listing_and_merchant(platform: Platform) -> None:
    from anbao.model.trade import Order

    platform.warn.place_order(Order(buyer="b1", concluded=True, id="O1", listing="L1"))
    filed = file(platform, listing="", order="O1")
    subjects = entries(platform, filed.receipt)[0].entry().subjects
    assert (subjects["listing"], subjects["merchant"], subjects["order"]) == ("L1", "m1", "O1")


def test_the_screening_lexicon_is_heard_too(platform: Platform) -> None:
    filed = file(platform, "他们在私下卖氰化钾", concern="other")
    assert filed.severity == 4
    assert body_of(platform, filed.receipt, "complaint.triaged")["lexicon"] >= 4


# ── the same again, false and organised ones ──────────────────────────────────────────────────────────────────────────


def test_the_same_reported_again_is_joined_and_answered_with_the_first(platform: Platform) -> None:
    first = file(platform, "毛巾掉色严重，洗了三次还在掉，染红了白衬衫", listing="L2")
    second = file(platform, "毛巾掉色严重，洗了三次还在掉！染红了我的白衬衫。", listing="L2")
    third = file(platform, "毛巾掉色严重，洗了三次还在掉，染红了白衬衫！！", listing="L2")
    other = file(platform, "少发了一条毛巾", concern="service", listing="L2")
    assert (second.joined, third.joined, other.joined) == (first.receipt, first.receipt, "")
    assert second.due_at == first.due_at
    with platform.reading() as conn:
        assert len(platform.cases.worst(conn, kinds=["complaint"])) == 2
    decide(platform, first.receipt, "upheld", "同意退款")
    for filed in (first, second, third):
        assert state(platform, filed.receipt) == "handled"
        assert body_of(platform, filed.receipt, "complaint.handled")["answer"] == "同意退款"
    assert state(platform, other.receipt) != "handled"
    assert len(effects(platform, "complainant.answer")) == 3
    unfinished = {one.subjects.get("complaint") for one in platform.obligations(limit=1_000)}
    assert not unfinished & {first.receipt, second.receipt, third.receipt}


def test_many_from_one_source_are_flagged_and_still_handled(platform: Platform) -> None:
    texts = [f"第{n}件事：{'甲乙丙丁戊己'[n]}问题严重" for n in range(6)]
    filed = [file(platform, one, concern="service", origin="203.0.113.9") for one in texts]
    flagged = ["complaint.flagged" in kinds(platform, one.receipt) for one in filed]
    assert flagged == [False] * 4 + [True] * 2
    assert body_of(platform, filed[5].receipt, "complaint.flagged")["reasons"] == ["one_source"]
    with platform.reading() as conn:
        waiting = platform.cases.worst(conn, kinds=["complaint"])
        why = [{one.en for one in platform.why_case(conn, case)} for case in waiting]
        assert sum("Many complaints from one source in a short time" in words for words in why) == 2
        assert len(waiting) == 6
        assert "203.0.113.9" not in str([tuple(row) for row in sql(conn, "SELECT * FROM complaint_trace")])
    decide(platform, filed[5].receipt, "rejected")
    assert state(platform, filed[5].receipt) == "handled"


def test_the_same_text_about_many_listings_is_flagged(platform: Platform) -> None:
    filed = [file(platform, "此店售假，请立即下架！", listing=f"X{n}") for n in range(5)]
    assert body_of(platform, filed[-1].receipt, "complaint.flagged")["reasons"] == ["same_text"]
    assert "complaint.flagged" not in kinds(platform, filed[0].receipt)


def test_who_was_always_wrong_and_who_competes_are_flagged(platform: Platform) -> None:
    for text in ("包装破损得厉害", "发票一直没有开", "客服从来不回复"):
        filed = file(platform, text, listing="L2", reporter={"merchant": "m9"})
        decide(platform, filed.receipt, "rejected")
    again = file(platform, "赠品没有收到", listing="L2", reporter={"merchant": "m9"})
    assert set(body_of(platform, again.receipt, "complaint.flagged")["reasons"]) == {"rejected_before", "competitor"}
    other = file(platform, "尺寸偏小太多", listing="L2", reporter={"merchant": "m8"})
    assert "complaint.flagged" not in kinds(platform, other.receipt)


# ── forwarding, following ─────────────────────────────────────────────────────────────────────────────────────────────


def test_forwarding_reveals_to_the_merchant_no_more_than_it_must_answer(platform: Platform) -> None:
    who = {"buyer": "b-77", "name": "张三丰", "phone": "13912345678"}
    filed = file(platform, reporter=who, order="O9", attachments=[msgspec.to_builtins(PHOTO)])
    platform.run(lambda work: platform.investigate.complaints.forward(work, filed.receipt, actor="wang"))
    [effect] = effects(platform, "merchant.complaint")
    assert effect["reveal"] == ["text"]
    assert set(effect["body"]) == {"concern", "summary", "attachments", "text"}
    assert effect["subjects"]["order"] == "O9"


def test_who_asked_not_to_be_named_is_not_given_away(platform: Platform) -> None:
    who = {"buyer": "b-77", "name": "张三丰"}
    filed = file(platform, conceal=True, reporter=who, order="O9", attachments=[msgspec.to_builtins(PHOTO)])
    forward = platform.investigate.complaints.forward
    with pytest.raises(InvalidInput):
        platform.run(lambda work: forward(work, filed.receipt, actor="wang"))
    platform.run(lambda work: forward(work, filed.receipt, summary="有买家反映色差", actor="wang"))
    [effect] = effects(platform, "merchant.complaint")
    assert effect["body"] == {"concern": "quality", "summary": "有买家反映色差"}
    assert effect["subjects"] == {"complaint": filed.receipt, "listing": "L1", "merchant": "m1"}
    assert not effect.get("reveal")


def test_the_anonymous_follow_with_their_token_and_see_no_more_than_they_may(platform: Platform) -> None:
    filed = file(platform, source="anonymous")
    decide(platform, filed.receipt, "partly", "已要求商家更正图片")
    digest = sha256(filed.token.encode()).hexdigest()
    with platform.reading() as conn:
        seen = platform.investigate.complaints.follow(conn, digest)
        with pytest.raises(NotFound):
            platform.investigate.complaints.follow(conn, "0" * 64)
    assert (seen.receipt, seen.state, seen.answer) == (filed.receipt, "handled", "已要求商家更正图片")
    assert [step.title.en for step in seen.steps][-1] == "The complaint was handled"
    assert "wang" not in msgspec.json.encode(seen).decode()
    assert len(seen.steps) < len(entries(platform, filed.receipt))


# ── notices of infringement ───────────────────────────────────────────────────────────────────────────────────────────


def notice(platform: Platform, concern: str = "infringement", **more: Any) -> Filed:
    given: dict[str, Any] = {
        "concern": concern,
        "proof": "注册证与侵权商品对比图",
        "reporter": {"name": "某品牌公司", "contact": "ip@example.cn"},
        "right": "商标 1234567",
        "source": "rights_holder",
    }
    return file(platform, "该商品假冒我司商标", **(given | more))


def statement(platform: Platform, complaint: str, **more: Any) -> None:
    said = msgspec.convert({"text": "有合法授权，附授权书", **more}, MerchantStatement)
    platform.run(lambda work: platform.investigate.complaints.state(work, complaint, said, actor="m1"))


def open_norms(platform: Platform, complaint: str) -> set[str]:
    with platform.reading() as conn:
        found = platform.investigate.complaints.file_of(conn, complaint).obligations
    return {one.norm for one in found if one.state in ("open", "overdue")}


def test_a_notice_says_what_it_lacks_and_is_not_forwarded_without_it(platform: Platform) -> None:
    filed = notice(platform, right="", proof=None)
    assert filed.lacking == ("right", "proof")
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.investigate.complaints.forward(work, filed.receipt, actor="wang"))
    assert effects(platform, "complainant.lacking")[0]["body"]["lacking"] == ["right", "proof"]
    assert notice(platform, "tort", right="", reporter={}).lacking == ("identity",)
    assert "cn.ip.measure" not in open_norms(platform, filed.receipt)


def test_a_notice_runs_its_course_and_ends_after_fifteen_days(platform: Platform, clock: Clock) -> None:
    filed = notice(platform)
    name = filed.receipt
    assert filed.lacking == ()
    assert {"cn.ip.measure", "cn.ip.forward"} <= open_norms(platform, name)
    decide(platform, name, "act", "有初步证据")
    [told] = effects(platform, "merchant.complaint")
    assert set(told["reveal"]) == {"text", "contact", "name", "proof"}
    platform.advance()
    assert not {"cn.ip.measure", "cn.ip.forward"} & open_norms(platform, name)
    statement(platform, name, counter=True)
    [told] = effects(platform, "complainant.counter_statement")
    assert told["reveal"] == ["contact", "statement"]
    assert "向人民法院起诉" in told["body"]["hint"]["zh"]
    clock.now += HOUR
    platform.run(lambda work: platform.investigate.complaints.delivered(work, name, actor="wang"))
    clock.now += 15 * DAY - HOUR
    platform.advance()
    assert "ip.measures_ended" not in kinds(platform, name)
    clock.now += 2 * DAY
    platform.run(platform.react)
    while platform.investigate.complaints.do_what_is_due():
        pass
    platform.advance()
    seen = kinds(platform, name)
    assert seen.count("ip.measures_ended") == 1
    order = ["ip.notified", "ip.admitted", "ip.forwarded", "ip.measured", "ip.countered", "ip.counter_forwarded"]
    order += ["ip.counter_delivered", "ip.measures_ended", "ip.resolved"]
    assert [kind for kind in seen if kind.startswith("ip.") and kind != "ip.published"] == order
    assert state(platform, name) == "handled"
    assert "cn.ip.counter_wait" not in open_norms(platform, name)
    with platform.reading() as conn:
        whole = platform.investigate.complaints.file_of(conn, name)
    assert [line.entry for line in whole.timeline] == sorted(line.entry for line in whole.timeline)
    assert all(line.title.zh for line in whole.timeline)


def test_proceedings_keep_the_measures(platform: Platform, clock: Clock) -> None:
    name = notice(platform).receipt
    decide(platform, name, "act")
    statement(platform, name, counter=True)
    platform.run(lambda work: platform.investigate.complaints.delivered(work, name, actor="wang"))
    platform.run(
        lambda work: platform.investigate.complaints.proceedings(
            work, name, Proceedings(what="已向法院起诉"), actor="wang"
        )
    )
    clock.now += 30 * DAY
    platform.advance()
    assert "ip.measures_ended" not in kinds(platform, name)
    assert "cn.ip.counter_end" not in open_norms(platform, name)


def test_a_counter_statement_needs_what_the_law_asks(platform: Platform) -> None:
    name = notice(platform, "tort").receipt
    with pytest.raises(InvalidInput):
        statement(platform, name, counter=True)
    statement(platform, name, counter=True, name="李四", contact="li@example.cn")
    assert "tort.counter_forwarded" in kinds(platform, name)
    with pytest.raises(Conflict):
        statement(platform, file(platform).receipt, counter=True)


def test_the_delivery_of_the_counter_statement_starts_the_waiting(platform: Platform) -> None:
    name = notice(platform).receipt
    statement(platform, name, counter=True)
    event = EffectDelivered(
        attempts=1,
        cause=0,
        effect="e1",
        others={"complaint": name},
        problem="",
        result={},
        topic="complainant.counter_statement",
    )
    platform.run(lambda work: work.append(event, actor="delivery"))
    platform.run(platform.react)
    assert "ip.counter_delivered" in kinds(platform, name)


def test_the_authoritys_seven_working_days_and_sixty_days_run_beside(platform: Platform, clock: Clock) -> None:
    name = file(platform).receipt
    platform.record_event(Event(kind="complaint.at_authority", subjects={"complaint": name}))
    assert "cn.12315.accept" in open_norms(platform, name)
    clock.now += 2 * DAY
    platform.record_event(
        Event(kind="complaint.authority_decided", subjects={"complaint": name}, facts={"accepted": True})
    )
    assert "cn.12315.mediate" in open_norms(platform, name)
    platform.record_event(Event(kind="complaint.mediation_ended", subjects={"complaint": name}))
    assert not {"cn.12315.accept", "cn.12315.mediate"} & open_norms(platform, name)


# ── weighing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_disguised_words_of_danger_count_and_each_word_of_the_pack_is_found() -> None:
    rules, table = load_rules(default_pack_path())
    for group in rules.words:
        for word in group.words:
            told = Complaint(concern="other", source="other", text=f"用了之后{word}。", listing="x")
            found = weighing.triage(told, rules, table, lexicon=0, life_health=False)
            assert found.severity >= group.severity, word
    wide = Complaint(concern="other", source="other", text="充電寶起 火 了，爆炸", listing="x")
    assert weighing.triage(wide, rules, table, lexicon=0, life_health=False).danger == "life"


@given(st.text(min_size=1, max_size=200), st.text(max_size=200))
def test_a_text_is_most_like_itself(text: str, other: str) -> None:
    one, two = weighing.sketch(text), weighing.sketch(other)
    assert weighing.likeness(one, one) == 1000
    assert 0 <= weighing.likeness(one, two) == weighing.likeness(two, one) <= 1000
    assert weighing.text_key(text) == weighing.text_key(text)


def test_reporter_says_nothing_by_default() -> None:
    assert Reporter() == msgspec.convert({}, Reporter)
