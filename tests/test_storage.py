"""Object storage: a local folder, and an S3-compatible server over HTTP."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from anbao.connect.storage import STORAGE_VARIABLE, ObjectStorage, open_storage, storage_for
from anbao.errors import InvalidInput, NotFound, StoreError, Tampered

AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """The URL of a server that speaks S3, with a bucket ``evidence``."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    httpx.put(f"{url}/evidence", trust_env=False).raise_for_status()
    yield url
    server.stop()


@pytest.fixture(params=["file", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectStorage:
    if request.param == "file":
        return open_storage(f"file://{tmp_path}/objects")
    for name, value in {**AWS, "AWS_ENDPOINT_URL": request.getfixturevalue("s3_server")}.items():
        monkeypatch.setenv(name, value)
    return open_storage("s3://evidence/anbao")


def test_bytes_come_back_under_their_sha256(storage: ObjectStorage) -> None:
    data = b"a photograph \x00\xff"
    digest = storage.put(data)
    assert digest == sha256(data).hexdigest()
    assert storage.get(digest) == data
    assert storage.put(data) == digest
    assert storage.has(digest)


def test_what_was_never_put_is_not_found(storage: ObjectStorage) -> None:
    missing = sha256(b"never").hexdigest()
    assert not storage.has(missing)
    with pytest.raises(NotFound):
        storage.get(missing)


def test_what_was_deleted_is_gone_and_deleting_twice_is_no_error(storage: ObjectStorage) -> None:
    digest = storage.put(b"to be erased")
    storage.delete(digest)
    storage.delete(digest)
    assert not storage.has(digest)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=5_000))
def test_any_bytes_come_back_as_they_were(storage: ObjectStorage, data: bytes) -> None:
    assert storage.get(storage.put(data)) == data


def test_altered_bytes_are_noticed(tmp_path: Path) -> None:
    storage = open_storage(f"file://{tmp_path}")
    digest = storage.put(b"as it was")
    [path] = tmp_path.rglob(digest)
    path.write_bytes(b"as it was not")
    with pytest.raises(Tampered):
        storage.get(digest)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_only_a_sha256_is_a_name(tmp_path: Path, digest: str) -> None:
    with pytest.raises(InvalidInput):
        open_storage(f"file://{tmp_path}").get(digest)


@pytest.mark.parametrize("url", ["", "objects", "ftp://host/x", "s3://", "file://"])
def test_an_unknown_url_says_what_is_known(url: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        open_storage(url)
    assert raised.value.hint is not None


def test_a_server_that_is_away_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**AWS, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StoreError, match="not available"):
        open_storage("s3://evidence").put(b"x")


def test_by_default_objects_lie_beside_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(STORAGE_VARIABLE, raising=False)
    storage_for(f"sqlite:///{tmp_path}/anbao.db").put(b"x")
    assert [path.name for path in (tmp_path / "anbao.db.objects").rglob("*") if path.is_file()]
    monkeypatch.setenv(STORAGE_VARIABLE, f"file://{tmp_path}/elsewhere")
    storage_for(f"sqlite:///{tmp_path}/anbao.db").put(b"x")
    assert (tmp_path / "elsewhere").is_dir()
