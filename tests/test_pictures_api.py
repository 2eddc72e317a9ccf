"""Pictures over HTTP: upload, listing, the decision that follows when text was read or an address was fetched."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from anbao.connect.fetch import ALLOW_VARIABLE
from anbao.connect.storage import STORAGE_VARIABLE
from anbao.simulator.pictures import disguised, jpeg, product, with_qr, with_text
from api_server import Served, served
from helpers import until

CONTACT = jpeg(with_text(product("contact"), "WeChat: shop8818"))
CODE = jpeg(with_qr(product("code"), "https://u.example.com/f/9"))
PATIENCE = 60.0


class Shop(BaseHTTPRequestHandler):
    """A shop's image host."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(CODE)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def image_host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def server(store_url: str, tmp_path: Any, image_host: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv(STORAGE_VARIABLE, f"file://{tmp_path}/objects")
    monkeypatch.setenv(ALLOW_VARIABLE, image_host)
    with served(store_url) as running:
        yield running


def upload(client: httpx.Client, data: bytes, **headers: str) -> httpx.Response:
    return client.post("/v1/pictures", content=data, headers={"Content-Type": "image/jpeg", **headers})


def decided(client: httpx.Client, listing: str) -> list[dict[str, Any]]:
    """The decisions on a listing's pictures, once none is pending."""

    def come() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = client.get(f"/v1/listings/{listing}/pictures").json()["items"]
        return items if items and not items[-1]["text_pending"] else []

    return until(come, PATIENCE, every=0.05)


def test_a_hidden_contact_is_caught_end_to_end(server: Served) -> None:
    client = server.client()
    answer = upload(client, CONTACT)
    assert answer.status_code == 201
    picture = answer.json()["picture"]
    assert answer.json()["text_like"] >= 3
    listing = client.post("/v1/listings", json={"id": "l1", "title": "纯棉短袖", "pictures": [picture]}).json()
    assert listing["outcome"] == "pass"
    assert listing["pictures"][0]["text_pending"]
    last = decided(client, "l1")[-1]
    assert (last["outcome"], last["reasons"]) == ("review", ["contact.outside"])
    assert last["findings"][0]["box"]["left"] > 0
    assert last["findings"][0]["text"] == "WeChat: shop8818"
    assert client.get(f"/v1/pictures/{picture}").json()["text_read"]
    entries = client.get("/v1/entries", params={"subject": "listing:l1"}).json()["items"]
    assert [one["entry"]["kind"] for one in entries].count("listing.picture_screened") == 2
    owed = client.get("/v1/obligations", params={"state": "unfinished"}).json()["items"]
    assert any(one["norm"] == "cn.dispose.review" and one["subjects"] == {"listing": "l1"} for one in owed)


def test_an_address_is_fetched_and_a_code_found(server: Served, image_host: str) -> None:
    client = server.client()
    body = {"id": "l2", "title": "纯棉短袖", "pictures": [f"http://{image_host}/1.jpg", "http://127.0.0.1:1/secret"]}
    assert client.post("/v1/listings", json=body).json()["pictures"] == []

    def both() -> dict[int, dict[str, Any]]:
        found = {one["place"]: one for one in decided(client, "l2")}
        return found if len(found) == 2 else {}

    found = until(both, PATIENCE, every=0.05)
    assert found[0]["reasons"] == ["picture.code"]
    assert found[1]["problem"] == "forbidden_address"


def test_a_confirmed_danger_is_blocked_in_the_answer(server: Served) -> None:
    client = server.client()
    danger = upload(client, jpeg(product("danger"))).json()["picture"]
    prints = client.get(f"/v1/pictures/{danger}/fingerprints").json()["fingerprints"]
    assert len(prints) > 100
    entry = {"id": "h1", "source": "recall", "title": "召回商品", "fingerprints": prints}
    confirm_over_platform(server, entry)
    again = upload(client, jpeg(disguised(product("danger"), "mirror_crop"))).json()["picture"]
    answer = client.post("/v1/listings", json={"id": "l3", "title": "全新充电宝", "pictures": [again]}).json()
    assert answer["outcome"] == "block"
    assert answer["pictures"][0]["reasons"] == ["picture.same"]
    assert answer["pictures"][0]["findings"][0]["term"] == "h1"


def confirm_over_platform(server: Served, entry: dict[str, Any]) -> None:
    import msgspec

    from anbao.model.hazard import Confirmation, Suspicion

    suspicion = msgspec.convert(entry, Suspicion)
    investigate = server.platform.investigate
    server.platform.run(lambda work: investigate.suspect(work, suspicion))
    server.platform.run(lambda work: investigate.confirm(work, "h1", Confirmation()))


def test_an_upload_is_idempotent_and_a_bad_one_is_accepted_with_its_problem(server: Served) -> None:
    client = server.client()
    first = upload(client, CODE, **{"Idempotency-Key": "u1"})
    again = upload(client, CODE, **{"Idempotency-Key": "u1"})
    assert first.content == again.content
    assert server.count("picture.read") == 1
    broken = upload(client, b"no picture")
    assert (broken.status_code, broken.json()["problem"]) == (201, "unknown_format")
    listing = {"id": "l4", "title": "纯棉短袖", "pictures": [broken.json()["picture"]]}
    assert client.post("/v1/listings", json=listing).json()["outcome"] == "review"


def test_what_names_no_picture_is_refused(server: Served) -> None:
    client = server.client()
    for pictures in ("0" * 64, [5], {"a": "b"}):
        answer = client.post("/v1/listings", json={"id": "l", "title": "x", "pictures": pictures})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input"), pictures


def test_errors_say_what_is_wrong(server: Served) -> None:
    client = server.client()
    assert client.get("/v1/pictures/" + "0" * 64).status_code == 404
    assert client.get("/v1/pictures/" + "0" * 64 + "/fingerprints").status_code == 404
    assert client.post("/v1/pictures", content=CODE, headers={"Content-Type": "text/plain"}).status_code == 415
    assert upload(client, b"").status_code == 400
    assert upload(client, b"x" * (21 << 20)).status_code == 413
    assert server.client("read").post("/v1/pictures", content=CODE).status_code == 403
    broken = upload(client, b"no picture").json()["picture"]
    assert client.get(f"/v1/pictures/{broken}/fingerprints").status_code == 400
