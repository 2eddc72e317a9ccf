"""The platform's own system as the other end of the webhooks: a real HTTP server on loopback.

It checks signatures, does each effect once however often it comes, and can be set to fail, to be slow, to take effects
on without confirming them, to refuse some, and to find some buyers unreachable.
"""

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from anbao.delivery import signature


class Manners(msgspec.Struct):
    """How the platform behaves. ``fail_first``: how many attempts of each effect it answers with ``status``.

    ``unconfirmed``: topics that it takes on with 202 and leaves open; ``refused``: listings that it will not touch;
    ``unreachable``: buyers to whom no message gets through.
    """

    fail_first: int = 0
    refused: frozenset[str] = frozenset()
    slow_seconds: float = 0.0
    status: int = 503
    unconfirmed: frozenset[str] = frozenset()
    unreachable: frozenset[str] = frozenset()


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """One signed message as it came in."""

    key: str
    topic: str
    payload: dict[str, Any]


class Receiver:
    """What the platform got and did. ``done`` holds each effect that was carried out, by its idempotency key."""

    def __init__(self, manners: Manners | None = None) -> None:
        self.manners = manners or Manners()
        self.secrets: list[str] = []
        self.received: list[Received] = []
        self.forged = 0
        self.done: dict[str, Received] = {}
        self.executions: Counter[str] = Counter()
        self.url = ""
        self._attempts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def topics(self, topic: str) -> list[Received]:
        """What was carried out of one topic, in order."""
        return [one for one in self.done.values() if one.topic == topic]

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and answer to one message."""
        if not any(signature.verify(secret, headers, body, int(time.time())) for secret in self.secrets):
            with self._lock:
                self.forged += 1
            return 401, {}
        payload = json.loads(body)
        one = Received(key=headers[signature.ID], topic=payload["type"], payload=payload)
        if self.manners.slow_seconds:
            time.sleep(self.manners.slow_seconds)
        with self._lock:
            self.received.append(one)
            self._attempts[one.key] += 1
            if self._attempts[one.key] <= self.manners.fail_first:
                return self.manners.status, {}
            return self._do(one)

    def _do(self, one: Received) -> tuple[int, dict[str, Any]]:
        if one.topic.startswith("listing.") and one.payload["subjects"].get("listing") in self.manners.refused:
            return 200, {"refused": "the listing is under a court's order"}
        if one.payload["data"].get("buyer") in self.manners.unreachable:
            return 200, {"refused": "unreachable"}
        if one.key not in self.done:
            self.done[one.key] = one
            self.executions[one.key] += 1
        if one.topic in self.manners.unconfirmed:
            return 202, {}
        return 200, {"confirmed": True}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error of the platform's."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def receiving(manners: Manners | None = None) -> Iterator[Receiver]:
    """A receiver on a free loopback port."""
    receiver = Receiver(manners)

    class ReceiverHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, answer = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = _Server(("127.0.0.1", 0), ReceiverHandler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/effects"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
