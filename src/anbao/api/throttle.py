"""A limit for what needs no key: so many requests of one address, and of all together, in a stretch of time."""

import threading
import time
from collections import deque

from anbao.errors import TooMany
from anbao.text import Text

_REMEMBERED = 10_000
"""Addresses that are counted apart; beyond that all are forgotten, and only the limit for all holds."""


class Throttle:
    """``each`` requests of one address and ``together`` of all in ``seconds``, in this process."""

    def __init__(self, each: int, together: int, seconds: float) -> None:
        self._each = each
        self._together = together
        self._seconds = seconds
        self._all: deque[float] = deque()
        self._of: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def admit(self, address: str) -> None:
        """Count a request. Raises TooMany, and then does not count it."""
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            own = self._of.setdefault(address, deque())
            while own and own[0] < now - self._seconds:
                own.popleft()
            if len(own) >= self._each or len(self._all) >= self._together:
                raise TooMany(
                    Text("提交过于频繁", "too many requests"),
                    hint=Text(
                        "请稍后再试；紧急情况请拨打 110、119、120",
                        "try again later; in an emergency call 110, 119 or 120",
                    ),
                )
            self._all.append(now)
            own.append(now)
            if len(self._of) > _REMEMBERED:
                self._of = {address: own}

    def _forget(self, now: float) -> None:
        before = now - self._seconds
        while self._all and self._all[0] < before:
            self._all.popleft()
