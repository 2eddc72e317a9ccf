"""Messages: decided on, recorded without their text, replayed from the vault; held ones go to a person."""

from pathlib import Path

import msgspec
import pytest

import anbao
from anbao import cases
from anbao.errors import InvalidInput
from anbao.model.message import Message
from anbao.prevent.replay import Erased, replay
from anbao.simulator.chats import OWN_DOMAINS, TRICKS, chats
from anbao.store.bulk import sql
from helpers import HOUR, Clock


def say(name: str, text: str, sender: str = "merchant", **more: str) -> Message:
    return msgspec.convert({"id": name, "sender": sender, "text": text, "merchant": "m1", **more}, Message)


def owed(platform: anbao.Platform) -> list[str]:
    return [one.state for one in platform.obligations(limit=1000) if one.norm == "cn.fraud.message"]


def test_what_becomes_of_a_message_and_what_its_receiver_is_shown(platform: anbao.Platform) -> None:
    harmless, luring, trick = platform.submit_messages(
        [
            say("a", "您好，下午发货"),
            say("b", "加薇信abc12345聊"),
            say("c", "我是理赔客服，请下载会议软件共享屏幕办理退款"),
        ]
    )
    assert [one.decision.decision for one in (harmless, luring, trick)] == ["pass", "warn", "hold"]
    assert harmless.warnings == ()
    assert "聊天软件" in luring.warnings[0].zh
    assert "messenger" in luring.warnings[0].en
    assert trick.decision.warnings[0] == "fraud.false_service"
    assert trick.decision.severity == 5
    assert all(one.provisions for one in trick.decision.findings)


def test_a_consumers_own_number_passes_and_a_merchants_is_warned_of(platform: anbao.Platform) -> None:
    mine, theirs = platform.submit_messages(
        [say("a", "收货电话13800138000", "consumer"), say("b", "打我电话13800138000")]
    )
    assert (mine.decision.decision, theirs.decision.decision) == ("pass", "warn")


def test_neither_text_nor_contact_stands_in_the_ledger(platform: anbao.Platform) -> None:
    platform.submit_messages([say("a", "不走平台，加我微信abc12345转账给我便宜", buyer="buyer-7")])
    with platform.reading() as conn:
        entries = [bytes(data).decode() for (data,) in sql(conn, "SELECT data FROM entry")]
        commitment, stored = sql(conn, "SELECT commitment, value FROM personal WHERE field = 'message'").one()
        opened = platform.vault.reveal(conn, commitment)[1]
    for secret in ("abc12345", "便宜", "buyer-7"):
        assert not any(secret in entry for entry in entries)
    assert b"abc12345" not in bytes(stored)
    assert "abc12345" in opened


def test_a_decision_is_made_again_from_the_vault_until_the_person_is_erased(platform: anbao.Platform) -> None:
    [answer] = platform.submit_messages([say("a", "先验号再付款，加薇❤abc12345", buyer="b1")])
    platform.change_parameter("platform.domains", "other.example", actor="officer")
    with platform.reading() as conn:
        again = replay(conn, platform.ledger, platform.prevent.rulesets, answer.receipt.entry, platform.vault)
    assert again.same
    platform.run(lambda work: sql(work.conn, "DELETE FROM personal WHERE field = 'message'"))
    with platform.reading() as conn, pytest.raises(Erased):
        replay(conn, platform.ledger, platform.prevent.rulesets, answer.receipt.entry, platform.vault)
    assert platform.verify().sound


def test_a_held_message_waits_for_a_person_under_a_deadline(platform: anbao.Platform, clock: Clock) -> None:
    platform.submit_messages([say("a", "请把资金转到安全账户")])
    assert owed(platform) == ["open"]
    with platform.reading() as conn:
        [case] = cases.reading.about(conn, "message", "a")
    told = platform.run(lambda work: platform.cases.read(work, case.id, person="li"))
    assert [one.told["text"] for one in told.words] == ["请把资金转到安全账户"]
    platform.run(lambda work: platform.cases.decide(work, case.id, person="li", outcome="stop", reason="冒充客服"))
    platform.advance()
    assert owed(platform) == []
    with platform.reading() as conn:
        assert sql(conn, "SELECT decision FROM message WHERE id = 'a'").scalar_one() == "stop"
    platform.submit_messages([say("b", "请把资金转到安全账户")])
    clock.now += 3 * HOUR
    platform.advance()
    assert owed(platform) == ["overdue"]


def test_own_domains_distinguish_a_false_link_from_an_outside_one(platform: anbao.Platform) -> None:
    text = "请打开 https://anba0-mall.example/login"
    [before] = platform.submit_messages([say("a", text)])
    platform.change_parameter("platform.domains", OWN_DOMAINS, actor="officer:wang")
    [after] = platform.submit_messages([say("b", text)])
    assert (before.decision.decision, after.decision.decision) == ("warn", "hold")
    assert after.decision.versions.fraud != before.decision.versions.fraud
    with pytest.raises(InvalidInput):
        platform.change_parameter("platform.domains", "no domain", actor="officer:wang")


def test_contact_details_in_a_listing_go_to_review(platform: anbao.Platform) -> None:
    listing = anbao.Listing(id="l1", title="手工木梳", description="要定制请加薇❤abc12345")
    answer = platform.submit_listing(listing)
    assert (answer.decision.outcome, answer.decision.reasons) == ("review", ("contact.outside",))
    [finding] = answer.decision.findings
    assert listing.description[finding.start : finding.end] == finding.surface == "请加薇❤abc12345"
    with platform.reading() as conn:
        assert replay(conn, platform.ledger, platform.prevent.rulesets, answer.receipt.entry).same


def test_the_platform_does_with_each_chat_what_its_truth_asks_for(sqlite_opened_url: str, clock: Clock) -> None:
    with anbao.open(sqlite_opened_url, clock=clock) as platform:
        platform.change_parameter("platform.domains", OWN_DOMAINS, actor="officer")
        said = [one for chat in chats(3, 200, fraud_share=0.3) for one in chat]
        answers = platform.submit_messages([one.message for one in said])
        assert {one.truth.trick for one in said} == {"", *TRICKS}
        for one, answer in zip(said, answers, strict=True):
            assert answer.decision.decision == one.truth.expected, (one, answer.decision)


def test_obligations_derive_again_alike(platform: anbao.Platform) -> None:
    platform.submit_messages([say("a", "请把资金转到安全账户"), say("b", "你好")])
    assert platform.obligation_differences() == []


def test_the_command_line_screens_a_file(sqlite_opened_url: str, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from anbao.cli.root import root

    file = tmp_path / "chat.jsonl"
    rows = [{"id": "a", "sender": "merchant", "text": "加V❤聊"}, {"id": "b", "sender": "consumer", "text": "好的"}]
    file.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    done = CliRunner().invoke(
        root, ["message", str(file), "--store", sqlite_opened_url, "--format", "json"], standalone_mode=False
    )
    [row] = msgspec.json.decode(done.stdout)
    assert (row["message"], row["decision"], done.return_value) == ("a", "warn", 1)
    file.write_text('{"id": "a"}\n', encoding="utf-8")
    done = CliRunner().invoke(root, ["message", str(file), "--store", sqlite_opened_url], standalone_mode=False)
    assert isinstance(done.exception, InvalidInput)
