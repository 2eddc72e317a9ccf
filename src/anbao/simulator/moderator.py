"""An outside moderation model to practise with: real HTTP on loopback, which flags titles that hold certain words.

Use: ``with ModeratorServer({"晶粒"}) as moderator: … moderator.url …``. It can be set to fail: ``status``, ``answer``.
"""

import threading
from collections.abc import Collection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import msgspec

FLAGGED, CLEAN = 950, 20
"""Its scores, in per mille."""


class ModeratorServer:
    """Runs while its context is open. ``asked`` holds the listings it was asked about, ``tokens`` who asked."""

    def __init__(self, words: Collection[str], label: str = "drug") -> None:
        self.asked: list[dict[str, str]] = []
        self.tokens: set[str] = set()
        self.status = 200
        self.answer = b""
        """Said instead of a judgment, where not empty."""
        self._words = words
        self._label = label
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def judge(self, title: str) -> dict[str, object]:
        """Its word on a title."""
        flagged = any(word in title for word in self._words)
        return {
            "flagged": flagged,
            "score": FLAGGED if flagged else CLEAN,
            "labels": [self._label] if flagged else [],
        }

    def __enter__(self) -> "ModeratorServer":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        moderator = self

        class ModeratorHandler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                listing = msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"])))
                moderator.asked.append(listing)
                moderator.tokens.add(self.headers.get("Authorization", ""))
                self.send_response(moderator.status)
                self.end_headers()
                self.wfile.write(moderator.answer or msgspec.json.encode(moderator.judge(listing["title"])))

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        return ModeratorHandler
