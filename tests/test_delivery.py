"""Webhooks: signed, tried again, given up and sent again; each effect is done once and its end is an entry."""

from base64 import b64encode
from collections import Counter
from hmac import digest
from pathlib import Path

import msgspec
import pytest

from anbao.delivery import endpoints, queue, signature
from anbao.delivery.post import PlatformAnswer, PostOutcome
from anbao.delivery.queue import Patience
from anbao.engine.outbox import Effect, send
from anbao.engine.work import Work
from anbao.errors import Conflict, InvalidInput, NotFound
from anbao.model.entry import Entry
from anbao.platform import Platform, open_platform
from anbao.simulator.receiver import Manners, receiving
from anbao.store.bulk import sql
from helpers import SUSPECTED, Clock, connect, delivering, seeded, until

KILLS = 3


def ask(platform: Platform, *listings: str, topic: str = "listing.takedown", **subjects: str) -> list[str]:
    """Effects as a package would send them: with the entry that causes them."""

    def job(work: Work) -> list[str]:
        found = []
        for listing in listings:
            about = {"hazard": "H1", "listing": listing}
            [index] = work.record(
                Entry(
                    actor="t", at=work.now, body=SUSPECTED, kind="hazard.suspected", recorded=work.now, subjects=about
                )
            )
            effect = Effect(topic=topic, subjects={"listing": listing, **subjects}, body={"why": "测试"})
            found.append(send(work, index, effect))
        return found

    return platform.run(job)


def entries(platform: Platform, kind: str) -> list[Entry]:
    with platform.reading() as conn:
        return [one.entry() for one in platform.entries(conn, kind=kind)]


def state(platform: Platform, effect: str) -> str:
    with platform.reading() as conn:
        return queue.find(conn, effect).state


# ── signatures ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_signature_is_that_of_the_specification() -> None:
    secret = "whsec_" + b64encode(b"k" * 24).decode()
    wanted = b64encode(digest(b"k" * 24, b'msg_1.1700000000.{"a":1}', "sha256")).decode()
    assert signature.sign([secret], "msg_1", 1_700_000_000, b'{"a":1}') == f"v1,{wanted}"


def test_a_signature_holds_for_its_own_body_id_secret_and_time_only() -> None:
    secret, other = signature.new_secret(), signature.new_secret()
    sent = signature.headers([secret, other], "m", 1_000, b"body")
    assert signature.verify(secret, sent, b"body", 1_000)
    assert signature.verify(other, sent, b"body", 1_299)
    assert not signature.verify(secret, sent, b"bodz", 1_000)
    assert not signature.verify(secret, {**sent, signature.ID: "n"}, b"body", 1_000)
    assert not signature.verify(signature.new_secret(), sent, b"body", 1_000)
    assert not signature.verify(secret, sent, b"body", 1_000 + signature.TOLERANCE_SECONDS + 1)
    assert not signature.verify(secret, {}, b"body", 1_000)


# ── delivery ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_effect_is_delivered_signed_and_once(platform: Platform) -> None:
    with receiving() as receiver:
        connect(platform, receiver)
        [effect] = ask(platform, "L1")
        platform.advance()
        platform.advance()
    assert [one.key for one in receiver.received] == [effect]
    assert receiver.forged == 0
    payload = receiver.received[0].payload
    assert (payload["type"], payload["data"], payload["subjects"]) == (
        "listing.takedown",
        {"why": "测试"},
        {"listing": "L1"},
    )
    [done] = entries(platform, "effect.delivered")
    assert done.subjects == {"effect": effect, "listing": "L1"}
    assert (done.body["attempts"], done.body["topic"]) == (1, "listing.takedown")
    assert state(platform, effect) == "done"


def test_personal_fields_are_opened_only_when_the_effect_leaves(platform: Platform) -> None:
    def job(work: Work) -> None:
        consumer = platform.vault.consumer(work.conn, "B7")
        effect = Effect(
            topic="consumer.warned",
            subjects={"consumer": consumer},
            body={"buyer": consumer, "erased": "commit:gone", "text": "x"},
            reveal=("buyer", "erased"),
        )
        send(work, 0, effect)

    platform.run(job)
    with platform.reading() as conn:
        assert b"B7" not in bytes(sql(conn, "SELECT body FROM outbox").scalar_one())
    with receiving() as receiver:
        connect(platform, receiver)
        platform.advance()
    assert receiver.received[0].payload["data"] == {"buyer": "B7", "erased": "", "text": "x"}
    assert all("B7" not in str(msgspec.to_builtins(one)) for one in entries(platform, "effect.delivered"))


def test_failures_are_tried_again_later_and_each_is_an_entry(platform: Platform, clock: Clock) -> None:
    with receiving(Manners(fail_first=2)) as receiver:
        connect(platform, receiver)
        [effect] = ask(platform, "L1")
        platform.advance()
        platform.advance()
        assert len(receiver.received) == 1
        for seconds in (5.6, 11.1):
            clock.pass_seconds(seconds)
            platform.advance()
    assert [str(one.body["problem"]) for one in entries(platform, "effect.retried")] == ["http_503", "http_503"]
    assert entries(platform, "effect.delivered")[0].body["attempts"] == 3
    assert receiver.executions == {effect: 1}


