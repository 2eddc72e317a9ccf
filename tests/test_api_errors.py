"""One contract for every error: RFC 9457, in the caller's language, and never a 500 for what a caller sends."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from anbao.errors import ErrorCode
from anbao.store.bulk import sql
from api_server import Served, served
from helpers import too_many_facts

LISTING = b'{"id": "l1", "title": "x"}'
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('errors') / 'anbao.db'}") as running:
        yield running


@pytest.fixture(scope="module")
def client(server: Served) -> httpx.Client:
    return server.client()


def posted(body: bytes, **given: Any) -> dict[str, Any]:
    return {"method": "POST", "url": "/v1/listings", "content": body, "headers": JSON, **given}


PATHS: dict[str, tuple[int, ErrorCode, dict[str, Any]]] = {
    "no such address": (404, ErrorCode.NOT_FOUND, {"url": "/v1/nowhere"}),
    "no such method": (405, ErrorCode.INVALID_INPUT, {"method": "DELETE", "url": "/v1/listings"}),
    "an index that is no number": (404, ErrorCode.NOT_FOUND, {"url": "/v1/entries/x"}),
    "no such entry": (404, ErrorCode.NOT_FOUND, {"url": "/v1/entries/123456"}),
    "no such entry to prove": (404, ErrorCode.NOT_FOUND, {"url": "/v1/entries/123456/proof"}),
    "an index beyond all bounds": (400, ErrorCode.INVALID_INPUT, {"url": f"/v1/entries/{10**30}"}),
    "an index of 5000 digits": (404, ErrorCode.NOT_FOUND, {"url": f"/v1/entries/{'9' * 5000}"}),
    "a negative index": (400, ErrorCode.INVALID_INPUT, {"url": "/v1/entries/-1"}),
    "an empty body": (400, ErrorCode.INVALID_INPUT, posted(b"")),
    "not JSON": (400, ErrorCode.INVALID_INPUT, posted(b"{")),
    "not an object": (400, ErrorCode.INVALID_INPUT, posted(b"[]")),
    "a missing field": (400, ErrorCode.INVALID_INPUT, posted(b'{"id": "l1"}')),
    "an unknown field": (400, ErrorCode.INVALID_INPUT, posted(b'{"id": "l1", "title": "x", "colour": "red"}')),
    "a wrong type": (400, ErrorCode.INVALID_INPUT, posted(b'{"id": 5, "title": "x"}')),
    "an empty id": (400, ErrorCode.INVALID_INPUT, posted(b'{"id": "", "title": "x"}')),
    "not UTF-8": (400, ErrorCode.INVALID_INPUT, posted(b'{"id": "l1", "title": "\xff"}')),
    "a surrogate in UTF-8": (400, ErrorCode.INVALID_INPUT, posted(b'{"id": "l1", "title": "\xed\xa0\x80"}')),
    "a lone surrogate": (400, ErrorCode.INVALID_INPUT, posted(b'{"id": "l1", "title": "\\ud800 xxxxxx"}')),
    "NUL in an id": (400, ErrorCode.INVALID_INPUT, posted(b'{"id": "l\\u00001", "title": "x"}')),
    "NUL in a category": (400, ErrorCode.INVALID_INPUT, posted(b'{"id": "l", "title": "x", "category": "\\u0000"}')),
    "arrays nested deep": (400, ErrorCode.INVALID_INPUT, posted(b"[" * 100_000)),
    "objects nested deep": (400, ErrorCode.INVALID_INPUT, posted(b'{"a":' * 100_000)),
    "nested where text is due": (400, ErrorCode.INVALID_INPUT, posted(b'{"id": ' + b"[" * 900 + b"]" * 900 + b"}")),
    "a number out of range": (400, ErrorCode.INVALID_INPUT, posted(b'{"id": 1e999, "title": "x"}')),
    "a body too large": (413, ErrorCode.TOO_LARGE, posted(b" " * (16 << 20) + LISTING)),
    "an entry too large": (
        413,
        ErrorCode.TOO_LARGE,
        posted(json.dumps({"id": "l", "title": "x", "facts": too_many_facts()}).encode()),
    ),
    "a media type that is not JSON": (
        415,
        ErrorCode.INVALID_INPUT,
        posted(LISTING, headers={"Content-Type": "application/x-www-form-urlencoded"}),
    ),
    "a batch that is not NDJSON": (415, ErrorCode.INVALID_INPUT, posted(LISTING, url="/v1/listings/batch")),
    "a lexicon that is not CSV": (415, ErrorCode.INVALID_INPUT, posted(b"x", url="/v1/lexicons")),
    "an empty lexicon": (
        400,
        ErrorCode.INVALID_INPUT,
        {"method": "POST", "url": "/v1/lexicons", "headers": {"Content-Type": "text/csv"}},
    ),
    "no such lexicon": (404, ErrorCode.NOT_FOUND, {"method": "POST", "url": "/v1/lexicons/abc/activate"}),
    "NUL in the address": (400, ErrorCode.INVALID_INPUT, {"method": "POST", "url": "/v1/lexicons/a%00b/activate"}),
    "NUL in a filter": (400, ErrorCode.INVALID_INPUT, {"url": "/v1/entries?kind=%00"}),
    "a subject without a role": (400, ErrorCode.INVALID_INPUT, {"url": "/v1/entries?subject=m1"}),
    "a page too long": (400, ErrorCode.INVALID_INPUT, {"url": "/v1/entries?limit=100000"}),
    "a page length that is no number": (400, ErrorCode.INVALID_INPUT, {"url": "/v1/entries?limit=many"}),
    "a cursor that is none": (400, ErrorCode.INVALID_INPUT, {"url": "/v1/entries?cursor=%E4%B8%AD"}),
    "a cursor of another page": (400, ErrorCode.INVALID_INPUT, {"url": "/v1/obligations?cursor=WzFd"}),
    "a cursor beyond all bounds": (400, ErrorCode.INVALID_INPUT, {"url": "/v1/entries?cursor=WzFlMzBd"}),
    "an unknown state": (400, ErrorCode.INVALID_INPUT, {"url": "/v1/obligations?state=lost"}),
    "a time without an offset": (400, ErrorCode.INVALID_INPUT, posted(LISTING, params={"at": "2026-01-01T00:00:00"})),
    "a time that is none": (400, ErrorCode.INVALID_INPUT, posted(LISTING, params={"at": "yesterday"})),
    "a time of year 1": (400, ErrorCode.INVALID_INPUT, posted(LISTING, params={"at": "0001-01-01T00:00:00+14:00"})),
    "a time in the future": (400, ErrorCode.INVALID_INPUT, posted(LISTING, params={"at": "2999-01-01T00:00:00Z"})),
    "an idempotency key with a space": (
        400,
        ErrorCode.INVALID_INPUT,
        posted(LISTING, headers={**JSON, "Idempotency-Key": "a b"}),
    ),
    "an order for an impossible amount": (
        400,
        ErrorCode.INVALID_INPUT,
        posted(b'{"id": "o", "listing": "l", "buyer": "b", "amount": "-1"}', url="/v1/orders"),
    ),
    "a notice that does not exist": (
        400,
        ErrorCode.INVALID_INPUT,
        posted(b'{"buyer": "b", "listing": "l", "notice": "none"}', url="/v1/notices/shown"),
    ),
    "an event outside the vocabulary": (400, ErrorCode.INVALID_INPUT, posted(b'{"kind": "no.such"}', url="/v1/events")),
    "an event in the future": (
        400,
        ErrorCode.INVALID_INPUT,
        posted(b'{"kind": "no.such", "at": 9007199254740000}', url="/v1/events"),
    ),
    "no such obligation": (
        404,
        ErrorCode.NOT_FOUND,
        posted(b'{"reason": "x"}', url="/v1/obligations/1/none/waive"),
    ),
    "a waiver without a reason": (
        400,
        ErrorCode.INVALID_INPUT,
        posted(b'{"reason": ""}', url="/v1/obligations/1/n/waive"),
    ),
    "no such category": (404, ErrorCode.NOT_FOUND, {"url": "/v1/categories/nothing-of-the-kind/notices"}),
    "no such tile": (404, ErrorCode.NOT_FOUND, {"url": "/log/tile/0/x999/999"}),
    "a tile path that is none": (404, ErrorCode.NOT_FOUND, {"url": "/log/tile/0/1"}),
    "a tile wider than a tile": (404, ErrorCode.NOT_FOUND, {"url": "/log/tile/0/000.p/256"}),
    "a level that is none": (404, ErrorCode.NOT_FOUND, {"url": "/log/tile/-1/000"}),
}


@pytest.mark.parametrize("name", PATHS)
def test_every_error_has_the_one_shape(client: httpx.Client, name: str) -> None:
    status, code, given = PATHS[name]
    shown = {}
    for language, tag in (("zh", "zh-CN"), ("en", "en")):
        headers = {**given.get("headers", {}), "Accept-Language": language}
        answer = client.request(**{"method": "GET", **given, "headers": headers})
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.text
        assert answer.headers["Content-Language"] == tag
        problem = answer.json()
        assert problem["status"] == status
        assert problem["code"] == code
        assert problem["type"] == f"urn:anbao:error:{code}"
        assert problem["title"]
        assert problem["detail"]
        assert problem["instance"].startswith("urn:uuid:")
        assert not {"traceback", "exception"} & problem.keys()
        shown[language] = problem["title"]
    assert shown["zh"] != shown["en"]


def test_chinese_is_the_default_and_the_field_at_fault_is_named(server: Served) -> None:
    answer = server.client(language="").post("/v1/listings", json={"id": 5, "title": "x"})
    assert answer.headers["Content-Language"] == "zh-CN"
    assert answer.json()["field"] == "id"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Basic YTpi",
        "Bearer anbao_x_y",
        "Bearer anbao__",
        "Bearer \xff",
        "Bearer " + "x" * 9999,
    ],
)
def test_without_a_valid_key_all_look_alike(server: Served, header: str | None) -> None:
    headers = {} if header is None else {b"Authorization": header.encode("latin-1")}
    answer = server.anonymous().get("/v1/entries", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthenticated"
    assert answer.json()["detail"] == "no valid API key"


def test_a_key_with_a_wrong_secret_is_refused(server: Served) -> None:
    token = server.token()
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert server.anonymous(Authorization=f"Bearer {wrong}").get("/v1/entries").status_code == 401


def test_an_internal_error_reveals_nothing(tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path / 'anbao.db'}", checkpoint_every=3600) as server:
        client = server.client()
        with server.platform.store.write() as conn:
            sql(conn, "ALTER TABLE merchant RENAME TO elsewhere")
        answer = client.post("/v1/listings", json={"id": "l1", "title": "x", "merchant": "secret-name"})
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "internal"
    assert "merchant" not in answer.text
    assert "sqlite" not in answer.text.lower()
