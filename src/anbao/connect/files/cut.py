"""Cutting bytes into chunks of whole records, without decoding them.

The encodings that are read, UTF-8, GB18030 and Big5, never use the bytes of newline, quote, comma or tab inside another
character, so that cutting may work on bytes.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from anbao.connect.files.records import MAX_RECORD, Chunk, Format

BLOCK = 1024 * 1024
CHUNK_BYTES = 4 * 1024 * 1024
"""A chunk ends here even where it has fewer rows than asked for."""

_NEWLINE, _RETURN, _QUOTE = b'\n\r"'
_SPACE = 0x20

Offsets = NDArray[np.int64]


class Cutter(Protocol):
    """Knows where records end in one kind of file."""

    def ends(self, buffer: bytes, *, final: bool) -> Offsets:
        """Offsets behind each whole record of ``buffer``, which begins with one; ``final``: the file ends with it.

        A record that cannot be whole within ``MAX_RECORD`` is cut behind its first line.
        """
        ...

    def blank(self, record: bytes) -> bool:
        """Whether a record is a blank line, which is no row."""
        ...


class LineCutter:
    """One record per line: JSONL and plain text."""

    def ends(self, buffer: bytes, *, final: bool) -> Offsets:
        ends = _newlines(buffer) + 1
        return np.append(ends, len(buffer)) if final and _rest(buffer, ends) else ends

    def blank(self, record: bytes) -> bool:
        return not record.strip()


class CsvCutter:
    """Records after RFC 4180: a newline inside quotes belongs to the field.

    A quote opens a field only where the field begins. A field that is never closed, or whose closing quote has
    something else behind it, spoils its first line only: the next line begins a new record.
    """

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter.encode()
        self._fields = _fields_pattern(self._delimiter)

    def ends(self, buffer: bytes, *, final: bool) -> Offsets:
        ends = self._well_formed(buffer, final=final)
        return self._one_by_one(buffer, final=final) if ends is None else ends

    def blank(self, record: bytes) -> bool:
        return not record.strip(b"\r\n")

    def whole(self, record: bytes) -> bool:
        """Whether all quotes of a record are closed."""
        stop = self._stop(record, 0)
        return record[stop:] in (b"\n", b"\r\n", b"", b"\r")

    def _well_formed(self, buffer: bytes, *, final: bool) -> Offsets | None:
        """Ends by the parity of quotes, which is right where every quote stands where RFC 4180 wants it, else None."""
        newlines = _newlines(buffer)
        data = np.frombuffer(buffer, np.uint8)
        quotes = np.flatnonzero(data == _QUOTE)
        ends = newlines + 1
        if len(quotes):
            ends = ends[np.searchsorted(quotes, newlines) % 2 == 0]
            padded = np.concatenate(([_NEWLINE], data, [_NEWLINE, _NEWLINE]))
            before, after, next_after = padded[quotes[::2]], padded[quotes[1::2] + 2], padded[quotes[1::2] + 3]
            delimiter = self._delimiter[0]
            opens = (before == delimiter) | (before == _NEWLINE) | (before == _QUOTE)
            closes = (after == delimiter) | (after == _NEWLINE) | (after == _QUOTE)
            closes |= (after == _RETURN) & (next_after == _NEWLINE)
            if not (opens.all() and closes.all()):
                return None
        rest = _rest(buffer, ends)
        if rest > MAX_RECORD or (len(ends) and np.diff(ends, prepend=0).max() > MAX_RECORD):
            return None
        if final and rest:
            return None if len(quotes) % 2 else np.append(ends, len(buffer))
        return ends

    def _one_by_one(self, buffer: bytes, *, final: bool) -> Offsets:
        ends: list[int] = []
        start = 0
        while start < len(buffer):
            stop = self._stop(buffer, start)
            unread = buffer[stop : stop + 2]
            newline = buffer.find(b"\n", start)
            first_line = newline + 1 or (len(buffer) if final else 0)
            end = first_line
            if unread.startswith((b"\n", b"\r\n")):
                end = stop + unread.index(b"\n") + 1
            elif final and unread in (b"", b"\r"):
                end = len(buffer)
            elif not final and len(buffer) - start <= MAX_RECORD and (unread in (b"", b"\r") or unread[:1] == b'"'):
                break
            if end - start > MAX_RECORD:
                end = first_line
            if not end:
                break
            ends.append(end)
            start = end
        return np.array(ends, np.int64)

    def _stop(self, buffer: bytes, start: int) -> int:
        """Where the fields from ``start`` on stop being well formed: at the end of a record if all is well."""
        found = self._fields.match(buffer, start)
        return found.end() if found else start


class GroupCutter:
    """CSV records of which some belong to the one above: a product and its variants are one record.

    A row belongs to the product above where its title is empty and its handle is empty or the product's.
    """

    def __init__(self, cutter: CsvCutter, layout: Format) -> None:
        self._cutter = cutter
        handle, title = layout.group or (0, 0)
        self._handle, self._title = handle, title
        mark = re.escape(layout.delimiter.encode())
        self._cell = re.compile(rb'(?:"((?:[^"]++|"")*+)"|([^%b\r\n]*+))(%b|\r?\n|\Z)' % (mark, mark))

    def ends(self, buffer: bytes, *, final: bool) -> Offsets:
        ends = self._cutter.ends(buffer, final=final)
        last: list[int] = []
        start = began = 0
        of: bytes | None = None
        for end in ends.tolist():
            record = buffer[start:end]
            if not (self.blank(record) and of is not None):
                handle, title = self._named(record)
                if title or handle not in (b"", of) or of is None or end - began > MAX_RECORD:
                    if start:
                        last.append(start)
                    began, of = start, handle
            start = end
        if start and (final or len(buffer) - began > MAX_RECORD):
            last.append(start)
        return np.array(last, np.int64)

    def blank(self, record: bytes) -> bool:
        return self._cutter.blank(record)

    def _named(self, record: bytes) -> tuple[bytes, bytes]:
        """The handle and the title of a record."""
        cells: list[bytes] = []
        at = 0
        while len(cells) <= max(self._handle, self._title) and (found := self._cell.match(record, at)):
            quoted, plain, separator = found.groups()
            cells.append((plain if quoted is None else quoted).strip())
            at = found.end()
            if separator in (b"", b"\n", b"\r\n"):
                break
        cells += [b""] * (max(self._handle, self._title) + 1 - len(cells))
        return cells[self._handle], cells[self._title]


@cache
def _fields_pattern(delimiter: bytes) -> re.Pattern[bytes]:
    mark = re.escape(delimiter)
    field = rb'(?:"(?:[^"]++|"")*+"|[^"\n%b][^\n%b]*+|)' % (mark, mark)
    return re.compile(rb"%b(?:%b%b)*+" % (field, mark, field))


def cutter_for(layout: Format) -> Cutter:
    if layout.kind != "csv":
        return LineCutter()
    cutter = CsvCutter(layout.delimiter)
    return GroupCutter(cutter, layout) if layout.group else cutter


def cut(stream: BinaryIO, cutter: Cutter, position: int, row: int, line: int, rows: int) -> Iterator[Chunk]:
    """Chunks of ``rows`` rows from ``position`` on, where data row ``row`` begins in physical line ``line``.

    A chunk has fewer rows at the end of the file, beside an oversize row, and beyond ``CHUNK_BYTES``.
    """
    stream.seek(position)
    buffer = b""
    final = False
    while not final:
        block = stream.read(BLOCK)
        final = not block
        buffer += block
        cuts = Cuts.of(buffer, cutter, final=final)
        if not len(cuts.ends):
            if len(buffer) > MAX_RECORD:
                beginning = buffer[:MAX_RECORD]
                length, newlines, buffer = _skip_line(stream, len(buffer))
                position += length
                yield Chunk(row, line, 1, beginning, position, line + newlines, True)
                row, line = row + 1, line + newlines
            continue
        crowded = final or cuts.ends[-1] >= CHUNK_BYTES or _rest(buffer, cuts.ends) > MAX_RECORD
        start = taken = newlines = 0
        for stop in cuts.stops(rows, all_of_them=crowded):
            end = int(cuts.ends[stop - 1])
            count = int(cuts.rows[stop - 1]) - taken
            lines = int(cuts.newlines[stop - 1]) - newlines
            oversize = bool(cuts.sizes[stop - 1] > MAX_RECORD)
            if count:
                payload = buffer[start : start + MAX_RECORD] if oversize else buffer[start:end]
                yield Chunk(row, line, count, payload, position + end, line + lines, oversize)
            row, line = row + count, line + lines
            start, taken, newlines = end, taken + count, newlines + lines
        position += start
        buffer = buffer[start:]


class Cuts(NamedTuple):
    """The records of one buffer: where each ends, its size, and rows and newlines counted up to its end."""

    ends: Offsets
    sizes: Offsets
    rows: Offsets
    newlines: Offsets

    @classmethod
    def of(cls, buffer: bytes, cutter: Cutter, *, final: bool) -> "Cuts":
        ends = cutter.ends(buffer, final=final)
        starts = np.append(0, ends[:-1]) if len(ends) else ends
        sizes = ends - starts
        filled = np.ones(len(ends), np.int64)
        data = np.frombuffer(buffer, np.uint8)
        for index in np.flatnonzero((data[starts] <= _SPACE) & (sizes <= MAX_RECORD)):
            filled[index] = not cutter.blank(buffer[starts[index] : ends[index]])
        return cls(ends, sizes, filled.cumsum(), np.searchsorted(_newlines(buffer), ends))

    def stops(self, rows: int, *, all_of_them: bool) -> Iterator[int]:
        """Numbers of records behind which a chunk ends: each ``rows`` rows, and on both sides of an oversize record.

        What remains behind the last is too little for a chunk, and is saved for the next buffer unless ``all_of_them``.
        """
        total = len(self.ends)
        borders = sorted({*(self.sizes > MAX_RECORD).nonzero()[0].tolist(), total})
        stop = 0
        for border in borders:
            while stop < border:
                taken = int(self.rows[stop - 1]) if stop else 0
                full = int(np.searchsorted(self.rows, taken + rows)) + 1
                if full > border:
                    if border == total and not all_of_them:
                        return
                    full = border
                stop = full
                yield stop
            if border < total:
                stop = border + 1
                yield stop


def _skip_line(stream: BinaryIO, read: int) -> tuple[int, int, bytes]:
    """The length of a line of which ``read`` bytes are known, its newlines (1, or 0), and what was read behind it."""
    while block := stream.read(BLOCK):
        newline = block.find(b"\n")
        if newline >= 0:
            return read + newline + 1, 1, block[newline + 1 :]
        read += len(block)
    return read, 0, b""


def _newlines(buffer: bytes) -> Offsets:
    return np.flatnonzero(np.frombuffer(buffer, np.uint8) == _NEWLINE)


def _rest(buffer: bytes, ends: Offsets) -> int:
    """Bytes behind the last record."""
    return len(buffer) - int(ends[-1]) if len(ends) else len(buffer)
