"""The verbs of the platform over real HTTP, on both databases."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from anbao.access.keys import revoke_key
from anbao.api.prevent import batch
from anbao.ledger import verify_receipt
from api_server import Served, served
from helpers import too_many_facts, until

TERM = "测试危险品甲"
LEXICON = f"term,category,severity\n{TERM},weapon,5\n".encode()
MERCHANT = {
    "id": "m1",
    "kind": "company",
    "legal_name": "杭州某某商贸有限公司",
    "shop_name": "某某小店",
    "phone": "13800000000",
}


@pytest.fixture
def server(store_url: str) -> Iterator[Served]:
    with served(store_url) as running:
        yield running


@pytest.fixture
def client(server: Served) -> httpx.Client:
    return server.client()


def listing(number: int | str = 1, title: str = "纯棉毛巾") -> dict[str, Any]:
    return {"id": f"l{number}", "title": title, "merchant": "m1"}


def use_test_lexicon(client: httpx.Client) -> str:
    digest: str = client.post("/v1/lexicons", content=LEXICON, headers={"Content-Type": "text/csv"}).json()["digest"]
    assert client.post(f"/v1/lexicons/{digest}/activate").status_code == 201
    return digest


def test_a_listing_is_decided_on_and_its_entry_is_proven(server: Served, client: httpx.Client) -> None:
    digest = use_test_lexicon(client)
    answer = client.post("/v1/listings", json=listing(title=f"正品{TERM}包邮"))
    assert answer.status_code == 201
    decision = answer.json()
    assert decision["outcome"] == "block"
    assert decision["versions"]["lexicon"] == digest
    [finding] = decision["findings"]
    assert (finding["field"], finding["start"], finding["end"], finding["term"]) == ("title", 2, 2 + len(TERM), TERM)

    index = decision["receipt"]["entry"]
    stored = client.get(f"/v1/entries/{index}").json()
    assert stored["entry"]["kind"] == "listing.screened"
    assert stored["entry"]["actor"].startswith("key:")
    proof = client.get(f"/v1/entries/{index}/proof")
    assert json.loads(proof.content)["leaf"] == decision["receipt"]["leaf"]
    key = server.anonymous().get("/log/key").text.strip()
    assert verify_receipt(proof.content, key).sound


def test_a_lexicon_takes_effect_at_its_stated_time_and_lists_as_a_version(client: httpx.Client) -> None:
    digest = client.post("/v1/lexicons", content=LEXICON, headers={"Content-Type": "text/csv"}).json()["digest"]
    later = client.post(f"/v1/lexicons/{digest}/activate", params={"effective": "2999-01-01T00:00:00+08:00"})
    assert later.status_code == 201
    assert client.post("/v1/listings", json=listing(title=TERM)).json()["outcome"] == "pass"
    versions = client.get("/v1/lexicons").json()
    assert versions["in_force"] != digest
    assert digest in [one["digest"] for one in versions["items"]]


def test_merchant_order_and_notices(server: Served, client: httpx.Client) -> None:
    decided = client.post("/v1/merchants", json=MERCHANT).json()
    assert decided["decision"] in ("verified", "held", "refused")
    assert "13800000000" not in client.get(f"/v1/entries/{decided['application']}").text

    category, notice = next(
        (one.id, one.notices[0]) for one in server.platform.catalogue.categories.values() if one.notices
    )
    texts = client.get(f"/v1/categories/{category}/notices").json()
    assert texts[0]["id"] == notice
    assert texts[0]["zh"]["title"]
    assert texts[0]["en"]["risks"]
    assert notice in [one["id"] for one in client.get("/v1/notices").json()]

    client.post("/v1/listings", json={**listing(), "category": category})
    bare = client.post("/v1/orders", json={"id": "o1", "listing": "l1", "buyer": "b1"}).json()
    assert notice in bare["missing_notices"]
    told = {"buyer": "b2", "listing": "l1", "notice": notice}
    assert client.post("/v1/notices/shown", json={**told, "seconds": 5}).status_code == 201
    assert client.post("/v1/notices/acknowledged", json=told).status_code == 201
    informed = client.post("/v1/orders", json={"id": "o2", "listing": "l1", "buyer": "b2"}).json()
    assert notice not in informed.get("missing_notices", ())


def test_events_open_obligations_that_can_be_listed_and_waived(client: httpx.Client) -> None:
    reported = []
    for number in range(3):
        statement = {"kind": "statement.requested", "subjects": {"statement": f"s{number}"}}
        answer = client.post("/v1/events", json=statement, params={"at": "2026-01-05T10:00:00+08:00"})
        reported.append(answer.json()["entry"])
    overdue = [one for page in every_page(client, "/v1/obligations", limit=2, state="overdue") for one in page]
    assert overdue == sorted(overdue, key=lambda one: (one["due_at"], one["opened_by"], one["norm"]))
    assert {one["opened_by"] for one in overdue} >= set(reported)
    assert {one["state"] for one in overdue} == {"overdue"}
    everything = [one for page in every_page(client, "/v1/obligations", limit=2) for one in page]
    assert len(everything) == len({one["id"] for one in everything}) >= len(overdue)
    unfinished = [one["id"] for page in every_page(client, "/v1/obligations", state="unfinished") for one in page]
    assert set(unfinished) >= {one["id"] for one in overdue}

    waived = overdue[0]
    assert client.post(f"/v1/obligations/{waived['id']}/waive", json={"reason": "演练"}).status_code == 201
    [page] = every_page(client, "/v1/obligations", norm=waived["norm"], limit=1000)
    assert {one["id"]: one["state"] for one in page}[waived["id"]] == "waived"
    [page] = every_page(client, "/v1/obligations", state="overdue", norm=waived["norm"], limit=1000)
    assert waived["id"] not in [one["id"] for one in page]


def every_page(client: httpx.Client, path: str, **parameters: Any) -> Iterator[list[dict[str, Any]]]:
    cursor = None
    while True:
        page = client.get(path, params={**parameters, **({"cursor": cursor} if cursor else {})}).json()
        yield page["items"]
        cursor = page["next"]
        if cursor is None:
            return


def test_entries_come_in_pages_and_by_kind_and_subject(client: httpx.Client) -> None:
    for number in range(5):
        client.post("/v1/listings", json=listing(number))
    found = [
        one["index"] for page in every_page(client, "/v1/entries", kind="listing.screened", limit=2) for one in page
    ]
    assert len(found) == 5
    assert found == sorted(found)
    [page] = every_page(client, "/v1/entries", subject="listing:l3")
    assert [one["entry"]["subjects"]["listing"] for one in page] == ["l3"]


def test_the_time_of_an_event_is_stored_beside_the_time_of_recording(client: httpx.Client) -> None:
    for written in ("2026-01-05T10:00:00+08:00", "1767578400000", "2026-01-05T02:00:00Z"):
        index = client.post("/v1/listings", json=listing(), params={"at": written}).json()["receipt"]["entry"]
        entry = client.get(f"/v1/entries/{index}").json()["entry"]
        assert entry["at"] == 1767578400000
        assert entry["recorded"] > entry["at"]
    unescaped = client.post("/v1/listings?at=2026-01-05T10:00:00+08:00", json=listing())
    assert unescaped.status_code == 201


def test_a_repeated_request_gives_the_same_bytes_and_no_entry(server: Served, client: httpx.Client) -> None:
    key = {"Idempotency-Key": "k1"}
    for path, body in (
        ("/v1/listings", listing()),
        ("/v1/orders", {"id": "o1", "listing": "l1", "buyer": "b1"}),
        ("/v1/merchants", MERCHANT),
    ):
        key = {"Idempotency-Key": path}
        first = client.post(path, json=body, headers=key)
        server.platform.keep_time()  # what the packages do because of it, such as a case for a merchant that is held
        size = server.size()
        again = client.post(path, json=body, headers=key)
        assert again.content == first.content
        assert again.status_code == first.status_code == 201
        assert "Idempotency-Replayed" not in first.headers
        assert again.headers["Idempotency-Replayed"] == "true"
        other = client.post(path, json={**body, "id": "other"}, headers=key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
        assert server.size() == size
    assert server.client().post("/v1/listings", json=listing(), headers=key).status_code == 201


def test_equal_requests_at_once_in_two_servers_make_one_entry(store_url: str) -> None:
    with served(store_url) as one, served(store_url) as two:
        token = one.token()
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "same"}

        def post(number: int) -> httpx.Response:
            url = (one if number % 2 else two).url
            return httpx.post(f"{url}/v1/listings", json=listing(), headers=headers, timeout=30, trust_env=False)

        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(post, range(16)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        assert one.count("listing.screened") == 1


def test_one_bad_listing_among_many_at_once_takes_back_only_itself(server: Served, client: httpx.Client) -> None:
    def post(number: int) -> httpx.Response:
        facts = too_many_facts() if number % 16 == 0 else {}
        return client.post("/v1/listings", json={**listing(number), "facts": facts})

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(post, range(64)))
    assert [answer.status_code for answer in answers] == [413 if number % 16 == 0 else 201 for number in range(64)]
    assert [answer.json()["listing"] for answer in answers if answer.status_code == 201] == [
        f"l{number}" for number in range(64) if number % 16
    ]
    assert server.count("listing.screened") == 60
    assert server.platform.verify().sound


def test_a_revoked_key_is_refused_in_every_process(store_url: str) -> None:
    with served(store_url) as one, served(store_url) as two:
        client = httpx.Client(
            base_url=two.url, headers={"Authorization": f"Bearer {one.token('read')}"}, trust_env=False
        )
        assert client.get("/v1/entries").status_code == 200
        identity = client.headers["Authorization"].split("_")[1]
        one.platform.run(lambda work: revoke_key(work, identity, "test"))
        assert until(lambda: client.get("/v1/entries").status_code != 200, 3)
        assert client.get("/v1/entries").status_code == 401
        client.close()
        kinds = [one.count("key.created"), one.count("key.revoked")]
        assert kinds == [1, 1]


@pytest.fixture
def small_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch commits each 50 lines, so that a short one has several commits."""
    monkeypatch.setattr(batch, "LINES_PER_COMMIT", 50)