def test_what_is_given_up_is_a_dead_letter_that_an_officer_sends_again(platform: Platform, clock: Clock) -> None:
    platform.delivery.patience = Patience(attempts=3)
    with receiving(Manners(fail_first=3)) as receiver:
        connect(platform, receiver)
        [effect] = ask(platform, "L1")
        for _ in range(6):
            platform.advance()
            clock.pass_seconds(60)
        assert state(platform, effect) == "dead"
        [failed] = entries(platform, "effect.failed")
        assert (failed.body["attempts"], failed.body["problem"], failed.body["refused"]) == (3, "http_503", False)
        platform.run(lambda work: platform.delivery.replay(work, (effect,), actor="officer:1"))
        platform.advance()
    assert state(platform, effect) == "done"
    assert {one.key for one in receiver.received} == {effect}
    assert entries(platform, "effect.replayed")[0].actor == "officer:1"
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.delivery.replay(work, (effect,), actor="officer:1"))


def test_nobody_there_and_a_slow_answer_are_distinguished(platform: Platform, clock: Clock) -> None:
    platform.delivery.patience = Patience(timeout=0.2)
    with receiving(Manners(slow_seconds=0.6)) as receiver:
        connect(platform, receiver)
        ask(platform, "L1")
        platform.advance()
    clock.pass_seconds(10)
    platform.advance()
    problems = [str(one.body["problem"]) for one in entries(platform, "effect.retried")]
    assert problems[0] == "timeout"
    assert problems[1].startswith("unreachable")


def test_a_refusal_ends_the_effect_and_says_why(platform: Platform) -> None:
    with receiving(Manners(refused=frozenset({"L1"}))) as receiver:
        connect(platform, receiver)
        effect, other = ask(platform, "L1", "L2")
        platform.advance()
    assert (state(platform, effect), state(platform, other)) == ("dead", "done")
    [failed] = entries(platform, "effect.failed")
    assert failed.body["refused"]
    assert "court" in str(failed.body["problem"])
    assert not receiver.executions[effect]


def test_what_was_taken_on_is_done_when_the_platform_confirms_it(platform: Platform) -> None:
    with receiving(Manners(unconfirmed=frozenset({"listing.takedown"}))) as receiver:
        connect(platform, receiver)
        effect, other = ask(platform, "L1", "L2")
        platform.advance()
    assert (state(platform, effect), len(entries(platform, "effect.accepted"))) == ("sent", 2)
    assert not entries(platform, "effect.delivered")
    confirmed = PlatformAnswer(confirmed=True, result={"copies": 3})
    platform.run(lambda work: platform.delivery.answer(work, effect, confirmed, actor="key:p"))
    platform.run(lambda work: platform.delivery.answer(work, other, PlatformAnswer(refused="sold"), actor="key:p"))
    assert (state(platform, effect), state(platform, other)) == ("done", "dead")
    [done] = entries(platform, "effect.delivered")
    assert (done.actor, done.body["result"]) == ("key:p", {"copies": 3})
    for wrong in (PlatformAnswer(), PlatformAnswer(confirmed=True, refused="x")):
        with pytest.raises(InvalidInput):
            platform.run(lambda work, wrong=wrong: platform.delivery.answer(work, other, wrong, actor="p"))  # type: ignore[misc]
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.delivery.answer(work, effect, confirmed, actor="p"))
    with pytest.raises(NotFound):
        platform.run(lambda work: platform.delivery.answer(work, "9:none", confirmed, actor="p"))


def test_topics_choose_the_closest_endpoint_and_a_paused_one_holds_up_only_its_own(platform: Platform) -> None:
    with receiving() as one, receiving() as other, receiving() as rest:
        connect(platform, one, "listing.takedown")
        paused = connect(platform, other, "listing.*")
        connect(platform, rest)
        platform.run(lambda work: platform.delivery.change_endpoint(work, paused, "paused", actor="officer"))
        ask(platform, *(f"S{n}" for n in range(100)), topic="listing.shield")
        ask(platform, "L1")
        ask(platform, "M1", topic="merchant.notified")
        platform.advance()
        assert [len(each.received) for each in (one, other, rest)] == [1, 0, 1]
        platform.run(lambda work: platform.delivery.change_endpoint(work, paused, "resumed", actor="officer"))
        platform.advance()
        assert [len(each.received) for each in (one, other, rest)] == [1, 100, 1]


def test_a_rotated_secret_signs_beside_the_old_one_for_a_day(platform: Platform, clock: Clock) -> None:
    with receiving() as receiver:
        endpoint = connect(platform, receiver)
        changed = platform.run(lambda work: platform.delivery.rotate_secret(work, endpoint, actor="officer"))
        assert platform.delivery.test_endpoint(endpoint).verdict == "confirmed"
        clock.pass_seconds(24 * 3600 + 1)
        assert platform.delivery.test_endpoint(endpoint).problem == "http_401"
        receiver.secrets = [changed.secret]
        assert platform.delivery.test_endpoint(endpoint).verdict == "confirmed"


