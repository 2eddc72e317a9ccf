"""A registry to practise with: real HTTP on loopback, with rolls of made-up licences; it can be slow, down or wrong.

Use: ``with RegistryServer(rolls) as registry: … registry.url …``; ``registry.mode = "down"`` while it runs.
"""

import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal

import msgspec

from anbao.model.base import Noun
from anbao.model.registry import RegistryQuestion, RegistryState

Mode = Literal["sound", "slow", "down", "wrong"]
"""``slow``: answers after ``delay`` seconds; ``down``: 503; ``wrong``: something that is no answer."""


class RegistryRecord(Noun, frozen=True, kw_only=True):
    """One line of the rolls: who holds the number, and whether it is in force."""

    holder: str
    kind: str
    number: str
    revoked: bool = False
    valid_until: str = ""


class RegistryServer:
    """Runs while its context is open. ``asked`` counts requests, also those that it did not answer."""

    def __init__(self, rolls: Iterable[RegistryRecord] = (), *, delay: float = 30.0) -> None:
        self._rolls = {(one.kind, one.number): one for one in rolls}
        self.mode: Mode = "sound"
        self.asked = 0
        self.delay = delay
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/verify"

    def enter(self, record: RegistryRecord) -> None:
        """Write a line into the rolls, or over the one of the same number."""
        self._rolls[record.kind, record.number] = record

    def forget(self, record: RegistryRecord) -> None:
        """Strike a line out."""
        self._rolls.pop((record.kind, record.number), None)

    def state_of(self, question: RegistryQuestion) -> tuple[RegistryState, str]:
        """What the rolls say."""
        record = self._rolls.get((question.kind, question.number))
        if record is None:
            return "unknown", ""
        if record.revoked:
            return "revoked", record.valid_until
        return ("valid" if record.holder == question.holder else "mismatch"), record.valid_until

    def __enter__(self) -> "RegistryServer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        registry = self

        class RegistryHandler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                registry.asked += 1
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                if registry.mode == "slow":
                    registry._over.wait(registry.delay)
                if registry.mode == "down":
                    self._answer(503, b"{}")
                elif registry.mode == "wrong":
                    self._answer(200, b"<html>maintenance</html>")
                else:
                    state, until = registry.state_of(msgspec.json.decode(body, type=RegistryQuestion))
                    self._answer(200, msgspec.json.encode({"state": state, "valid_until": until}))

            def _answer(self, status: int, body: bytes) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the caller lost its patience

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        return RegistryHandler
