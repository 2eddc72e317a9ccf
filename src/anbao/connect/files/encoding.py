"""How the bytes of a file are to be read, and how those of UTF-16 become UTF-8."""

import codecs
from typing import BinaryIO, Literal

from anbao.connect.files.records import Encoding

Wide = Literal["utf-16-le", "utf-16-be"]

_BLOCK = 1024 * 1024


def detect_encoding(head: bytes, *, whole: bool) -> Encoding:
    """UTF-8, unless most lines that are not ASCII are GB18030 and not UTF-8, or Big5 and neither of these.

    ``whole``: ``head`` is all of the file.
    """
    lines = head.split(b"\n")
    foreign = [line for line in (lines if whole or len(lines) == 1 else lines[:-1]) if not line.isascii()]
    best: Encoding = "utf-8"
    readable = sum(_decodes(line, "utf-8") for line in foreign)
    if readable * 2 >= len(foreign):
        return best
    others: tuple[Encoding, ...] = ("gb18030", "big5hkscs")
    for other in others:
        if (found := sum(_decodes(line, other) for line in foreign)) > readable:
            best, readable = other, found
    return best


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def wide_encoding(head: bytes) -> Wide | None:
    """UTF-16 by its byte order mark, or without one by the zero bytes of its ASCII characters."""
    if head.startswith(codecs.BOM_UTF16_LE) and not head.startswith(codecs.BOM_UTF32_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    for encoding, end in (("utf-16-le", b"\n\0"), ("utf-16-be", b"\0\n")):
        low = 1 if encoding == "utf-16-le" else 0
        if head.count(0) > len(head) // 20 and end in head and head[low::2].count(0) > 9 * head[1 - low :: 2].count(0):
            return encoding  # type: ignore[return-value]
    return None


class FromWide:
    """UTF-16 → UTF-8. What is no character becomes bytes that are no UTF-8, so that the cell is named later."""

    def __init__(self, encoding: Wide) -> None:
        self._encoding = encoding

    def __call__(self, given: BinaryIO, made: BinaryIO) -> None:
        decoder = codecs.getincrementaldecoder(self._encoding)("surrogatepass")
        first = True
        while block := given.read(_BLOCK):
            text = decoder.decode(block)
            made.write((text.removeprefix("\ufeff") if first else text).encode("utf-8", "surrogatepass"))
            first = False
        left, _ = decoder.getstate()
        if left:
            made.write(b"\xff")


class LineEnds:
    """Lines that end with a carriage return alone, as old spreadsheets write them → newlines."""

    def __call__(self, given: BinaryIO, made: BinaryIO) -> None:
        while block := given.read(_BLOCK):
            made.write(block.replace(b"\r", b"\n"))


class ToUtf8:
    """Another encoding → UTF-8; what cannot be read stays as it is, so that the cell is named later."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding

    def __call__(self, given: BinaryIO, made: BinaryIO) -> None:
        decoder = codecs.getincrementaldecoder(self._encoding)("surrogateescape")
        while block := given.read(_BLOCK):
            made.write(decoder.decode(block).encode("utf-8", "surrogateescape"))
        made.write(decoder.decode(b"", final=True).encode("utf-8", "surrogateescape"))
