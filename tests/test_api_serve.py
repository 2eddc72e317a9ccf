"""``anbao serve`` and ``anbao key`` as processes."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from anbao.ledger import verify_store
from anbao.platform import open_platform
from helpers import until
from serving import start_server


def anbao(warm: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(warm / "anbao"), *arguments], capture_output=True, text=True, timeout=60, check=False)


def make_key(warm: Path, store_url: str, *scopes: str) -> str:
    wanted = [word for scope in scopes for word in ("--scope", scope)]
    made = anbao(warm, "key", "create", "--store", store_url, "--name", "test", *wanted)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


@contextmanager
def serving(store_url: str, folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    process, url = start_server(store_url, folder, *options)
    try:
        yield process, url
    finally:
        process.terminate()
        process.wait(60)


def test_keys_are_listed_without_their_secret_and_end_when_revoked(warm: Path, sqlite_opened_url: str) -> None:
    token = make_key(warm, sqlite_opened_url, "read", "listings")
    identity = token.split("_")[1]
    listed = anbao(warm, "key", "list", "--store", sqlite_opened_url, "--format", "json").stdout
    [row] = json.loads(listed)
    assert row["id"] == identity
    assert row["scopes"] == "listings read"
    assert token.split("_", 2)[2] not in listed
    assert anbao(warm, "key", "revoke", identity, "--store", sqlite_opened_url).returncode == 0
    assert anbao(warm, "key", "revoke", identity, "--store", sqlite_opened_url).returncode == 2
    assert anbao(warm, "key", "create", "--store", sqlite_opened_url, "--name", "x", "--scope", "all").returncode == 2


@pytest.mark.parametrize(
    ("store_url", "workers"),
    [
        ("sqlite", 1),
        ("postgresql", 2),
        pytest.param("sqlite", 2, marks=pytest.mark.slow),
        pytest.param("postgresql", 1, marks=pytest.mark.slow),
    ],
    indirect=["store_url"],
)
def test_a_server_asked_to_stop_finishes_what_it_accepted_and_leaves_nothing_behind(
    warm: Path, store_url: str, workers: int, tmp_path: Path
) -> None:
    token = make_key(warm, store_url, "listings", "metrics")
    accepted: list[int] = []
    with serving(store_url, tmp_path, "--workers", str(workers)) as (process, url), ThreadPoolExecutor(8) as pool:

        def submit(first: int) -> None:
            with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as client:
                for number in range(first, first + 10_000):
                    try:
                        answer = client.post("/v1/listings", json={"id": f"l{number}", "title": "x"})
                    except httpx.TransportError:
                        return
                    if answer.status_code == 201:
                        accepted.append(answer.json()["receipt"]["entry"])

        working = [pool.submit(submit, first * 10_000) for first in range(8)]
        until(lambda: len(accepted) >= 100)
        metrics = httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {token}"}, trust_env=False).text
        assert "anbao_decisions_total" in metrics
        os.kill(process.pid, signal.SIGTERM)
        for one in working:
            one.result()
        assert process.wait(60) == 0
    assert not list(tmp_path.glob("anbao-*/"))
    assert len(accepted) == len(set(accepted))
    with open_platform(store_url) as platform:
        with platform.reading() as conn:
            stored = {one.index for one in platform.ledger.entries(conn, 0, 1_000_000, kind="listing.screened")}
        assert set(accepted) <= stored
        report = verify_store(platform.store)
        assert report.sound
        assert report.covered == report.entries


def test_a_store_that_cannot_be_opened_is_reported_at_once(warm: Path) -> None:
    failed = anbao(warm, "serve", "--store", "nonsense://x")
    assert failed.returncode == 2
    assert "nonsense" in failed.stderr
