"""What others said of the checkpoint: timestamps and cosignatures. It may come later, and differ between two packs."""

from hashlib import sha256

import msgspec

from anbao.store import Connection

OUTSIDE = "outside/"
"""The folder of all files that do not belong to what two packs of the same matter have in common."""


class OutsideFile(msgspec.Struct, frozen=True):
    """One file of the outside list."""

    path: str
    sha256: str


class OutsideList(msgspec.Struct, frozen=True):
    """The file ``outside/manifest.json``."""

    files: tuple[OutsideFile, ...]


def outside_files(conn: Connection, size: int) -> dict[str, bytes]:
    """Returns what is known of the checkpoint of ``size`` entries from outside, with its own list of files."""
    files = _given(conn, size)
    listed = OutsideList(tuple(OutsideFile(name, sha256(files[name]).hexdigest()) for name in sorted(files)))
    return {**files, f"{OUTSIDE}manifest.json": msgspec.json.encode(listed)}


def _given(conn: Connection, size: int) -> dict[str, bytes]:
    return {}
