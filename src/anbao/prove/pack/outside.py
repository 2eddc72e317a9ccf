"""What others said of the checkpoint: timestamps and cosignatures. It may come later, and differ between two packs."""

from hashlib import sha256

import msgspec

from anbao.ledger import search
from anbao.ledger.stamping import stamps_of
from anbao.ledger.witnessing import cosignatures_of, cosigned_note
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
    """Files are numbered: the name of an authority is the platform's own, and may be no name of a file."""
    files: dict[str, bytes] = {}
    for number, stamp in enumerate(stamps_of(conn, size), 1):
        files[f"{OUTSIDE}timestamps/{number:02d}.tsr"] = stamp.answer
        files[f"{OUTSIDE}timestamps/{number:02d}.pem"] = stamp.roots.encode()
    if lines := cosignatures_of(conn, size):
        note = search.note_of(conn, size)
        files[f"{OUTSIDE}checkpoint.note"] = cosigned_note(conn, note, size).encode()
        files[f"{OUTSIDE}witnesses.txt"] = "".join(f"{one.key}\n" for one in lines).encode()
    return files
