"""The classifier: learned from reviewers' decisions, the same each time, explained, replayed, never decisive alone."""

import json
from pathlib import Path
from random import Random

import msgspec
import pytest

import anbao
from anbao.cli.root import run as command_line
from anbao.errors import InvalidInput, NotFound
from anbao.model.listing import Listing
from anbao.prevent.replay import replay
from anbao.prevent.service import ReviewOutcome
from anbao.rules import rulesets
from anbao.rules.learning import DETECTOR, Model
from anbao.rules.learning.training import train
from anbao.rules.policy import MODEL_ALONE, Policy, PolicyFacts
from api_server import served
from test_policy import DATA

LI, WANG = "officer:li", "officer:wang"
HARMLESS = ("纯棉毛巾", "陶瓷饭碗", "儿童绘本", "帆布书包", "桂花乌龙", "实木书架", "竹炭牙刷", "羊毛围巾")
DANGEROUS = ("晶粒", "蓝冰", "上头", "秘制")
FILLER = ("现货", "包邮", "新款", "顺丰", "特价", "直营")


def titles(blocked: bool, count: int, seed: int = 1) -> list[str]:
    """Titles of which the blocked hold two of four distinctive words."""
    rng = Random(f"{seed}:{blocked}")
    words = DANGEROUS if blocked else HARMLESS
    return [
        f"{rng.choice(FILLER)} {''.join(rng.sample(words, 2))} {rng.choice(FILLER)}{number}" for number in range(count)
    ]


MODEL = train(titles(True, 60), titles(False, 60))


def fill(platform: anbao.Platform) -> None:
    """What reviewers decided on."""
    decided: list[tuple[ReviewOutcome, bool]] = [("block", True), ("pass", False)]
    for outcome, blocked in decided:
        batch = [Listing(id=f"{outcome}-{n}", title=title) for n, title in enumerate(titles(blocked, 30))]
        platform.submit_listings(batch)
        for one in batch:
            platform.prevent.review(one.id, outcome, "seen", actor="reviewer:zhao")


def put_in_force(platform: anbao.Platform, model: Model) -> None:
    platform.run(lambda work: platform.prevent.keep_model(work, model, actor=LI))
    platform.run(lambda work: rulesets.activate(work, "model", model.digest, LI))


def test_training_gives_the_same_bytes_whatever_the_order_of_the_decisions() -> None:
    again = train(titles(True, 60)[::-1], titles(False, 60)[::-1])
    assert again.to_bytes() == MODEL.to_bytes()
    assert Model.from_bytes(MODEL.to_bytes()).digest == MODEL.digest


def test_it_distinguishes_new_texts_and_says_by_what() -> None:
    hits = [MODEL.score(title) for title in titles(True, 50, seed=2)]
    misses = [MODEL.score(title) for title in titles(False, 50, seed=2)]
    assert sum(one.per_mille >= 800 for one in hits) >= 45
    assert not [one for one in misses if one.per_mille >= 800]
    spoken = {gram for one in hits for gram in one.because}
    assert any(word in gram or gram in word for gram in spoken for word in DANGEROUS)
    assert MODEL.score("").per_mille <= 1_000


def test_too_few_decisions_and_broken_bytes_are_reported() -> None:
    with pytest.raises(InvalidInput):
        train(titles(True, 3), titles(False, 60))
    for data in (b"", b"\x80", MODEL.to_bytes()[:-3]):
        with pytest.raises(InvalidInput):
            Model.from_bytes(data)


def test_without_a_model_nothing_is_scored_and_the_bytes_are_as_before(platform: anbao.Platform) -> None:
    answer = platform.submit_listing(Listing(id="a", title=titles(True, 1, seed=3)[0]))
    assert (answer.decision.outcome, answer.decision.findings) == ("pass", ())
    with platform.reading() as conn:
        assert b"model" not in platform.ledger.entry(conn, answer.receipt.entry).data


