"""What is open and what is not; the public log; the description; the metrics."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from anbao.api.app import DESCRIPTION
from anbao.ledger import open_checkpoint, parse_verifier, verify_directory
from anbao.ledger.export import tiles_of
from anbao.ledger.tiles import TILE_WIDTH, entries_path, tile_path
from anbao.model.scopes import SCOPES
from api_server import Served, served

OPEN = {"/health", "/log/key", "/log/checkpoint", "/log/tile/{level}/{place}"}
ANY_KEY = {"/openapi.json", "/docs"}
DOCUMENT = Path(__file__).parents[1] / "docs" / "reference" / "http.md"


@pytest.fixture
def server(store_url: str) -> Iterator[Served]:
    with served(store_url) as running:
        yield running


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(f"sqlite:///{tmp_path_factory.mktemp('open') / 'anbao.db'}") as running:
        yield running


def concrete(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: "1" if found[1] in ("index", "opened_by", "level") else "000", path)


def is_open(path: str) -> bool:
    return path in OPEN or path.startswith("/public/")


def test_nothing_is_open_but_health_the_public_log_and_the_public_pages(shared_server: Served) -> None:
    anonymous = shared_server.anonymous()
    for one in DESCRIPTION.endpoints:
        status = anonymous.request(one.method, concrete(one.path)).status_code
        assert (status != 401) == is_open(one.path), one
        assert bool(one.scope) != (is_open(one.path) or one.path in ANY_KEY), one


def test_a_key_does_only_what_its_scopes_say(shared_server: Served) -> None:
    clients = {scope: shared_server.client(scope) for scope in SCOPES}
    for one in DESCRIPTION.endpoints:
        if not one.scope:
            continue
        for scope, client in clients.items():
            answer = client.request(one.method, concrete(one.path))
            allowed = scope in (one.scope, "*")
            assert (answer.status_code != 403) == allowed, (one, scope)
            assert answer.status_code != 401
            if not allowed:
                assert answer.json()["code"] == "forbidden"


def test_the_reference_lists_exactly_the_endpoints_that_there_are() -> None:
    rows = re.findall(
        r"^\| (GET|POST) \| `([^`]+)` \| (?:`([^`]+)`|\S+) \| (.+) \|$", DOCUMENT.read_text("utf-8"), re.M
    )
    assert {(method, path, scope, words) for method, path, scope, words in rows} == {
        (one.method, one.path, one.scope, one.words.en) for one in DESCRIPTION.endpoints
    }


def test_the_page_shows_all_endpoints_and_loads_nothing() -> None:
    for language in ("zh", "en"):
        shown = DESCRIPTION.page(language)
        assert all(html.escape(one.words.get(language)) in shown for one in DESCRIPTION.endpoints)
        assert "<script" not in shown
        assert not re.search(r"(src|href)=\"?(https?:)?//", shown)


def test_the_description_needs_a_key_unless_it_was_opened(shared_server: Served, tmp_path: Path) -> None:
    assert shared_server.client("read").get("/docs").headers["Content-Type"].startswith("text/html")
    assert shared_server.client("read").get("/openapi.json").json()["openapi"].startswith("3.")
    with served(f"sqlite:///{tmp_path / 'anbao.db'}", open_docs=True) as opened:
        assert opened.anonymous().get("/docs").status_code == 200
        assert opened.anonymous().get("/openapi.json").status_code == 200


def test_the_public_log_verifies_as_a_tile_directory(server: Served, tmp_path: Path) -> None:
    lines = b"".join(b'{"id": "l%d", "title": "x"}\n' % number for number in range(300))
    reader = server.client("read")
    server.client().post("/v1/listings/batch", content=lines, headers={"Content-Type": "application/x-ndjson"})
    server.platform.checkpoint()

    public = server.anonymous()
    (tmp_path / "key.txt").write_text(public.get("/log/key").text, encoding="utf-8")
    note = public.get("/log/checkpoint").text
    (tmp_path / "checkpoint").write_text(note, encoding="utf-8")
    verifier = parse_verifier((tmp_path / "key.txt").read_text(encoding="utf-8").strip())
    size = open_checkpoint(note, verifier).size
    assert size > 300
    for level, n, width in tiles_of(size):
        keep(tmp_path, tile_path(level, n, width), fetched(public, tile_path(level, n, width), width, "public"))
        if level == 0:
            assert public.get(f"/log/{entries_path(n, width)}").status_code == 401
            keep(tmp_path, entries_path(n, width), fetched(reader, entries_path(n, width), width, "private"))
    report = verify_directory(tmp_path, str(verifier))
    assert report.sound
    assert report.covered == size


def fetched(client: httpx.Client, path: str, width: int, share: str) -> bytes:
    answer = client.get(f"/log/{path}")
    assert answer.status_code == 200
    cached = answer.headers["Cache-Control"]
    assert cached.startswith(share)
    assert ("immutable" in cached) == (width == TILE_WIDTH)
    return answer.content


def keep(directory: Path, path: str, data: bytes) -> None:
    (directory / path).parent.mkdir(parents=True, exist_ok=True)
    (directory / path).write_bytes(data)


def test_metrics_count_requests_decisions_entries_and_obligations(server: Served) -> None:
    client = server.client()
    before = measured(client)
    client.post("/v1/listings", json={"id": "l1", "title": "x"})
    client.get("/v1/nowhere")
    after = measured(client)
    for series in (
        'anbao_http_requests_total{method="POST",route="/v1/listings",status="201"}',
        'anbao_http_requests_total{method="GET",route="none",status="404"}',
        'anbao_decisions_total{outcome="pass"}',
        "anbao_listings_per_commit_count",
    ):
        assert after[series] == before.get(series, 0) + 1, series
    assert after["anbao_entries"] == server.size()
    assert 'anbao_obligations{state="overdue"}' in after


def measured(client: httpx.Client) -> dict[str, float]:
    """Each series and its value. The tests' servers share an application, which counts on."""
    lines = [line for line in client.get("/metrics").text.splitlines() if not line.startswith("#")]
    return {series: float(value) for series, _, value in (line.rpartition(" ") for line in lines)}


def test_health_says_that_the_store_can_be_read(server: Served) -> None:
    assert server.anonymous().get("/health").json() == {"status": "ok"}