def test_no_secret_reaches_the_ledger(platform: Platform) -> None:
    with receiving() as receiver:
        endpoint = connect(platform, receiver)
        platform.run(lambda work: platform.delivery.rotate_secret(work, endpoint, actor="officer"))
    with platform.reading() as conn:
        [known] = endpoints.all_endpoints(conn)
        everything = b"".join(stored.data for stored in platform.entries(conn))
    assert len(known.secrets) == 2
    for one in known.secrets:
        assert one.secret.encode() not in everything
    assert b"whsec_" not in everything
    assert b"endpoint.rotated" in everything


def test_an_unusable_address_is_refused(platform: Platform) -> None:
    wrong = ("ftp://a/b", "http://", "https://u:p@a/", "https://a/#x", "https://a b/", "nonsense", "http://a:x/")
    for url in wrong:
        with pytest.raises(InvalidInput) as caught:
            platform.run(lambda work, url=url: platform.delivery.add_endpoint(work, url, actor="officer"))  # type: ignore[misc]
        assert caught.value.field == "url"


def test_two_endpoints_never_share_a_topic(platform: Platform) -> None:
    platform.run(lambda work: platform.delivery.add_endpoint(work, "http://a/", ("listing.*",), actor="officer"))
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.delivery.add_endpoint(work, "http://b/", ("listing.*",), actor="officer"))
    with pytest.raises(InvalidInput):
        platform.run(lambda work: platform.delivery.add_endpoint(work, "http://b/", ("x'; --",), actor="officer"))


def test_a_claim_is_held_by_one_process_until_its_lease_ends(platform: Platform, clock: Clock, store_url: str) -> None:
    platform.run(lambda work: platform.delivery.add_endpoint(work, "http://127.0.0.1:9/", actor="officer"))
    ask(platform, *(f"L{n}" for n in range(5)))
    patience = platform.delivery.patience
    with open_platform(store_url, clock=clock) as second:
        first = platform.run(lambda work: queue.claim(work, 3, patience))
        others = second.run(lambda work: queue.claim(work, 10, patience))
        assert len(first) == 3
        assert {one.queued.id for one in first}.isdisjoint(one.queued.id for one in others)
        clock.pass_seconds(patience.lease)
        again = second.run(lambda work: queue.claim(work, 10, patience))
        assert len(again) == 5
        late = PostOutcome(verdict="failed", problem="timeout")
        assert not platform.run(lambda work: queue.settle(work, first[0], late, patience))
        assert second.run(lambda work: queue.settle(work, again[0], late, patience))
    assert len(entries(platform, "effect.retried")) == 1


def test_waits_grow_and_are_the_same_each_time() -> None:
    patience = Patience()
    waits = [patience.wait("7:listing.takedown", n) for n in range(1, 13)]
    assert waits == [patience.wait("7:listing.takedown", n) for n in range(1, 13)]
    for wait, seconds in zip(waits, (5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600), strict=True):
        assert seconds * 1000 <= wait <= seconds * 1100


def test_ids_can_stand_in_headers_and_addresses(platform: Platform) -> None:
    def job(work: Work) -> list[str]:
        effect = Effect(topic="t", subjects={}, body={})
        return [send(work, 1, effect, part=part) for part in ("L1", "商品/一号", "商品/二号", "a b")]

    names = platform.run(job)
    assert len(set(names)) == 4
    assert all(name.isascii() and "/" not in name and " " not in name for name in names)


# ── kill -9 ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_killed_during_delivery_nothing_is_lost_and_nothing_is_done_twice(store_url: str, tmp_path: Path) -> None:
    dice = seeded("killed during delivery")
    wanted = [f"L{n}" for n in range(200)]
    with receiving(Manners(slow_seconds=0.004)) as receiver:
        with open_platform(store_url) as platform:
            connect(platform, receiver)
            ask(platform, *wanted)
        kills = 0
        for _ in range(60):
            running = [delivering(store_url, tmp_path / "log.txt") for _ in range(2)]
            for one in running:
                assert one.stdout
                one.stdout.readline()
            if kills < KILLS:
                enough = min(len(receiver.received) + dice.randrange(1, 60), len(wanted))
                until(lambda: len(receiver.received) >= enough, 60)  # noqa: B023
                for one in running:
                    one.kill()
                kills += 1
            done = [one.wait(timeout=120) for one in running]
            for one in running:
                assert one.stdout
                one.stdout.close()
            if all(status == 0 for status in done):
                break
        assert kills == KILLS
    keys = {one.payload["subjects"]["listing"]: one.key for one in receiver.received}
    assert {(one.payload["subjects"]["listing"], one.key) for one in receiver.received} == set(keys.items())
    assert sorted(keys) == sorted(wanted)
    assert set(receiver.executions.values()) == {1}
    with open_platform(store_url) as platform:
        ended = Counter(one.subjects["listing"] for one in entries(platform, "effect.delivered"))
        assert ended == Counter(wanted)
        assert platform.verify().sound