def ndjson(count: int) -> bytes:
    return b"".join(json.dumps(listing(number)).encode() + b"\n" for number in range(count))


def test_a_batch_answers_each_line_in_order(server: Served, client: httpx.Client, small_commits: None) -> None:
    lines = ndjson(121).splitlines()
    lines[3] = b"{not json"
    lines[4] = b'{"id": "", "title": "x"}'
    lines[5] = b""
    lines[6] = json.dumps({"id": "a\x00b", "title": "x"}).encode()
    lines[7] = b'{"id": "long", "title": "' + b"x" * (16 << 20) + b'"}'
    lines[8] = json.dumps({**listing("big"), "facts": too_many_facts()}).encode()
    answer = client.post(
        "/v1/listings/batch", content=b"\n".join(lines), headers={"Content-Type": "application/x-ndjson"}
    )
    assert answer.status_code == 200
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row["line"] for row in rows] == [number for number in range(1, 122) if number != 6]
    failed = {row["line"]: row["error"]["code"] for row in rows if "error" in row}
    assert failed == {4: "invalid_input", 5: "invalid_input", 7: "invalid_input", 8: "too_large", 9: "too_large"}
    assert server.count("listing.screened") == 121 - 6


def test_a_batch_sent_again_under_its_key_makes_no_second_entries(
    server: Served, client: httpx.Client, small_commits: None
) -> None:
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "import-1"}
    first = client.post("/v1/listings/batch", content=ndjson(70), headers=headers)
    again = client.post("/v1/listings/batch", content=ndjson(120), headers=headers)
    assert again.text.splitlines()[:70] == first.text.splitlines()
    assert server.count("listing.screened") == 120


