"""Object storage: bytes under their SHA-256, in a local folder or an S3-compatible store.

- A local folder is made for its owner only; what lies in it is then out of others' reach, whatever its own mode.
- What was put is never overwritten by something else: the name of an object is the hash of its bytes.
- What is given back hashes to its name, or ``Tampered`` is raised.
"""

import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from anbao import localfiles
from anbao.errors import InvalidInput, NotFound, StoreError, Tampered
from anbao.store.url import sqlite_path
from anbao.text import Text

STORAGE_VARIABLE = "ANBAO_STORAGE"
"""``file:///folder`` or ``s3://bucket/prefix``; S3 is further set by the usual ``AWS_…`` variables."""

TIMEOUT = "30s"

_DIGEST = 64


class ObjectStorage:
    """Objects of one store. All methods may be called from several threads; they block."""

    def __init__(self, store: ObjectStore, where: str) -> None:
        self._store = store
        self.where = where

    def put(self, data: bytes) -> str:
        """Keep the bytes; their SHA-256 in hex. Raises StoreError."""
        digest = sha256(data).hexdigest()
        if not self.has(digest):
            try:
                obstore.put(self._store, _path(digest), data)
            except (BaseError, OSError) as error:
                raise self._failed(error) from error
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of this SHA-256. Raises NotFound, Tampered, StoreError."""
        try:
            data = bytes(obstore.get(self._store, _path(digest)).bytes())
        except FileNotFoundError:
            raise NotFound(
                Text(f"没有存储对象 {digest}", f"there is no stored object {digest}"), field="sha256"
            ) from None
        except (BaseError, OSError) as error:
            raise self._failed(error) from error
        if sha256(data).hexdigest() != digest:
            raise Tampered(Text(f"存储对象 {digest} 的内容被改动", f"the stored object {digest} was altered"))
        return data

    def has(self, digest: str) -> bool:
        """Whether these bytes are stored. Raises StoreError."""
        try:
            obstore.head(self._store, _path(digest))
        except FileNotFoundError:
            return False
        except (BaseError, OSError) as error:
            raise self._failed(error) from error
        return True

    def delete(self, digest: str) -> None:
        """Delete the bytes, where they are stored. Raises StoreError."""
        try:
            obstore.delete(self._store, _path(digest))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> StoreError:
        cause = str(error).strip().splitlines()[0]
        return StoreError(
            Text(
                f"对象存储 {self.where} 不可用：{cause}", f"the object storage {self.where} is not available: {cause}"
            ),
            hint=Text(f"检查 {STORAGE_VARIABLE} 与 AWS_… 设置", f"check {STORAGE_VARIABLE} and the AWS_… settings"),
        )


def open_storage(url: str) -> ObjectStorage:
    """``file:///folder`` (made where it is missing) or ``s3://bucket/prefix``. Raises InvalidInput, StoreError.

    An endpoint of ``http://`` (``AWS_ENDPOINT_URL``) is accepted, for stores within one's own walls.
    """
    scheme, sign, rest = url.partition("://")
    if sign and scheme == "file" and rest:
        try:
            localfiles.make_folder(Path(rest))
            return ObjectStorage(LocalStore(Path(rest), mkdir=True), url)
        except (BaseError, OSError) as error:
            raise StoreError(
                Text(f"打不开存储目录 {rest}：{error}", f"cannot open the folder {rest}: {error}")
            ) from error
    bucket, _, prefix = rest.partition("/")
    if not (sign and scheme == "s3" and bucket):
        raise InvalidInput(
            Text(f"不认识的对象存储地址：{url}", f"not an object storage URL: {url}"),
            hint=Text("用 file:///目录 或 s3://桶/前缀", "use file:///folder or s3://bucket/prefix"),
            field=STORAGE_VARIABLE,
        )
    options: dict[str, Any] = {"client_options": {"allow_http": True, "timeout": TIMEOUT}}
    try:
        return ObjectStorage(S3Store(bucket, prefix=prefix or None, **options), url)
    except BaseError as error:
        raise StoreError(Text(f"打不开对象存储 {url}：{error}", f"cannot open {url}: {error}")) from error


def storage_for(store_url: str) -> ObjectStorage:
    """The storage that ``ANBAO_STORAGE`` names; else a folder beside the SQLite file, or under the current folder."""
    if url := os.environ.get(STORAGE_VARIABLE):
        return open_storage(url)
    base = sqlite_path(store_url) or Path("anbao")
    return open_storage(f"file://{base.absolute().with_name(base.name + '.objects')}")


def _path(digest: str) -> str:
    if len(digest) != _DIGEST or not set(digest) <= set("0123456789abcdef"):
        raise InvalidInput(Text(f"不是 SHA-256：{digest}", f"not a SHA-256: {digest}"), field="sha256")
    return f"sha256/{digest[:2]}/{digest}"


def delete_from(store_url: str, digests: Iterable[str]) -> None:
    """Delete objects of the storage that belongs to a store. Raises StoreError."""
    storage = storage_for(store_url)
    for digest in digests:
        storage.delete(digest)
