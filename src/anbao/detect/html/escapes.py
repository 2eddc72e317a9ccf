r"""Ways of writing characters by others: character references, JSON escapes (``\u4eff``) and percent escapes (``%E4``).

Sources: HTML Standard §13.2.5.72–80 (character references), RFC 8259 §7 (JSON strings), RFC 3986 §2.1 (percent
escapes).
"""

import re
from collections.abc import Iterator
from html.entities import html5

from anbao.detect.html.pieces import Layer, Pieces

REFERENCE = re.compile(r"&(?:#(?:[xX][0-9a-fA-F]++|[0-9]++);?|[a-zA-Z][a-zA-Z0-9]{1,31};?)")
"""What may be a character reference."""

_LONGEST_LEGACY = max(len(name) for name in html5 if not name.endswith(";"))
_REPLACED = "\ufffd"

_JSON = re.compile(r'\s*+(?:[\[{]\s*+["\[{]|"(?s:.*)"\s*+\Z)')
_UNICODE = re.compile(r"\\{1,2}u(?:[0-9a-fA-F]{4}|\{[0-9a-fA-F]{1,6}\})|%u[0-9a-fA-F]{4}")
_JSON_ESCAPE = re.compile(_UNICODE.pattern + r'|\\[nrtbf/"\\]')
_LOW = re.compile(r"(?:\\{1,2}|%)u([dD][c-fC-F][0-9a-fA-F]{2})")
_SIMPLE = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": "\n", "/": "/", '"': '"', "\\": "\\"}

_PERCENT_RUN = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_HIGH_BYTE = re.compile(r"%[b-fB-F][0-9a-fA-F]%[89a-fA-F][0-9a-fA-F]")
_PERCENT_MARK = re.compile(r"%26(?:%23|#|[a-zA-Z]+(?:;|%3[bB]))|%3[cC](?:[a-zA-Z/!]|%2[fF1])|%5[cC]u[0-9a-fA-F]{4}")
_SEQUENCE = re.compile(
    rb"[\x00-\x7f]"
    rb"|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_GB2312 = re.compile(rb"[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe]")


def referred(found: str, *, in_value: bool = False, after: str = "") -> tuple[str, int] | None:
    """Returns the characters that a reference stands for and how much of ``found`` it is; None where it is none.

    ``in_value``: it stands in the value of an attribute, before ``after``.
    """
    if found[1] == "#":
        digits = found[2:].rstrip(";")
        number = digits[1:].lstrip("0") if digits[0] in "xX" else digits.lstrip("0")
        code = int(number or "0", 16 if digits[0] in "xX" else 10) if len(number) < 8 else 0
        return _character(code), len(found)
    name = found[1:]
    if name in html5 and name.endswith(";"):
        return html5[name], len(found)
    for length in range(min(len(name), _LONGEST_LEGACY), 1, -1):
        if name[:length] in html5:
            behind = name[length : length + 1] or after
            if in_value and (behind == "=" or (behind.isascii() and behind.isalnum())):
                return None
            return html5[name[:length]], length + 1
    return None


def _character(code: int) -> str:
    """The character of a number; HTML Standard §13.2.5.80."""
    if not code or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return _REPLACED
    if 0x80 <= code < 0xA0:
        try:
            return bytes([code]).decode("cp1252")
        except UnicodeDecodeError:
            return chr(code)
    return chr(code)


def is_json(text: str) -> bool:
    """Whether the text looks like a JSON document or a JSON string with escapes."""
    return "\\" in text and _JSON.match(text) is not None


def unescaped(text: str) -> Layer | None:
    """Returns the text with JSON and percent escapes read, or None where it holds none."""
    layer = _without_json(text)
    below = _without_percent(layer.text if layer else text)
    if below is None:
        return layer
    return below.below(layer)


def _without_json(text: str) -> Layer | None:
    if "\\" not in text and "%u" not in text:
        return None
    pattern = _JSON_ESCAPE if is_json(text) or "<\\/" in text or '=\\"' in text else _UNICODE
    pieces = Pieces()
    done = 0
    place = pattern.search(text)
    while place:
        start, end = place.span()
        written = place[0]
        char = _SIMPLE.get(written[1:])
        if char is None:
            code = int(written.lstrip("\\%").strip("u{}"), 16)
            low = _LOW.match(text, end) if 0xD800 <= code < 0xDC00 else None
            if low:
                code = 0x10000 + ((code - 0xD800) << 10) + (int(low[1], 16) - 0xDC00)
                end = low.end()
            char = chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else _REPLACED
        if start > done:
            pieces.literal(text[done:start], done)
        pieces.add(char, start, end)
        done = end
        place = pattern.search(text, end)
    if not pieces:
        return None
    pieces.literal(text[done:], done)
    return pieces.layer()


def _without_percent(text: str) -> Layer | None:
    """Escapes are read where one of them is no ASCII character, or where they write other marks."""
    if "%" not in text or not (_HIGH_BYTE.search(text) or _PERCENT_MARK.search(text)):
        return None
    pieces = Pieces()
    done = 0
    for found in _PERCENT_RUN.finditer(text):
        data = bytes.fromhex(found[0].replace("%", ""))
        for first, size, chars in _decoded(data):
            start = found.start() + 3 * first
            if start > done:
                pieces.literal(text[done:start], done)
            done = start + 3 * size
            pieces.add(chars, start, done)
    if not pieces:
        return None
    pieces.literal(text[done:], done)
    return pieces.layer()


def _decoded(data: bytes) -> Iterator[tuple[int, int, str]]:
    """The characters of these bytes: first byte, number of bytes, character. What is no character is left out.

    They are read as UTF-8; as GB 2312 where all of them fit it, and not all fit UTF-8 or only its shortest sequences.
    """
    pattern, coding = _SEQUENCE, "utf-8"
    sequences = _SEQUENCE.findall(data)
    if sum(map(len, sequences)) < len(data) or max(map(len, sequences)) == 2:
        chinese = _GB2312.findall(data)
        if sum(map(len, chinese)) == len(data):
            pattern, coding = _GB2312, "gb18030"
    for found in pattern.finditer(data):
        yield found.start(), len(found[0]), found[0].decode(coding, "replace")
