"""The master key of the vault: where it may lie, and that it can be changed without touching entries or values."""

import secrets
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from anbao.cli.root import run
from anbao.errors import Conflict, StoreError
from anbao.ledger.master import master_at
from anbao.platform import Platform, open_platform
from anbao.store import meta
from anbao.store.bulk import sql

SERVICE = """
import json, sys
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

aead = AESGCMSIV(bytes(range(32)))

class Service(BaseHTTPRequestHandler):
    def log_message(self, *args): pass
    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def do_GET(self):
        self.answer(200, {"id": "kms/alias/anbao"})
    def do_POST(self):
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["keys"]
        work = aead.encrypt if self.path.endswith("/wrap") else aead.decrypt
        try:
            found = [work(bytes(12), b64decode(one["key"]), one["bound_to"].encode()) for one in given]
        except Exception:
            return self.answer(400, {})
        self.answer(200, {"keys": [b64encode(one).decode() for one in found]})

server = HTTPServer(("127.0.0.1", 0), Service)
print(server.server_port, flush=True)
server.serve_forever()
"""
"""A key service, as a program of its own; AES-GCM-SIV so that it shares nothing with the product."""


@pytest.fixture
def key_service() -> Iterator[str]:
    running = subprocess.Popen([sys.executable, "-c", SERVICE], stdout=subprocess.PIPE, text=True)
    assert running.stdout
    try:
        yield f"http://127.0.0.1:{running.stdout.readline().strip()}"
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


def new_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def sealed(platform: Platform) -> str:
    [commitment] = platform.run(lambda work: platform.vault.seal_values(work.conn, [("merchant:m1", "name", "某人")]))
    return commitment


def rows(platform: Platform, statement: str) -> list[tuple[object, ...]]:
    with platform.reading() as conn:
        return [tuple(row) for row in sql(conn, statement).all()]


def wrapped_and_rest(platform: Platform) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The wrapped keys; the values and the entries."""
    values = rows(platform, "SELECT commitment, salt, value FROM personal ORDER BY commitment")
    entries = rows(platform, "SELECT idx, data FROM entry ORDER BY idx")
    return rows(platform, "SELECT person, wrapped FROM person_key ORDER BY person"), values + entries


def test_rotation_wraps_every_key_anew_and_touches_nothing_else(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "master.key"
    key.write_text(new_key(), encoding="ascii")
    with open_platform(store_url) as platform:
        commitment = sealed(platform)
        before, rest = wrapped_and_rest(platform)
        index = platform.persons.rotate_master(to=str(key), reason="每年更换", actor="li")
        after, same = wrapped_and_rest(platform)
        assert [one for one, _ in before] == [one for one, _ in after]
        assert not {one for _, one in before} & {one for _, one in after}
        assert same[: len(rest)] == rest
        with platform.reading() as conn:
            entry = platform.ledger.entry(conn, index)
            assert meta.read(conn, "vault.master") is None, "the old key has left the store"
        assert entry.kind == "vault.master_rotated"
    with pytest.raises(Conflict):
        open_platform(store_url)
    monkeypatch.setenv("ANBAO_VAULT_KEY", str(key))
    with open_platform(store_url) as platform, platform.reading() as conn:
        assert platform.vault.reveal(conn, commitment) == ("name", "某人")
        assert platform.verify().sound


def test_another_process_follows_a_rotation_within_the_store(store_url: str) -> None:
    with open_platform(store_url) as one, open_platform(store_url) as other:
        first = sealed(one)
        other.persons.rotate_master(reason="泄露", actor="li")
        second = sealed(one)
        with other.reading() as conn:
            assert other.vault.reveal(conn, second) == other.vault.reveal(conn, first) == ("name", "某人")


def test_a_key_may_lie_in_the_environment(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTER_OF_TEST", new_key())
    assert run(["key", "rotate-master", "--to", "env:MASTER_OF_TEST", "--reason", "移出", "--store", store_url]) == 0
    monkeypatch.setenv("ANBAO_VAULT_KEY", "env:MASTER_OF_TEST")
    with open_platform(store_url) as platform:
        sealed(platform)
    monkeypatch.setenv("MASTER_OF_TEST", new_key())
    with pytest.raises(Conflict):
        open_platform(store_url)


def test_a_key_may_lie_behind_a_service_and_never_reaches_the_store(
    store_url: str, key_service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_platform(store_url) as platform:
        first = sealed(platform)
        platform.persons.rotate_master(to=key_service, reason="移至密钥服务", actor="li")
    monkeypatch.setenv("ANBAO_VAULT_KEY", key_service)
    with open_platform(store_url) as platform:
        platform.run(lambda work: platform.vault.seal_values(work.conn, [("merchant:m2", "name", "他人")]))
        with platform.reading() as conn:
            assert platform.vault.reveal(conn, first) == ("name", "某人")
            assert not list(platform.vault.altered(conn))
            stored = b"".join(bytes(value) for (value,) in sql(conn, "SELECT value FROM meta").all())
        assert bytes(range(32)) not in stored
        assert b"kms/alias/anbao" in stored


def test_what_is_bound_to_one_person_is_not_unwrapped_for_another(key_service: str) -> None:
    master = master_at(key_service)
    [wrapped] = master.wrap([("merchant:m1", bytes(32))])
    assert master.unwrap([("merchant:m1", wrapped)]) == [bytes(32)]
    with pytest.raises(StoreError):
        master.unwrap([("merchant:m2", wrapped)])


def test_a_service_that_does_not_answer_stops_the_opening(
    store_url: str, key_service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_platform(store_url) as platform:
        platform.persons.rotate_master(to=key_service, reason="移至密钥服务", actor="li")
    monkeypatch.setenv("ANBAO_VAULT_KEY", "http://127.0.0.1:9")
    with pytest.raises(StoreError, match="key service"):
        open_platform(store_url)
