"""What many tests need: a clock that they move, and entries put into the ledger as a room would."""

from typing import Any

from anbao.core import Core
from anbao.model.entry import Entry

START = 1_795_000_000_000
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


def record(core: Core, kind: str, body: Any, actor: str = "test", **subjects: str) -> int:
    """Append one entry; its index."""
    return core.run(
        lambda work: work.record(
            Entry(actor=actor, at=work.now, body=body, kind=kind, recorded=work.now, subjects=subjects)
        )
    )[0]
