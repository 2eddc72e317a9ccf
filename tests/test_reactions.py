"""Packages react to entries: each once, in order, together with what they record; a failure holds up nothing else."""

from collections.abc import Iterable

import msgspec

from anbao.engine.core import Core, Service
from anbao.engine.outbox import Effect, send
from anbao.engine.reactions import Reaction
from anbao.engine.work import Work
from anbao.law.pack import default_pack_path
from anbao.ledger import Stored
from anbao.model.entry import Entry
from anbao.store import open_store
from anbao.store.bulk import sql

CAUSE, EFFECT = "hazard.suspected", "hazard.dismissed"


def entry(kind: str, hazard: str, now: int) -> Entry:
    return Entry(actor="test", at=now, body={}, kind=kind, recorded=now, subjects={"hazard": hazard})


class Echo(Service):
    """Answers each cause with an effect and a message; refuses those that it is set to refuse."""

    refused: frozenset[str] = frozenset()

    def reactions(self) -> Iterable[Reaction]:
        yield Reaction("test.echo", frozenset({CAUSE}), self.answer)

    def answer(self, work: Work, stored: Stored) -> None:
        hazard = stored.entry().subjects["hazard"]
        [index] = work.record(entry(EFFECT, hazard, work.now))
        send(work, index, Effect(topic="test", subjects={"hazard": hazard}, body={}))
        if hazard in self.refused:
            raise RuntimeError("refused")


def opened(url: str, refused: frozenset[str] = frozenset()) -> Core:
    core = Core(open_store(url), default_pack_path(), lambda: 1_790_000_000_000)
    echo = Echo(core)
    echo.refused = refused
    core.join(echo)
    return core


def answers(core: Core) -> list[str]:
    with core.reading() as conn:
        return [one.entry().subjects["hazard"] for one in core.entries(conn, kind=EFFECT)]


def cause(core: Core, *hazards: str) -> None:
    core.run(lambda work: work.record(*(entry(CAUSE, one, work.now) for one in hazards)))


def settle(core: Core) -> None:
    while core.run(core.react):
        pass


def test_each_entry_is_answered_once_in_order(store_url: str) -> None:
    core = opened(store_url)
    cause(core, *(f"H{n:03}" for n in range(250)))
    cause(core, "H250")
    settle(core)
    settle(core)
    assert answers(core) == [f"H{n:03}" for n in range(251)]
    with core.reading() as conn:
        waiting = sql(conn, "SELECT id, body FROM outbox WHERE state = 'waiting'").all()
    assert len({name for name, _ in waiting}) == 251
    assert {msgspec.json.decode(body)["subjects"]["hazard"] for _, body in waiting} == set(answers(core))
    core.close()


def test_what_was_not_answered_before_the_end_is_answered_after_it(store_url: str) -> None:
    first = opened(store_url)
    cause(first, "A")
    first.close()
    again = opened(store_url)
    settle(again)
    cause(again, "B")
    settle(again)
    assert answers(again) == ["A", "B"]
    again.close()


def test_a_reaction_that_fails_leaves_nothing_and_says_why_until_it_succeeds(store_url: str) -> None:
    core = opened(store_url, frozenset({"B"}))
    cause(core, "A", "B", "C")
    settle(core)
    assert answers(core) == ["A"]
    with core.reading() as conn:
        [lag] = core.reactions.lags(conn)
    assert lag.name == "test.echo"
    assert "refused" in lag.failed
    core.close()
    repaired = opened(store_url)
    settle(repaired)
    assert answers(repaired) == ["A", "B", "C"]
    with repaired.reading() as conn:
        assert not repaired.reactions.lags(conn)
    repaired.close()
