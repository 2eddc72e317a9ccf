"""Listings that arrive together are screened together: one scan, one run of entries, one durable commit.

A single listing costs a scan's and a commit's fixed price; under load that price is shared by all that wait. The answer
is handed out when its commit is durable. A listing that fails takes back nothing but itself.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial

import msgspec

from anbao.api.answers import line_answer, listing_answer
from anbao.engine.idempotency import HttpAnswer, KeyedRequest, StoredAnswer, recall, store_answer
from anbao.engine.work import Work
from anbao.errors import AnbaoError
from anbao.model.listing import Listing
from anbao.platform import Platform
from anbao.prevent.listings.records import ScreenedListing

MAX_TOGETHER = 256

CROWD = 8
"""Listings of a group after which the next one is worth waiting for."""

PAUSE = 0.002
LONGEST_WAIT = 0.01
"""Seconds."""

Observe = Callable[[Sequence[ScreenedListing]], None]
"""Called with each group after its commit."""


class Submission(msgspec.Struct, frozen=True):
    """A listing to decide on; ``line`` is its line in a batch, 0 where it came alone."""

    listing: Listing
    actor: str
    at: int | None = None
    attempt: KeyedRequest | None = None
    line: int = 0


Result = HttpAnswer | AnbaoError


class Decided(msgspec.Struct, frozen=True):
    """One result per submission, in order, and what was newly screened."""

    results: list[Result]
    screened: list[ScreenedListing]


def decide(platform: Platform, batch: Sequence[Submission], work: Work) -> Decided:
    """Decide on submissions in an open work; answers given before are given again."""
    before = recall(work.conn, (one.attempt for one in batch if one.attempt), platform.vault.cipher)
    results: dict[int, Result] = {}
    first: dict[tuple[str, str], tuple[int, bytes]] = {}
    repeats: list[tuple[int, KeyedRequest]] = []
    groups: dict[tuple[str, int | None], list[int]] = {}
    for place, one in enumerate(batch):
        if one.attempt:
            identity = one.attempt.identity
            if identity in before:
                results[place] = _replayed(before[identity], one.attempt)
                continue
            if identity in first:
                repeats.append((place, one.attempt))
                continue
            first[identity] = place, one.attempt.fingerprint
        groups.setdefault((one.actor, one.at), []).append(place)

    screened: list[ScreenedListing] = []
    fresh: list[tuple[KeyedRequest, HttpAnswer]] = []
    for (actor, at), places in groups.items():
        outcomes = _screened(platform, work, [batch[place].listing for place in places], at, actor)
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, AnbaoError):
                results[place] = outcome
                continue
            one = batch[place]
            results[place] = answer = HttpAnswer(201, _encoded(platform, outcome, one.line))
            screened.append(outcome)
            if one.attempt:
                fresh.append((one.attempt, answer))
    store_answer(work.conn, fresh, work.now, platform.vault.cipher)
    for place, attempt in repeats:
        original, fingerprint = first[attempt.identity]
        earlier = results[original]
        results[place] = (
            _replayed(StoredAnswer(fingerprint, earlier), attempt) if isinstance(earlier, HttpAnswer) else earlier
        )
    return Decided([results[place] for place in range(len(batch))], screened)


class ListingIntake:
    """Gathers single listings on the event loop: while one group is being committed, the next one gathers.

    A listing that comes alone is sent at once. After a crowd the next group waits, never long, until as many have come
    again or arrivals pause: one large group costs less than two small ones.
    """

    def __init__(self, platform: Platform, observe: Observe) -> None:
        self._platform = platform
        self._observe = observe
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[Submission, asyncio.Future[Result]]] = []
        self._busy = False
        self._expected = 0
        self._pause: asyncio.TimerHandle | None = None

    async def submit(self, submission: Submission) -> HttpAnswer:
        """The answer once it is durable. Raises AnbaoError."""
        future: asyncio.Future[Result] = self._loop.create_future()
        self._waiting.append((submission, future))
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._send)
        elif self._pause is not None and len(self._waiting) >= self._expected:
            self._pause.cancel()
            self._pause = None
            self._send()
        result = await future
        if isinstance(result, AnbaoError):
            raise result
        return result

    async def submit_many(self, submissions: Sequence[Submission]) -> list[Result]:
        """The results of a whole batch, in one commit."""
        decided = await asyncio.wrap_future(self._platform.submit(partial(decide, self._platform, submissions)))
        self._observe(decided.screened)
        return decided.results

    def _send(self) -> None:
        group, self._waiting = self._waiting[:MAX_TOGETHER], self._waiting[MAX_TOGETHER:]
        done = self._platform.submit(partial(decide, self._platform, [one for one, _ in group]))
        done.add_done_callback(lambda one: self._loop.call_soon_threadsafe(self._settle, group, one))

    def _settle(self, group: list[tuple[Submission, asyncio.Future[Result]]], done: "Future[Decided]") -> None:
        self._expected = min(len(group) + len(self._waiting), MAX_TOGETHER)
        if CROWD <= len(group) < MAX_TOGETHER:
            self._wait(0, self._loop.time() + LONGEST_WAIT)
        else:
            self._send_or_rest()
        failure = done.exception()
        if failure is None:
            decided = done.result()
            self._observe(decided.screened)
            results = decided.results
        for place, (_, future) in enumerate(group):
            if future.done():
                continue
            if failure is None:
                future.set_result(results[place])
            else:
                future.set_exception(failure)

    def _wait(self, seen: int, until: float) -> None:
        self._pause = self._loop.call_later(PAUSE, self._look, seen, until)

    def _look(self, seen: int, until: float) -> None:
        """After a pause: wait on only where more has come since ``seen`` did."""
        self._pause = None
        if len(self._waiting) > seen and self._loop.time() < until:
            self._wait(len(self._waiting), until)
        else:
            self._send_or_rest()

    def _send_or_rest(self) -> None:
        if self._waiting:
            self._send()
        else:
            self._busy = False


def _screened(
    platform: Platform, work: Work, listings: Sequence[Listing], at: int | None, actor: str
) -> Sequence[ScreenedListing | AnbaoError]:
    """All at once; where one fails, each by itself."""
    try:
        return work.attempt(lambda inner: platform.prevent.screen(inner, listings, at=at, actor=actor))
    except AnbaoError as error:
        if len(listings) == 1:
            return [error]
    return [one for listing in listings for one in _screened(platform, work, [listing], at, actor)]


def _replayed(stored: StoredAnswer, attempt: KeyedRequest) -> Result:
    try:
        return stored.replay(attempt)
    except AnbaoError as error:
        return error


def _encoded(platform: Platform, screened: ScreenedListing, line: int) -> bytes:
    explainer = platform.prevent.explainer
    answer = line_answer(screened, line, explainer) if line else listing_answer(screened, platform.catalogue, explainer)
    return msgspec.json.encode(answer)
