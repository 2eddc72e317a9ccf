"""The port to an outside model: asked after the decision, recorded, never decisive, and never waited for."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest

import anbao
from anbao.connect.moderation import ANSWERED, FAILED, Moderation
from anbao.model.entry import Entry
from anbao.model.listing import Listing
from anbao.store.bulk import sql


class Outside(ThreadingHTTPServer):
    """An outside model that flags what has 晶粒 in its title; answers as it is told."""

    answer: bytes | None = None
    status = 200
    asked: list[dict[str, str]]
    tokens: set[str]


class Handler(BaseHTTPRequestHandler):
    server: Outside

    def do_POST(self) -> None:
        listing = msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(listing)
        self.server.tokens.add(self.headers.get("Authorization", ""))
        flagged = "晶粒" in listing["title"]
        body = self.server.answer or msgspec.json.encode(
            {"flagged": flagged, "score": 950 if flagged else 20, "labels": ["drug"] if flagged else []}
        )
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def outside() -> Iterator[Outside]:
    server = Outside(("127.0.0.1", 0), Handler)
    server.asked, server.tokens = [], set()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def url(server: Outside) -> str:
    return f"http://127.0.0.1:{server.server_port}/"


def entries(platform: anbao.Platform, kind: str) -> list[Entry]:
    with platform.reading() as conn:
        return [stored.entry() for stored in platform.entries(conn, kind=kind)]


def cases(platform: anbao.Platform) -> int:
    with platform.reading() as conn:
        return int(sql(conn, "SELECT count(*) FROM case_file").scalar_one())


def test_a_flag_asks_a_person_and_decides_nothing(platform: anbao.Platform, outside: Outside) -> None:
    platform.submit_listing(Listing(id="before", title="蓝冰晶粒"))
    Moderation(platform, url(outside), token="t0ken")
    platform.submit_listings([Listing(id="a", title="蓝冰晶粒"), Listing(id="b", title="纯棉毛巾")])
    assert platform.submit_listing(Listing(id="c", title="氰化钾 晶粒")).decision.outcome == "block"
    assert not outside.asked
    platform.advance()
    assert [one["id"] for one in sorted(outside.asked, key=lambda one: one["id"])] == ["a", "b", "c"]
    assert outside.tokens == {"Bearer t0ken"}
    answered = {one.subjects["listing"]: one.body for one in entries(platform, ANSWERED)}
    assert (answered["a"]["flagged"], answered["a"]["score"], answered["a"]["labels"]) == (True, 950, ["drug"])
    assert not answered["b"]["flagged"]
    opened = [one for one in entries(platform, "case.opened") if one.subjects.get("listing") == "a"]
    assert [one.body["case_kind"] for one in opened] == ["listing_review"]
    assert cases(platform) == 1
    with platform.reading() as conn:
        assert sql(conn, "SELECT outcome FROM listing WHERE id = 'a'").scalar_one() == "pass"
    platform.advance()
    assert len(outside.asked) == 3


@pytest.mark.parametrize(
    ("status", "answer"), [(503, b""), (200, b"no json"), (200, b'{"flagged": true, "score": 5000}')]
)
def test_a_failure_is_recorded_and_nothing_else_happens(
    platform: anbao.Platform, outside: Outside, status: int, answer: bytes
) -> None:
    outside.status, outside.answer = status, answer
    Moderation(platform, url(outside))
    platform.submit_listing(Listing(id="a", title="蓝冰晶粒"))
    platform.advance()
    [failed] = entries(platform, FAILED)
    assert failed.subjects == {"listing": "a"}
    assert failed.body["problem"]
    assert not entries(platform, ANSWERED)
    assert cases(platform) == 0


def test_one_that_is_not_there_holds_nothing_up(platform: anbao.Platform, outside: Outside) -> None:
    gone = url(outside)
    outside.shutdown()
    outside.server_close()
    Moderation(platform, gone, timeout=0.5)
    assert platform.submit_listing(Listing(id="a", title="蓝冰晶粒")).decision.outcome == "pass"
    platform.advance()
    assert len(entries(platform, FAILED)) == 1
