"""One attempt to deliver one effect over HTTP, and what the platform made of it.

The platform's answer: ``2xx`` with ``{"confirmed": true}``: it is done; ``2xx`` with ``{"refused": "why"}``: it will
not be done; any other ``2xx``: taken on, to be confirmed later; anything else: to be tried again.
"""

import re
import time
from typing import TYPE_CHECKING, Literal

import msgspec

from anbao.delivery import signature
from anbao.version import VERSION

if TYPE_CHECKING:
    import httpx

Verdict = Literal["confirmed", "accepted", "refused", "failed"]
Result = dict[str, str | int | bool]

MAX_ANSWER = 1 << 16
"""Bytes of an answer that are read."""

MAX_RESULT, MAX_TEXT = 20, 300
_NAME = re.compile(r"[a-z_]{1,32}")
_LONGEST_WAIT = 3600


class PlatformAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform says of an effect; ``result`` holds a few scalars without personal information."""

    confirmed: bool = False
    refused: str = ""
    result: dict[str, str | int | bool] = msgspec.field(default_factory=dict)


class PostOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """How an attempt ended. ``problem``: a code (``timeout``, ``http_503``) or the platform's reason.

    ``wait``: seconds for which the platform asked to be left alone (``Retry-After``).
    """

    verdict: Verdict
    problem: str = ""
    result: Result = msgspec.field(default_factory=dict)
    wait: int = 0


class SignedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: ``id`` is the idempotency key; ``secrets`` sign it."""

    id: str
    url: str
    secrets: list[str]
    body: bytes


def post(client: "httpx.Client", message: SignedMessage, seconds: float) -> PostOutcome:
    """Send once, in at most about ``seconds``. Never raises for what the network or the receiver does."""
    sent = {
        "content-type": "application/json",
        "idempotency-key": message.id,
        "user-agent": f"anbao/{VERSION}",
        **signature.headers(message.secrets, message.id, int(time.time()), message.body),
    }
    end = time.monotonic() + seconds
    import httpx  # a process that delivers nothing does without it

    try:
        with client.stream("POST", message.url, content=message.body, headers=sent, timeout=seconds) as response:
            if not response.is_success:
                return PostOutcome(verdict="failed", problem=f"http_{response.status_code}", wait=_asked_wait(response))
            answer = bytearray()
            for chunk in response.iter_bytes():
                answer += chunk
                if len(answer) > MAX_ANSWER:
                    break
                if time.monotonic() > end:
                    return PostOutcome(verdict="failed", problem="timeout")
            return outcome_of(read_answer(bytes(answer)))
    except httpx.TimeoutException:
        return PostOutcome(verdict="failed", problem="timeout")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return PostOutcome(verdict="failed", problem=f"unreachable: {type(error).__name__}")


def read_answer(data: bytes) -> PlatformAnswer:
    """The answer; an empty one where the body is no such JSON."""
    try:
        return msgspec.json.decode(data, type=PlatformAnswer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return PlatformAnswer()


def outcome_of(answer: PlatformAnswer) -> PostOutcome:
    """What an answer means; of its result what can stand in an entry."""
    result = {
        name: value[:MAX_TEXT] if isinstance(value, str) else value
        for name, value in list(answer.result.items())[:MAX_RESULT]
        if _NAME.fullmatch(name) and not (isinstance(value, int) and abs(value) >= 2**53)
    }
    if answer.refused:
        return PostOutcome(verdict="refused", problem=answer.refused[:MAX_TEXT], result=result)
    return PostOutcome(verdict="confirmed" if answer.confirmed else "accepted", result=result)


def _asked_wait(response: "httpx.Response") -> int:
    asked = response.headers.get("retry-after", "")
    return min(int(asked), _LONGEST_WAIT) if asked.isdecimal() and len(asked) < 10 else 0
