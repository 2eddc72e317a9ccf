"""Parquet files, handed out as JSONL.

polars writes it faster than Python could build rows, and workers need no polars, whose threads do not survive a fork.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from anbao.connect.files.cut import Cuts, LineCutter
from anbao.connect.files.headers import choose_columns
from anbao.connect.files.records import MAX_RECORD, Chunk, Format, Mapping
from anbao.connect.files.source import Source, short_digest
from anbao.errors import InvalidInput
from anbao.text import Text

_FIRST_SLICE = 2_000
_SLICE_BYTES = 16 * 1024 * 1024
_SLICE_ROWS = 50_000


class ParquetSource(Source):
    """A chunk's ``position`` is the number of rows before the next one; its lines are its rows."""

    def __init__(self, path: Path, mapping: Mapping | None) -> None:
        try:
            self._frame = pl.scan_parquet(path)
            schema = self._frame.collect_schema()
            self._rows = int(self._frame.select(pl.len()).collect().item())
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            raise _unreadable(path) from error
        self._binary = [name for name, kind in schema.items() if kind == pl.Binary]
        chosen = choose_columns(schema.names(), mapping)
        super().__init__(path, Format("parquet", tuple(schema.names()), ids=short_digest(path)), chosen)

    @property
    def end(self) -> int:
        return self._rows

    def chunks(self, position: int = 0, first_row: int = 1, first_line: int = 1, rows: int = 1000) -> Iterator[Chunk]:
        height = _FIRST_SLICE
        while position < self._rows:
            try:
                frame = self._readable(self._frame.slice(position, height).collect())
                frame.write_ndjson(stream := io.BytesIO())
            except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
                raise _unreadable(self.path) from error
            written = stream.getvalue()
            cuts = Cuts.of(written, LineCutter(), final=True)
            first = start = 0
            for last in cuts.stops(rows, all_of_them=True):
                end = int(cuts.ends[last - 1])
                oversize = bool(cuts.sizes[last - 1] > MAX_RECORD)
                row = position + first + 1
                after = position + last
                payload = written[start : start + MAX_RECORD] if oversize else written[start:end]
                yield Chunk(row, row, last - first, payload, after, after + 1, oversize)
                first, start = last, end
            position += frame.height
            height = min(max(_SLICE_BYTES * frame.height // len(written), 1), _SLICE_ROWS)

    def _readable(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Some writers store text as bytes; bytes that are no text are left out."""
        return frame.with_columns(
            pl.Series(name, [_decoded(value) for value in frame[name]], pl.String) for name in self._binary
        )


def _decoded(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def _unreadable(path: Path) -> InvalidInput:
    return InvalidInput(
        Text(f"无法读取 Parquet 文件 {path.name}。", f"The Parquet file {path.name} cannot be read."),
        hint=Text(
            "文件可能已损坏，或含有无法表示为文字的嵌套二进制列；请重新导出，或改用 CSV、JSONL。",
            "It may be damaged, or have nested binary columns; export it again, or as CSV or JSONL.",
        ),
        field="file",
    )
