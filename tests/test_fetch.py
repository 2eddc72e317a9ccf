"""Fetching what strangers name: over real HTTP, with addresses that point inside, and servers that mean harm."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anbao.connect.fetch import ALLOW_VARIABLE, Fetcher, NotFetched, is_outside, system_fetcher, system_resolve

PICTURE = b"\x89PNG" + bytes(range(256)) * 40


class Handler(BaseHTTPRequestHandler):
    """``/picture``, redirects, endless and slow bodies."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path, _, target = self.path.partition("?")
        if path == "/picture":
            self._answer(200, PICTURE)
        elif path == "/to":
            self.send_response(302)
            self.send_header("Location", target)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65_536)
            except OSError:
                self.close_connection = True
        elif path == "/drip":
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                while not self.server.stopping:  # type: ignore[attr-defined]
                    self.wfile.write(b"X-Pad: y\r\n")
                    time.sleep(0.05)
            except OSError:
                pass
            self.close_connection = True
        elif path == "/host":
            self._answer(200, self.headers["Host"].encode() + b"|" + (self.headers["Cookie"] or "-").encode())
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.stopping = False  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.stopping = True  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


@pytest.fixture
def fetcher(port: int) -> Fetcher:
    """May fetch from ``shop.test``, which is the server here; ``inside.test`` is the same server and not allowed."""
    names = {"shop.test": ["127.0.0.1"], "inside.test": ["127.0.0.1"], "mixed.test": ["93.184.216.34", "10.0.0.7"]}
    return Fetcher(
        allowed=frozenset({f"shop.test:{port}", f"inside.test:{port + 1}"}),
        resolve=lambda host, at: names.get(host) or system_resolve(host, at),
        seconds=5,
    )


def reason_of(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(NotFetched) as raised:
        fetcher.fetch(url)
    return raised.value.reason


def test_a_picture_is_fetched_under_its_hosts_name(fetcher: Fetcher, port: int) -> None:
    assert fetcher.fetch(f"http://shop.test:{port}/picture") == PICTURE
    assert fetcher.fetch(f"http://shop.test:{port}/host#part") == f"shop.test:{port}|-".encode()


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.8", "0.0.0.0", "0x7f.1"),
        *(
            "2130706433",
            "[fe80::1]",
            "[64:ff9b::a00:1]",
            "100.100.100.200",
            "mixed.test",
            "224.0.0.1",
            "[2002:7f00:1::]",
        ),
    ],
)
def test_addresses_inside_are_refused(fetcher: Fetcher, host: str) -> None:
    assert reason_of(fetcher, f"http://{host}/picture") == "forbidden_address"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://shop.test/x",
        "http:///x",
        "http://user:word@shop.test/x",
        "http://shop.test:22/x",
        "http://shop.test:99999/x",
        "http://shop.test/\r\nX: y",
        "gopher://shop.test",
        "http://[::1/x",
        "",
    ],
)
def test_only_plain_addresses_of_the_web_are_fetched(fetcher: Fetcher, url: str) -> None:
    assert reason_of(fetcher, url) == "forbidden_address"


def test_a_redirect_is_checked_as_the_first_address_was(fetcher: Fetcher, port: int) -> None:
    assert fetcher.fetch(f"http://shop.test:{port}/to?/picture") == PICTURE
    for inside in (f"http://inside.test:{port}/picture", "http://169.254.169.254/latest", "file:///etc/passwd"):
        assert reason_of(fetcher, f"http://shop.test:{port}/to?{inside}") == "forbidden_address"


def test_a_circle_of_redirects_ends(fetcher: Fetcher, port: int) -> None:
    around = f"http://shop.test:{port}/to?"
    assert reason_of(fetcher, around + around + around + around + around) == "unreachable"


def test_a_name_that_changes_between_two_answers_does_not_lead_inside(port: int) -> None:
    answers = iter([["127.0.0.1"], ["93.184.216.34"]])
    turning = Fetcher(resolve=lambda host, at: next(answers), seconds=2)
    assert reason_of(turning, "http://turning.test/picture") == "forbidden_address"
    asked: list[str] = []

    def once(host: str, at: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    pinned = Fetcher(allowed=frozenset({f"pinned.test:{port}"}), resolve=once, seconds=5)
    assert pinned.fetch(f"http://pinned.test:{port}/picture") == PICTURE
    assert asked == ["pinned.test"], "the address that was checked is the one that is connected to"


def test_too_many_bytes_end_the_fetch(fetcher: Fetcher, port: int) -> None:
    small = Fetcher(allowed=fetcher.allowed, resolve=fetcher.resolve, max_bytes=1_000, seconds=5)
    assert reason_of(small, f"http://shop.test:{port}/picture") == "too_large"
    assert reason_of(small, f"http://shop.test:{port}/endless") == "too_large"


def test_a_server_that_drips_is_left_in_time(fetcher: Fetcher, port: int) -> None:
    hasty = Fetcher(allowed=fetcher.allowed, resolve=fetcher.resolve, seconds=0.5)
    started = time.monotonic()
    assert reason_of(hasty, f"http://shop.test:{port}/drip") == "unreachable"
    assert time.monotonic() - started < 3


def test_what_is_not_there_is_unreachable(fetcher: Fetcher, port: int) -> None:
    assert reason_of(fetcher, f"http://shop.test:{port}/missing") == "unreachable"
    assert reason_of(fetcher, "http://no-such-name.invalid/x") == "unreachable"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = closed.getsockname()[1]
        alone = Fetcher(allowed=frozenset({"shop.test"}), resolve=fetcher.resolve, seconds=2)
        assert reason_of(alone, f"http://shop.test:{dead}/x") == "unreachable"


def test_the_setting_names_hosts_that_may_lie_inside(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setenv(ALLOW_VARIABLE, f" 127.0.0.1:{port} , images.internal")
    assert system_fetcher().fetch(f"http://127.0.0.1:{port}/picture") == PICTURE
    monkeypatch.delenv(ALLOW_VARIABLE)
    assert reason_of(system_fetcher(), f"http://127.0.0.1:{port}/picture") == "forbidden_address"


@given(st.ip_addresses(v=4))
def test_an_address_carried_in_another_is_judged_by_itself(inner: object) -> None:
    number = int(ip_address(str(inner)))
    carried = (
        f"::ffff:{inner}",
        f"64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}",
        f"2002:{number >> 16:x}:{number & 0xFFFF:x}::",
    )
    for one in carried:
        assert not is_outside(one) or is_outside(str(inner))


def test_public_addresses_are_outside() -> None:
    assert all(map(is_outside, ("93.184.216.34", "2606:4700:4700::1111", "2002:5db8:d822::1")))
    inside = ("", "name", "255.255.255.255", "fd00:ec2::254", "fe80::1%eth0", "::ffff:93.184.216.34")
    assert not any(map(is_outside, inside))
