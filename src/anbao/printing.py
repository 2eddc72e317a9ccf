"""Text from others, made safe where it is shown: terminals, logs, spreadsheets.

What was stored stays as it was given; only what is written out is changed.

- A terminal obeys control characters: escape sequences move the cursor, hide text or set links (ECMA-48, OSC 8), and
  bidirectional overrides show text in another order than it is read in (UAX #9; CVE-2021-42574).
- A line of a log ends where a line separator stands, so that one in a path would begin a line of its own.
- A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula (OWASP, CSV Injection).
"""

import re

_CONTROL = (
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional marks, embeddings, overrides, isolates
    "\u2028\u2029"  # line and paragraph separator
    "\ud800-\udfff"  # half of a surrogate pair: cannot be encoded
)
_UNSAFE = re.compile(f"[{_CONTROL}]")
_UNSAFE_BLOCK = re.compile(f"(?![\n\t])[{_CONTROL}]")
_UNSAFE_JSON = re.compile(
    rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]"  # the same, as UTF-8
)
_HARMLESS = bytes(code for code in range(256) if code not in (0x7F, 0xC2, 0xD8, 0xE2))
"""Bytes that begin none of these: a line without the others, which is most, is passed on as it is."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?", re.ASCII)


def visible(text: str) -> str:
    """One line of text in which nothing steers a terminal: ESC as ``␛``, an override as ``\\u202e``."""
    return _UNSAFE.sub(_shown, text)


def visible_block(text: str) -> str:
    """As ``visible``, for text of several lines: newlines and tabs stay."""
    return _UNSAFE_BLOCK.sub(_shown, text)


def visible_json(data: bytes) -> bytes:
    """JSON with what an encoder leaves as it is (DEL, C1, bidirectional marks) as ``\\u`` escapes: the same value.

    Such characters stand only within strings of well-formed JSON (RFC 8259, 7), where an escape means the same.
    """
    return _UNSAFE_JSON.sub(_escaped, data) if data.translate(None, _HARMLESS) else data


def spreadsheet_cell(text: str) -> str:
    """A CSV cell that no spreadsheet takes for a formula: an apostrophe before it (OWASP). Numbers stay numbers."""
    shown = visible_block(text.replace("\r\n", "\n"))
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{shown}"
    return shown


def _shown(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"\\u%04x" % ord(found.group().decode())