def test_what_a_batch_committed_stays_when_its_connection_breaks(server: Served, small_commits: None) -> None:
    body = ndjson(170)
    with raw_batch(server, length=len(body) * 2) as connection:
        connection.sendall(body)
        received = b""
        while received.count(b'"receipt"') < 150:
            received += connection.recv(65536)
    with raw_batch(server, length=2) as connection:
        connection.sendall(b"{}")
        connection.recv(65536)
    stored = server.count("listing.screened")
    assert 150 <= stored <= 170


def test_a_caller_that_sends_all_before_it_reads_meets_no_deadlock(
    server: Served, client: httpx.Client, small_commits: None
) -> None:
    """The answers to the first lines are more than the sockets between can hold, and as much is sent after them."""
    use_test_lexicon(client)
    for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        server.listening.setsockopt(socket.SOL_SOCKET, buffer, 8192)  # connections take it over
    count = 300
    body = b"".join(json.dumps(listing(number, TERM * 40)).encode() + b"\n" for number in range(count))
    with raw_batch(server, length=len(body), buffer=8192) as connection:
        connection.sendall(body)
        received, tail = 0, b""
        while not tail.endswith(b"0\r\n\r\n"):
            data = connection.recv(1 << 20)
            assert data
            received += len(data)
            tail = (tail + data)[-16:]
    assert received > 3_000 * count
    assert server.count("listing.screened") == count


def raw_batch(server: Served, length: int, buffer: int = 0) -> socket.socket:
    """A connection on which the head of a batch has been sent."""
    host, port = server.url.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.settimeout(60)
    if buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
    connection.connect((host, int(port)))
    head = (
        f"POST /v1/listings/batch HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {server.token()}\r\n"
        f"Content-Type: application/x-ndjson\r\nContent-Length: {length}\r\n\r\n"
    )
    connection.sendall(head.encode())
    return connection


def test_a_reviewer_decides_on_a_held_listing_and_a_deadline_is_changed(client: httpx.Client) -> None:
    changed = client.post("/v1/settings/listing.review", json={"hours": 2})
    assert changed.status_code == 201, changed.text
    assert client.post("/v1/settings/none", json={"hours": 2}).status_code == 400
    assert client.post("/v1/settings/listing.review", json={"hours": 2, "days": 1}).status_code == 400
    assert client.post("/v1/listings/never-seen/review", json={"outcome": "pass", "reason": "x"}).status_code == 404
    held = client.post("/v1/listings", json={"id": "held", "title": "一次性电子烟"}).json()
    assert held["outcome"] == "review"
    [owed] = [
        one
        for page in every_page(client, "/v1/obligations", norm="cn.dispose.review", limit=100)
        for one in page
        if one["subjects"] == {"listing": "held"}
    ]
    assert owed["due_at"] - owed["opened_at"] == 2 * 3_600_000
    decided = client.post("/v1/listings/held/review", json={"outcome": "block", "reason": "无合法来源证明"})
    assert decided.status_code == 201
    [page] = every_page(client, "/v1/obligations", norm="cn.dispose.review", limit=100)
    assert {one["id"]: one["state"] for one in page}[owed["id"]] == "discharged"
