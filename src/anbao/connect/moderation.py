"""A port to an outside moderation model over HTTP (optional, off by default).

It is asked after the decision, in the background, so that intake never waits for it. Its answer is an entry; where it
flags a listing that is on offer, a person is asked. It decides nothing. Where it fails or is late, that is recorded,
nothing else changes, and the next listing is asked about.

The request is a POST of ``{"id", "title", "description", "category"}``, with ``texts`` by name where the listing has
more; the answer ``{"flagged", "score", "labels"}``, the score in per mille.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

import httpx
import msgspec
from msgspec import Meta

from anbao import cases
from anbao.engine.reactions import cursor_of, set_cursor
from anbao.engine.readmodels import listings
from anbao.engine.work import Work
from anbao.ledger import Stored
from anbao.ledger.whole import whole_record
from anbao.model.events.moderation import ModerationAnswered, ModerationFailed
from anbao.model.events.prevent import ListingScreenedEvent
from anbao.platform import Platform
from anbao.store import Connection

URL_VARIABLE = "ANBAO_MODERATION_URL"
TOKEN_VARIABLE = "ANBAO_MODERATION_TOKEN"

ACTOR = "moderation"
CURSOR = "connect.moderation"

TIMEOUT = 5.0
AT_ONCE = 8
SEVERITY = 3
MOST_BYTES = 64 << 10


class ModerationAnswer(msgspec.Struct, frozen=True):
    """What the model says of a listing."""

    flagged: bool
    score: Annotated[int, Meta(ge=0, le=1_000)] = 0
    labels: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=20)] = ()


class Moderation:
    """Asks about each listing once, from the moment it was first attached."""

    def __init__(self, platform: Platform, url: str, *, token: str = "", timeout: float = TIMEOUT) -> None:
        self._platform = platform
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._timeout = timeout
        platform.run(self._begin)
        platform.steps.append(self.step)

    def detach(self) -> None:
        """Ask no more; what comes in meanwhile is asked about when a model is attached again."""
        self._platform.steps.remove(self.step)

    def step(self) -> bool:
        """Ask about the next few listings and record the answers; whether there were any."""
        platform = self._platform
        with platform.reading() as conn:
            cursor = _cursor(conn)
            batch = platform.ledger.entries_of(conn, {ListingScreenedEvent.KIND}, cursor + 1, AT_ONCE)
        if not batch:
            return False
        with (
            httpx.Client(headers=self._headers, timeout=self._timeout, trust_env=False) as client,
            ThreadPoolExecutor(AT_ONCE) as pool,
        ):
            answers = list(pool.map(lambda stored: self._ask(client, stored), batch))
        platform.run(lambda work: _record(work, cursor, batch, answers))
        return True

    def _begin(self, work: Work) -> None:
        """What was screened before is not asked about."""
        if cursor_of(work.conn, CURSOR) is None:
            last = self._platform.ledger.size(work.conn) - 1
            set_cursor(work.conn, CURSOR, last)

    def _ask(self, client: httpx.Client, stored: Stored) -> ModerationAnswer | str:
        """The answer, or what went wrong."""
        asked = self._asked(stored)
        try:
            response = client.post(self._url, json=asked)
            if response.status_code != 200:
                return f"status {response.status_code}"
            if len(response.content) > MOST_BYTES:
                return "the answer is too long"
            return msgspec.json.decode(response.content, type=ModerationAnswer)
        except (httpx.HTTPError, msgspec.MsgspecError) as error:
            return f"{type(error).__name__}: {error}"[:300]

    def _asked(self, stored: Stored) -> dict[str, Any]:
        """What the model is given: the listing as it was given to us."""
        with self._platform.reading() as conn:
            record = whole_record(conn, stored.event(ListingScreenedEvent).screened.listing)
        asked: dict[str, Any] = {name: getattr(record, name) for name in ("id", "title", "description", "category")}
        return asked | {"texts": dict(record.texts)} if record.texts else asked


def attach_from_environment(platform: Platform) -> None:
    """Attach the model that the environment names; nothing where it names none."""
    if url := os.environ.get(URL_VARIABLE):
        Moderation(platform, url, token=os.environ.get(TOKEN_VARIABLE, ""))


def _record(work: Work, cursor: int, batch: Sequence[Stored], answers: Sequence[ModerationAnswer | str]) -> None:
    """Record the answers and move on, unless another process has done so meanwhile."""
    if _cursor(work.conn) != cursor:
        return
    for stored, answer in zip(batch, answers, strict=True):
        screened = stored.event(ListingScreenedEvent)
        listing, merchant = screened.listing, screened.merchant
        if isinstance(answer, str):
            failed = ModerationFailed(about=stored.index, listing=listing, merchant=merchant, problem=answer)
            work.append(failed, actor=ACTOR)
            continue
        answered = ModerationAnswered(
            about=stored.index,
            flagged=answer.flagged,
            labels=answer.labels,
            listing=listing,
            merchant=merchant,
            score=answer.score,
        )
        index = work.append(answered, actor=ACTOR)
        if answer.flagged and _on_offer(work, listing, stored.index):
            cases.open(
                work,
                kind="listing_review",
                subjects=screened.subjects,
                severity=SEVERITY,
                about=index,
                reasons=("moderation.flagged", *answer.labels),
            )
    set_cursor(work.conn, CURSOR, batch[-1].index)


def _on_offer(work: Work, listing: str, index: int) -> bool:
    """Whether the decision that was asked about still stands and lets the listing be offered."""
    known = listings.known(work.conn, listing)
    return known.outcome in ("pass", "notice") and known.entry == index


def _cursor(conn: Connection) -> int:
    cursor = cursor_of(conn, CURSOR)
    assert cursor is not None  # ``_begin`` wrote it
    return cursor
