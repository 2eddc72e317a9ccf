"""Listings as NDJSON: lines in, an answer per line out, in bounded memory.

Invariants
- A commit holds at most ``LINES_PER_COMMIT`` lines and ``BYTES_PER_COMMIT`` bytes, but at least one line; its answers
  leave only after it, in the order of the lines.
- What was committed before a connection breaks stays. Under an idempotency key each line is stored on its own, so the
  same upload can be sent again from the start: lines already taken are answered as before.
- Reading never waits for the caller to read: answers that are not fetched wait in a temporary file. So a client that
  sends all before it reads anything meets no deadlock.
- Lines are numbered from 1; empty lines are counted but not answered. A line too long is refused and skipped.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from hashlib import sha256

import msgspec
from litestar.types import Receive, Scope, Send

from anbao.api.context import ApiContext, Caller
from anbao.api.prevent.intake import Submission
from anbao.api.prevent.listing_body import MAX_LISTING, decode_listing
from anbao.api.problems import log, problem_of
from anbao.engine.idempotency import HttpAnswer, KeyedRequest
from anbao.errors import AnbaoError, TooLarge
from anbao.text import Language, Text, choose_language

LINES_PER_COMMIT = 500
BYTES_PER_COMMIT = 4 << 20
"""Or one line, if it is longer."""

MAX_LINE = MAX_LISTING
_READ_BYTES = 1 << 18
_IN_MEMORY = 1 << 20

Line = tuple[int, bytes | None]
"""Number and bytes; None where the line was too long."""


class ConnectionBroken(Exception):
    """The caller went away before the body was complete."""


async def lines_of(receive: Receive, most: int = MAX_LINE) -> AsyncIterator[list[Line]]:
    """The lines of a body as they arrive, by chunk. Raises ConnectionBroken."""
    rest, number, skipping, more = bytearray(), 0, False, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionBroken
        more = message.get("more_body", False)
        complete = message.get("body", b"").split(b"\n")
        complete[0] = bytes(rest) + complete[0] if len(complete) > 1 or not more else complete[0]
        if len(complete) > 1 or not more:
            rest.clear()
        rest += complete.pop()
        if not more and rest:
            complete.append(bytes(rest))
            rest.clear()
        found: list[Line] = []
        for line in complete:
            number += 1
            if skipping or len(line) > most:
                found.append((number, None))
            elif line := line.strip():
                found.append((number, line))
            skipping = False
        if len(rest) > most:
            skipping = True
            rest.clear()
        if found:
            yield found


def _bytes(lines: list[Line]) -> int:
    return sum(len(data) for _, data in lines if data is not None)


class Spool:
    """Bytes written by one task and read by another; what is not read yet lies in a temporary file."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by ``close``
        self._written = self._read = 0
        self._ended = False
        self._news = asyncio.Event()

    def write(self, data: bytes) -> None:
        self._file.seek(self._written)
        self._file.write(data)
        self._written += len(data)
        self._news.set()

    def end(self) -> None:
        self._ended = True
        self._news.set()

    async def read(self) -> bytes:
        """The next bytes, or none at the end."""
        while self._read == self._written and not self._ended:
            self._news.clear()
            await self._news.wait()
        self._file.seek(self._read)
        data = self._file.read(min(_READ_BYTES, self._written - self._read))
        self._read += len(data)
        return data

    def close(self) -> None:
        self._file.close()


class LineBatch:
    """The application that answers a batch: it reads the request while it is sending."""

    def __init__(self, context: ApiContext, request: Caller, at: int | None, key: str | None) -> None:
        self._context = context
        self._principal = request.auth
        self._at = at
        self._key = key
        self._language: Language = choose_language(request.headers.get("accept-language"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take lines and send answers side by side, until both have come to their end."""
        headers = [(b"content-type", b"application/x-ndjson"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        spool = Spool()
        taking = asyncio.create_task(self._take(receive, spool))
        try:
            while data := await spool.read():
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await taking
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except ConnectionBroken:
            log.info("a batch was cut off by its sender; what was committed stays")
        finally:
            taking.cancel()
            spool.close()

    async def _take(self, receive: Receive, spool: Spool) -> None:
        waiting: list[Line] = []
        try:
            async for found in lines_of(receive):
                waiting += found
                while len(waiting) >= LINES_PER_COMMIT or _bytes(waiting) >= BYTES_PER_COMMIT:
                    await self._commit(waiting, spool)
            while waiting:
                await self._commit(waiting, spool)
        finally:
            spool.end()

    async def _commit(self, waiting: list[Line], spool: Spool) -> None:
        """Take the first lines, as many as one commit holds."""
        count, size = 0, 0
        for _, data in waiting[:LINES_PER_COMMIT]:
            size += len(data or b"")
            if count and size > BYTES_PER_COMMIT:
                break
            count += 1
        spool.write(await self._answer(waiting[:count]))
        del waiting[:count]

    async def _answer(self, lines: list[Line]) -> bytes:
        """Commit some lines; their answers."""
        answers: dict[int, bytes] = {}
        submissions: list[Submission] = []
        for number, data in lines:
            try:
                submissions.append(self._submission(number, data))
            except AnbaoError as error:
                answers[number] = self._refusal(number, error)
        if submissions:
            results = await self._context.intake.submit_many(submissions)
            for one, result in zip(submissions, results, strict=True):
                answers[one.line] = result.body if isinstance(result, HttpAnswer) else self._refusal(one.line, result)
        return b"".join(answers[number] + b"\n" for number, _ in lines)

    def _submission(self, number: int, data: bytes | None) -> Submission:
        if data is None:
            raise TooLarge(Text(f"一行超过 {MAX_LINE} 字节", f"a line of more than {MAX_LINE} bytes"))
        listing = decode_listing(data)
        attempt = None
        if self._key:
            attempt = KeyedRequest(self._principal.key, f"{self._key}:{number}", sha256(b"line\0" + data).digest())
        return Submission(listing, self._principal.actor, self._at, attempt, number)

    def _refusal(self, number: int, error: AnbaoError) -> bytes:
        return msgspec.json.encode({"line": number, "error": problem_of(error, self._language)})
