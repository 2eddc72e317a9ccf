"""Publishing the log as static files (C2SP tlog-tiles), which any web server can offer and anyone can verify.

Invariants: ``checkpoint`` is written last, so that a reader never meets one whose tiles are missing; a full tile or
bundle is written once; each file appears whole (written beside its place, synced, renamed).
"""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from anbao.errors import Conflict, Tampered
from anbao.ledger.log import Ledger, tile_reader
from anbao.ledger.merkle import HASH_SIZE
from anbao.ledger.note import open_checkpoint
from anbao.ledger.tiles import TILE_WIDTH, entries_path, tile_path
from anbao.store import Connection
from anbao.store.bulk import sql
from anbao.text import Text

CHECKPOINT_FILE = "checkpoint"
KEY_FILE = "key.txt"


class Exported(msgspec.Struct, frozen=True):
    """What an export left in the directory: the entries it holds, and the files written this time."""

    entries: int
    written: int


def export(conn: Connection, directory: Path, ledger: Ledger) -> Exported:
    """Write the log up to its latest checkpoint; what stands in the directory is extended.

    Raises Conflict where there is no checkpoint yet or the directory holds another log, Tampered where the log does not
    extend what was exported before.
    """
    note = ledger.latest_checkpoint(conn)
    if note is None:
        raise Conflict(
            Text("还没有检查点，无可导出", "there is no checkpoint yet, so there is nothing to export"),
            hint=Text("先签署检查点", "make a checkpoint first"),
        )
    size = open_checkpoint(note, ledger.verifier).size
    before = _exported_before(conn, directory, ledger, size)
    written = 0
    for path, data in _files(conn, directory, size):
        _write(directory / path, data)
        written += 1
    _write(directory / KEY_FILE, f"{ledger.verifier}\n".encode())
    _write(directory / CHECKPOINT_FILE, note.encode())
    _remove_outgrown(directory, before, size)
    return Exported(size, written)


def bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: each entry preceded by its length as a big-endian uint16."""
    return b"".join([len(data).to_bytes(2, "big") + data for data in entries])


def tiles_of(size: int) -> Iterable[tuple[int, int, int]]:
    """(level, n, width) of all tiles of a tree of ``size`` leaves; only the last of a level may be partial."""
    level = 0
    while size:
        for n in range(-(-size // TILE_WIDTH)):
            yield level, n, min(TILE_WIDTH, size - n * TILE_WIDTH)
        level, size = level + 1, size // TILE_WIDTH


def _files(conn: Connection, directory: Path, size: int) -> Iterable[tuple[str, bytes]]:
    tiles = tile_reader(conn)
    for level, n, width in tiles_of(size):
        if level == 0 and not (directory / (path := entries_path(n, width))).exists():
            start = n * TILE_WIDTH
            rows = sql(
                conn, "SELECT data FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx", (start, start + width)
            ).all()
            if len(rows) != width:
                raise _missing(f"{start}…{start + width - 1}")
            yield path, bundle(bytes(data) for (data,) in rows)
        if not (directory / (path := tile_path(level, n, width))).exists():
            hashes = tiles(level, n)[: width * HASH_SIZE]
            if len(hashes) != width * HASH_SIZE:
                raise _missing(path)
            yield path, hashes


def _exported_before(conn: Connection, directory: Path, ledger: Ledger, size: int) -> int:
    """The number of entries that the directory already holds, of this log and no other."""
    file = directory / CHECKPOINT_FILE
    if not file.exists():
        return 0
    try:
        found = open_checkpoint(file.read_text(encoding="utf-8"), ledger.verifier)
    except Tampered as error:
        raise Conflict(
            Text(f"{directory} 中是另一个日志", f"{directory} holds another log"),
            hint=Text("换一个目录", "choose another directory"),
        ) from error
    if found.size > size or ledger.root(conn, found.size) != found.root:
        raise Tampered(
            Text(
                f"日志与先前导出的 {found.size} 条不符",
                f"the log does not extend the {found.size} entries exported before",
            ),
            hint=Text("运行 anbao verify 查找位置", "run anbao verify to find the place"),
        )
    return found.size


def _remove_outgrown(directory: Path, before: int, size: int) -> None:
    """Remove the partial tiles and bundles of the last export, now that wider ones stand beside them."""
    level = 0
    while before:
        n, width = divmod(before, TILE_WIDTH)
        if width and before != size:
            paths = [tile_path(level, n, width)] + ([entries_path(n, width)] if level == 0 else [])
            for path in paths:
                (directory / path).unlink(missing_ok=True)
        level, before, size = level + 1, before // TILE_WIDTH, size // TILE_WIDTH


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _missing(what: str) -> Tampered:
    return Tampered(
        Text(f"日志缺少 {what}", f"the log lacks {what}"),
        hint=Text("运行 anbao verify 查找位置", "run anbao verify to find the place"),
    )
