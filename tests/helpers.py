"""What many tests need: a clock that they move, and entries put into the ledger as a room would."""

from typing import Any

from anbao.core import Core
from anbao.model.entry import Entry
from anbao.platform import Platform
from anbao.simulator.receiver import Receiver

START = 1_795_000_000_000
"""2026-11-18, before noon in Shanghai."""
HOUR = 3_600_000
DAY = 24 * HOUR

SUSPECTED = {"severity": 3, "source": "own", "title": "某牌充电宝"}
"""Body of ``hazard.suspected``, for tests that need any entry about a hazard."""


class Clock:
    """The platform's clock, which tests move."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


def record(core: Core, kind: str, body: Any, actor: str = "test", **subjects: str) -> int:
    """Append one entry; its index."""
    return core.run(
        lambda work: work.record(
            Entry(actor=actor, at=work.now, body=body, kind=kind, recorded=work.now, subjects=subjects)
        )
    )[0]


def connect(platform: Platform, receiver: Receiver, *topics: str) -> str:
    """Let a receiver have the effects of these topics, all by default; the endpoint's id."""
    made = platform.run(lambda work: platform.delivery.add_endpoint(work, receiver.url, topics, actor="officer"))
    receiver.secrets.append(made.secrets[0].secret)
    return made.id