def test_a_model_in_force_sends_to_a_person_with_its_reasons_and_is_replayed(platform: anbao.Platform) -> None:
    put_in_force(platform, MODEL)
    title = titles(True, 1, seed=3)[0]
    answer = platform.submit_listing(Listing(id="a", title=title))
    decision = answer.decision
    [finding] = decision.findings
    assert (decision.outcome, decision.reasons) == ("review", ("model.suspect",))
    assert (finding.detector, finding.term, finding.severity) == (DETECTOR, MODEL.digest, 3)
    assert 800 <= finding.weight <= 1_000
    assert finding.because
    assert all(gram in title for gram in finding.because)
    assert decision.versions.model == MODEL.digest
    platform.run(lambda work: rulesets.deactivate_model(work, LI))
    assert platform.submit_listing(Listing(id="b", title=title)).decision.outcome == "pass"
    with platform.reading() as conn:
        again = replay(conn, platform.ledger, platform.prevent.rulesets, answer.receipt.entry)
    assert again.same
    with pytest.raises(NotFound):
        platform.run(lambda work: rulesets.deactivate_model(work, LI))


def test_a_batch_is_scored_as_each_alone(platform: anbao.Platform) -> None:
    put_in_force(platform, MODEL)
    batch = [Listing(id=str(n), title=title) for n, title in enumerate(titles(True, 9) + titles(False, 9))]
    together = [one.decision for one in platform.submit_listings(batch)]
    assert together == [platform.submit_listing(one).decision for one in batch]


def table_with(outcome: str) -> Policy:
    """The default table, but a model's score alone gives this outcome, before all other rows."""
    table = json.loads(DATA)
    rules = table["nodes"][1]["content"]["rules"]
    [row] = [rule for rule in rules if rule["_id"] == "model_review"]
    row["outcome"] = json.dumps(outcome)
    rules.remove(row)
    rules.insert(0, row)
    return Policy(table)


def test_no_table_can_block_by_a_model_alone() -> None:
    policy = table_with("block")
    verdict = policy.decide(PolicyFacts(model=True))
    assert verdict.outcome == "review"
    assert MODEL_ALONE in verdict.reasons
    assert policy.decide(PolicyFacts(model=True, strong=5)).outcome == "block"


def test_no_table_can_let_pass_by_a_model_what_would_be_stopped() -> None:
    policy = table_with("pass")
    for facts in (PolicyFacts(strong=5), PolicyFacts(weak=3), PolicyFacts(notices=1)):
        assert policy.decide(msgspec.structs.replace(facts, model=True)) == policy.decide(facts)


def test_trained_from_decisions_it_takes_effect_like_any_change(platform: anbao.Platform) -> None:
    fill(platform)
    model = platform.prevent.train(actor=LI)
    assert (model.weights.blocked, model.weights.passed) == (30, 30)
    assert platform.prevent.train(actor=LI).digest == model.digest
    assert platform.prevent.ruleset().model is None
    change = platform.prevent.changes.propose("model", model.digest, actor=LI)
    assert change.state == "proposed"
    assert change.backtest.changed >= 25
    platform.run(lambda work: platform.prevent.changes.confirm(work, "model", model.digest, actor=WANG))
    assert platform.submit_listing(Listing(id="new", title=titles(True, 1, seed=9)[0])).decision.outcome == "review"
    assert not platform.obligation_differences()


def test_on_the_command_line_and_over_http(
    sqlite_opened_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> int:
        return command_line([*arguments, "--store", sqlite_opened_url])

    file = tmp_path / "model.bin"
    file.write_bytes(MODEL.to_bytes())
    assert run("model", "import", str(file)) == 0
    assert run("model", "activate", MODEL.digest, "--by", LI) == 0
    capsys.readouterr()
    with served(sqlite_opened_url) as server:
        client = server.client()
        answer = client.post("/v1/listings", json={"id": "a", "title": titles(True, 1, seed=3)[0]}).json()
        [finding] = answer["findings"]
        assert (answer["outcome"], finding["detector"]) == ("review", DETECTOR)
        assert finding["weight"] >= 800
        assert finding["because"]
        assert client.get("/v1/models").json()["in_force"] == MODEL.digest
        assert client.post("/v1/models/train").status_code == 400
        assert client.post("/v1/models/deactivate").status_code == 201
        assert client.get("/v1/models").json()["in_force"] == ""
    assert run("model", "export", MODEL.digest, str(tmp_path / "again.bin")) == 0
    assert (tmp_path / "again.bin").read_bytes() == MODEL.to_bytes()
    assert run("model", "train") == 2
    assert run("model", "deactivate") == 2
    file.write_bytes(b"nothing")
    assert run("model", "import", str(file)) == 2
