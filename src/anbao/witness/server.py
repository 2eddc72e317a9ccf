"""The witness over HTTP: ``POST /add-checkpoint`` (C2SP tlog-witness) and ``GET /key``.

It has the standard library's server only: what a witness needs is little, and less code is easier to trust.
"""

import binascii
import logging
import time
from base64 import b64decode
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from anbao.errors import AnbaoError
from anbao.witness.state import MAX_PROOF, Refused, StaleSize, WitnessFile

log = logging.getLogger("anbao.witness")

MAX_BODY = 64 * 1024
SECONDS = 10.0
"""A connection that says nothing for so long is closed."""


def parse_submission(body: str) -> tuple[int, list[bytes], str]:
    """Returns old size, consistency proof and note of a request's body. Raises Refused."""
    head, separator, note = body.partition("\n\n")
    first, *lines = head.split("\n")
    word, _, old = first.partition(" ")
    try:
        if not separator or word != "old" or not (old.isascii() and old.isdecimal()) or len(lines) > MAX_PROOF:
            raise ValueError
        proof = [b64decode(line, validate=True) for line in lines]
    except (ValueError, binascii.Error):
        raise Refused(400, "the request is malformed\n") from None
    return int(old), proof, note


def witness_server(
    file: WitnessFile, host: str, port: int, clock: Callable[[], float] = time.time
) -> ThreadingHTTPServer:
    """Returns a server that listens; ``serve_forever`` runs it. Port 0 takes a free one."""
    signer = file.signer()

    class SubmissionHandler(BaseHTTPRequestHandler):
        timeout = SECONDS

        def do_GET(self) -> None:
            if self.path == "/key":
                self._answer(200, f"{signer.key}\n")
            else:
                self._answer(404, "not found\n")

        def do_POST(self) -> None:
            try:
                self._answer(200, self._cosigned())
            except StaleSize as stale:
                self._answer(stale.status, stale.body, "text/x.tlog.size")
            except Refused as refused:
                self._answer(refused.status, refused.body)
            except AnbaoError as error:
                self._answer(400, f"{error.what.en}\n")

        def _cosigned(self) -> str:
            if self.path != "/add-checkpoint":
                raise Refused(404, "not found\n")
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdecimal()) or int(length) > MAX_BODY:
                raise Refused(413, "the body is too long, or its length is not stated\n")
            body = self.rfile.read(int(length)).decode("utf-8", "replace")
            old, proof, note = parse_submission(body)
            now = int(clock())
            checkpoint = file.accept(note, old, proof, now)
            log.info("cosigned %s at %s entries", checkpoint.origin, checkpoint.size)
            return signer.cosign(note, now)

        def _answer(self, status: int, body: str, kind: str = "text/plain; charset=utf-8") -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: object) -> None:
            log.info(format, *arguments)

    return ThreadingHTTPServer((host, port), SubmissionHandler)
