"""The walk along a log, leaf by leaf, that every verification makes: against its tiles and its checkpoints."""

from collections.abc import Iterable, Iterator
from heapq import merge
from typing import NamedTuple

from anbao.errors import AnbaoError
from anbao.ledger.merkle import HASH_SIZE, Frontier
from anbao.ledger.note import Verifier, open_checkpoint
from anbao.ledger.report import Broken, LedgerProblem
from anbao.ledger.tiles import TILE_BYTES, TILE_HEIGHT, TILE_WIDTH, TileReader, extend, tile_path
from anbao.text import Text


class Mark(NamedTuple):
    """A signed promise to meet on the way: at ``size`` the root is ``root``. ``where`` names the checkpoint."""

    size: int
    root: bytes
    where: str


def open_mark(note: str, verifier: Verifier, where: str) -> Mark:
    """Raises Broken where the signature does not hold."""
    try:
        checkpoint = open_checkpoint(note, verifier)
    except AnbaoError as error:
        raise Broken(error.what, where) from error
    return Mark(checkpoint.size, checkpoint.root, where)


class Walk:
    """State: ``size`` leaves met, ``covered`` of them under ``matched`` checkpoints; ``problem`` is the first found."""

    def __init__(self, tiles: TileReader) -> None:
        self.covered = 0
        self.matched = 0
        self.problem: LedgerProblem | None = None
        self._tiles = tiles
        self._edge: dict[int, bytes] = {}
        self._frontier = Frontier()
        self._marks: Iterator[Mark] = iter(())
        self._next: Mark | None = None

    @property
    def size(self) -> int:
        return self._frontier.size

    def root(self) -> bytes:
        return self._frontier.root()

    def go(self, leaves: Iterable[list[bytes]], marks: Iterable[Mark], held: Iterable[Mark]) -> None:
        """Meet all leaves, in runs of 256 (the last may be shorter), and all marks, each given by ascending size."""
        try:
            self._marks = merge(marks, held, key=lambda mark: mark.size)
            self._advance()
            self._meet()
            for run in leaves:
                self._add(run)
            self._finish()
        except Broken as broken:
            self.problem = broken.problem

    def _add(self, leaves: list[bytes]) -> None:
        for level, n, hashes in extend(self.size, self._edge, leaves):
            full = len(hashes) == TILE_BYTES
            if full or level == 0:
                self._compare(level, n, hashes)
            self._edge[level] = b"" if full else hashes
        for leaf in leaves:
            self._frontier.append(leaf)
            if self._next is not None and self._next.size == self.size:
                self._meet()

    def _finish(self) -> None:
        for level, hashes in self._edge.items():
            if level and hashes:
                self._compare(level, self.size >> (level + 1) * TILE_HEIGHT, hashes)
        if self._next is not None:
            raise Broken(
                Text(
                    f"日志被截短：签署检查点时有 {self._next.size} 条，现在只有 {self.size} 条",
                    f"the log was cut: {self._next.size} entries when the checkpoint was signed, {self.size} now",
                ),
                self._next.where,
                self.size,
            )

    def _advance(self) -> None:
        self._next = next(self._marks, None)

    def _meet(self) -> None:
        while self._next is not None and self._next.size == self.size:
            if self._next.root != self.root():
                raise Broken(
                    Text(
                        f"与签署的根哈希不符：第 {self.covered} 至 {self.size - 1} 号条目中有改动、增删或换位",
                        f"the signed root does not match: among entries {self.covered} to {self.size - 1} something was"
                        " altered, removed, inserted or reordered",
                    ),
                    self._next.where,
                    self.covered,
                )
            self.covered = self.size
            self.matched += 1
            self._advance()

    def _compare(self, level: int, n: int, hashes: bytes) -> None:
        stored = self._tiles(level, n)
        if stored == hashes:
            return
        have, want = len(stored) // HASH_SIZE, len(hashes) // HASH_SIZE
        pairs = range(0, min(len(stored), len(hashes)), HASH_SIZE)
        differ = (at for at in pairs if stored[at : at + HASH_SIZE] != hashes[at : at + HASH_SIZE])
        place = next(differ, min(len(stored), len(hashes))) // HASH_SIZE
        where = tile_path(level, n, want)
        if level:
            raise Broken(
                Text(
                    f"瓦片第 {place} 个哈希与其下条目不符",
                    f"hash {place} of the tile does not fit the entries below it",
                ),
                where,
                (n * TILE_WIDTH + place) << level * TILE_HEIGHT,
            )
        entry = n * TILE_WIDTH + place
        if place < min(have, want):
            raise Broken(
                Text(
                    f"第 {entry} 号条目与其哈希不符：条目或哈希被改动、删除或换位",
                    f"entry {entry} does not fit its hash: one of them was altered, removed or reordered",
                ),
                where,
                entry,
            )
        if have > want:
            raise Broken(
                Text(f"第 {entry} 号条目有哈希而无内容", f"entry {entry} has a hash, but is missing"), where, entry
            )
        raise Broken(Text(f"第 {entry} 号条目没有哈希", f"entry {entry} has no hash in the tile"), where, entry)
