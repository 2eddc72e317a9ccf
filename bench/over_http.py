"""One listing over HTTP against the framework's own validated echo endpoint, in one run on one machine.

Both servers run on uvicorn with the same settings and one worker; one client loads them in turn over loopback with
keep-alive connections. Anbao's server screens against 100,000 terms and answers when its commit is durable.
Short rounds alternate, and the ratio is the median of theirs, because machines have busy neighbours.
Goal: at least 0.4 of the echo endpoint.
"""

import asyncio
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
import uvloop
from litestar import Litestar, post
from litestar.params import JSONBody

from anbao.access.keys import create_key
from anbao.detect.text import Lexicon
from anbao.model.listing import Listing
from anbao.platform import open_platform

CONNECTIONS = 64
SECONDS = 1.2
ROUNDS = 7
TERMS = 100_000
LISTINGS = 4_000
GOAL = 0.4


@post("/v1/listings")
async def echo(data: JSONBody[Listing]) -> Listing:
    """The framework alone: decode, validate, encode."""
    return data


def han(rng: random.Random, length: int) -> str:
    return "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(length))


def make_terms(rng: random.Random) -> list[str]:
    return [han(rng, rng.randrange(3, 7)) for _ in range(TERMS)]


def make_requests(rng: random.Random, terms: list[str], token: str) -> list[bytes]:
    """Listings of 40 and 200 characters, about 5 % of them with a term."""
    requests = []
    for number in range(LISTINGS):
        title, description = han(rng, 40), han(rng, 200)
        if rng.random() < 0.05:
            description = description[:100] + rng.choice(terms) + description[100:]
        listing = Listing(id=f"l{number}", title=title, description=description, merchant=f"m{number % 100}")
        body = msgspec.json.encode(listing)
        head = (
            "POST /v1/listings HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return requests


class Caller(asyncio.Protocol):
    """One connection: sends the next request when the answer to the last is whole."""

    def __init__(self, requests: list[bytes], first: int, until: float, done: asyncio.Future[None]) -> None:
        self.seconds: list[float] = []
        self._requests = requests
        self._place = first
        self._until = until
        self._done = done
        self._buffer = b""
        self._sent = 0.0
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Count an answer once it is whole."""
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self._buffer.lower().index(b"content-length: ", 0, head + 2) + 16
        length = int(self._buffer[at : self._buffer.index(b"\r", at)])
        if len(self._buffer) < head + 4 + length:
            return
        if not self._buffer.startswith(b"HTTP/1.1 201"):
            self._done.set_exception(RuntimeError(self._buffer[:400].decode(errors="replace")))
            return
        now = time.perf_counter()
        self.seconds.append(now - self._sent)
        self._buffer = b""
        if now < self._until:
            self._send()
        else:
            self._transport.close()
            self._done.set_result(None)

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._requests[self._place % len(self._requests)])
        self._place += 1


async def load(port: int, requests: list[bytes], seconds: float) -> list[float]:
    """Seconds per request over ``seconds``."""
    loop = asyncio.get_running_loop()
    until = time.perf_counter() + seconds
    callers = []
    for number in range(CONNECTIONS):
        done = loop.create_future()
        caller = Caller(requests, number * LISTINGS // CONNECTIONS, until, done)
        callers.append((caller, done))
        await loop.create_connection(lambda caller=caller: caller, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(done for _, done in callers))
    return [one for caller, _ in callers for one in caller.seconds]


def port_of(process: subprocess.Popen[bytes], said: Path) -> int:
    """The port that the system gave a server, from the address it prints; returns when the server accepts.

    Raises RuntimeError for a server that ended.
    """
    while True:
        found = re.search(r"http://[^\s:]+:(\d+)", said.read_text())
        if found:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", int(found[1])), timeout=1).close()
                return int(found[1])
        if process.poll() is not None:
            raise RuntimeError(f"a server did not start: {said.read_text()}")
        time.sleep(0.05)


def start(command: list[str], said: Path) -> subprocess.Popen[bytes]:
    """A server as a process of its own; what it prints is in ``said``."""
    with said.open("wb") as output:
        return subprocess.Popen(command, stdout=output, stderr=output)


def serve_echo() -> None:
    """The echo endpoint on a port that the system gives; it is printed as ``anbao serve`` prints its own."""
    app = Litestar([echo], openapi_config=None)
    config = uvicorn.Config(app, port=0, access_log=False, log_level="warning", server_header=False)
    with config.bind_socket() as listening:
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        uvicorn.Server(config).run([listening])


def wait_until_idle(process: subprocess.Popen[bytes]) -> None:
    """Wait, a minute at most, until a server does nothing: at its start it tries its controls, which takes seconds."""
    end = time.monotonic() + 60
    before = processor_ticks(process.pid)
    while time.monotonic() < end:
        time.sleep(1)
        now = processor_ticks(process.pid)
        if now - before < 5:
            return
        before = now


def processor_ticks(pid: int) -> int:
    """Hundredths of a second of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def resident_megabytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def show(name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    rate = len(ordered) / (ROUNDS * SECONDS)
    p50, p99 = (ordered[int(len(ordered) * part)] * 1000 for part in (0.5, 0.99))
    print(f"{name:24} {rate:8,.0f} requests/s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   ({CONNECTIONS} connections)")


def main() -> int:
    """Exit status 1 where the goal was missed."""
    rng = random.Random(1)
    terms = make_terms(rng)
    rows = "".join(f"{term},hazard,{rng.randrange(1, 6)}\n" for term in dict.fromkeys(terms))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        with open_platform(url) as platform:
            platform.activate_lexicon(
                platform.import_lexicon(Lexicon.from_csv(f"term,category,severity\n{rows}".encode()))
            )
            token = platform.run(lambda work: create_key(work, "bench", ["listings"], "bench"))
        requests = make_requests(rng, terms, token)
        anbao = [sys.executable, "-c", "from anbao.cli import main; main()", "serve", "--store", url]
        commands = [[sys.executable, __file__, "--echo"], [*anbao, "--port", "0"]]
        outputs = [Path(folder, name) for name in ("echo.txt", "anbao.txt")]
        servers = [start(*both) for both in zip(commands, outputs, strict=True)]
        try:
            ports = [port_of(*both) for both in zip(servers, outputs, strict=True)]
            for server, port in zip(servers, ports, strict=True):
                wait_until_idle(server)
                uvloop.run(load(port, requests, 1.0))
            rounds = [[uvloop.run(load(port, requests, SECONDS)) for port in ports] for _ in range(ROUNDS)]
            memory = resident_megabytes(servers[1].pid)
        finally:
            for server in servers:
                server.terminate()
                server.wait()
    show("validated echo", [one for bare, _ in rounds for one in bare])
    show("one listing, durable", [one for _, ours in rounds for one in ours])
    ratio = statistics.median(len(ours) / len(bare) for bare, ours in rounds)
    print(f"ratio {ratio:.2f} (goal {GOAL})   memory of the server with {TERMS:,} terms: {memory} MB")
    return 0 if ratio >= GOAL else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--echo"]:
        serve_echo()
    else:
        sys.exit(main())
