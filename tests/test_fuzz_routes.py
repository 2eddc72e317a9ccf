"""Garbage at every POST route: never a 5xx, always an RFC 9457 body."""

import json
import random
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from api_server import Served, served

BIG = 10**400

RAW: tuple[bytes, ...] = (
    b"",
    b" ",
    b"x",
    b"null",
    b"true",
    b"-0",
    b"1e999",
    b"[]",
    b"{}",
    b'"text"',
    b"[[[[1]]]]",
    b"[" * 5_000 + b"]" * 5_000,
    b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    b"\xff\xfe\x00garbage",
    b'{"id": "\xff\xfe"}',
    b'{"id": "\\ud800"}',
    b'{"id": "\\u0000"}',
    b'{"\\u0000": 1}',
    b'{"id": ' + str(BIG).encode() + b"}",
    b'{"id": 1.5, "id": NaN}',
    b"PK\x03\x04\x00\x00binary\x00\x00",
    b"\x89PNG\r\n\x1a\n\x00\x00",
    b"%PDF-1.7 nothing more",
    b"term,category\n\x00,\x00\n",
    b'a,"b\nunclosed',
    b"title,barcode,id\nkettle\x00,6901\x00234,\x00\n",
    b'[{"title": "kettle", "id": "\\u0000", "barcode": "\\u0000"}]',
    b"title\n" + b"a" * 200_000,
    b'{"nodes": [], "edges": []}',
    b'{"nodes": [{"type": 1}], "edges": "none"}',
    b'{"contentType": "application/vnd.gorules.decision", "nodes": null}',
)
"""Bodies that fit no route."""

MEDIA_TYPES = ("application/json", "text/csv", "application/x-ndjson", "image/jpeg", "application/octet-stream", "x")

WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**63,
    BIG,
    1.5,
    "",
    "x",
    "\x00",
    "a\x1b[31m",
    "x" * 10_000,
    [],
    [None],
    {},
    {"a": {}},
)
"""Values put in the place of each field, in turn."""


class Route(msgspec.Struct, frozen=True):
    """A POST operation of the API's own description; ``fields``: what its JSON body may hold."""

    path: str
    queries: tuple[str, ...]
    schema: dict[str, Any]


GARBAGE_ON = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
FIELDS_ON = [pytest.param("sqlite", marks=pytest.mark.slow), "postgresql"]
"""Each takes 20 s. The values of fields reach the database, and PostgreSQL's strings and numbers are the narrower."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'anbao.db'}"
    else:
        from conftest import fresh_database

        url = fresh_database(request.getfixturevalue("postgresql_server"))
    with served(url, open_docs=True) as one:
        yield one


def description(server: Served) -> dict[str, Any]:
    found: dict[str, Any] = server.anonymous().get("/openapi.json").json()
    return found


def routes(document: dict[str, Any]) -> list[Route]:
    found = []
    for path, operations in document["paths"].items():
        if "post" not in operations:
            continue
        one = operations["post"]
        queries = tuple(each["name"] for each in one.get("parameters", ()) if each["in"] == "query")
        content = one.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        found.append(Route(path, queries, schema))
    return found


def resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, where it is a reference or one of several."""
    while True:
        if "$ref" in schema:
            part: Any = document
            for name in schema["$ref"].removeprefix("#/").split("/"):
                part = part[name.replace("~1", "/")]
            schema = part
        elif any(name in schema for name in ("anyOf", "oneOf", "allOf")):
            choices = next(schema[name] for name in ("anyOf", "oneOf", "allOf") if name in schema)
            schema = next((one for one in choices if one.get("type") != "null"), choices[0])
        else:
            return schema


def example(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> Any:
    """A value that fits a schema, so that one wrong field stands in an otherwise right body."""
    schema = resolved(schema, document)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            wanted = schema.get("properties", {})
            names = wanted if depth < 3 else schema.get("required", ())
            return {name: example(wanted[name], document, depth + 1) for name in names}
        case "array":
            return [example(schema.get("items", {}), document, depth + 1)] if depth < 3 else []
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 1))
        case "boolean":
            return False
        case "string":
            return "2026-01-01" if "\\d{4}" in schema.get("pattern", "") else "x"
        case _:
            return "x"


def bodies(route: Route, document: dict[str, Any]) -> Iterator[bytes]:
    """Right bodies with one wrong value each, then the whole of them turned."""
    right = example(route.schema, document) if route.schema else {}
    yield encoded(right)
    if isinstance(right, dict):
        for name in right:
            for wrong in WRONG:
                yield encoded({**right, name: wrong})
            yield encoded({key: value for key, value in right.items() if key != name})
        yield encoded({**right, "nobody_knows_it": 1})
        yield encoded([right])


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def wrongs(client: httpx.Client, path: str, body: bytes, media_type: str = "application/json") -> list[str]:
    """What is wrong with the answer, if anything."""
    answer = client.post(path, content=body, headers={"Content-Type": media_type})
    shown = f"{path[:120]} {media_type} {body[:200]!r} → {answer.status_code} {answer.text[:300]}"
    if answer.status_code >= 500:
        return [shown]
    if answer.status_code >= 400:
        if not answer.headers["content-type"].startswith("application/problem+json"):
            return [shown]
        problem = answer.json()
        if problem["status"] != answer.status_code or not problem["type"].startswith("urn:anbao:error:"):
            return [shown]
        if not (problem["title"] and problem["detail"] and problem["code"]):
            return [shown]
    return []


def filled(path: str, with_: str = "x") -> str:
    return "/".join(with_ if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize("server", GARBAGE_ON, indirect=True)
def test_no_post_route_breaks_on_a_body_that_is_garbage(server: Served) -> None:
    client, document = server.client(), description(server)
    known = routes(document)
    assert len(known) > 60
    found = []
    for route in known:
        for body in RAW:
            found += wrongs(client, filled(route.path), body)
        for media_type in MEDIA_TYPES[1:]:
            for body in random.Random(route.path + media_type).sample(RAW, 6):
                found += wrongs(client, filled(route.path), body, media_type)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("server", FIELDS_ON, indirect=True)
def test_no_post_route_breaks_on_one_wrong_field(server: Served) -> None:
    client, document = server.client(), description(server)
    found = []
    for route in routes(document):
        for body in bodies(route, document):
            found += wrongs(client, filled(route.path), body)
    assert not found, "\n".join(found)


def test_no_post_route_breaks_on_a_wrong_address(server: Served) -> None:
    client, document = server.client(), description(server)
    found = []
    for route in routes(document):
        for part in ("%00", "%ff%fe", "a%0ab", "%1b[31m", "x" * 3_000, "'%22;--"):
            found += wrongs(client, filled(route.path, part), b"{}")
        for query in route.queries:
            for value in ("", "%00", "%ff", "-1", "9" * 60, "x%0ay"):
                found += wrongs(client, f"{filled(route.path)}?{query}={value}", b"{}")
    assert not found, "\n".join(found)
