"""DER (ITU-T X.690), as far as certificates and timestamp tokens need it. Definite lengths, at most 2**32 bytes."""

from typing import NamedTuple

from anbao.prove.pack.standalone.refusal import PackRefused

INTEGER, BITS, OCTETS, OID = 0x02, 0x03, 0x04, 0x06
SEQUENCE, SET = 0x30, 0x31
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18


class DerNode(NamedTuple):
    """One value: its tag, its content, and its whole bytes."""

    tag: int
    content: bytes
    whole: bytes

    def children(self) -> list["DerNode"]:
        """Returns the values within. Raises PackRefused."""
        return read_all(self.content)

    def expect(self, tag: int) -> "DerNode":
        """Returns itself. Raises PackRefused for another tag."""
        if self.tag != tag:
            raise malformed()
        return self

    def number(self) -> int:
        """Returns an integer. Raises PackRefused."""
        return int.from_bytes(self.expect(INTEGER).content, "big", signed=True)

    def oid(self) -> str:
        """Returns an object identifier in dotted form. Raises PackRefused."""
        parts, value = [], 0
        for byte in self.expect(OID).content:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                parts.append(value)
                value = 0
        if not parts:
            raise malformed()
        first = min(parts[0] // 40, 2)
        return ".".join(str(part) for part in (first, parts[0] - 40 * first, *parts[1:]))


def malformed() -> PackRefused:
    """Returns what is raised for bytes that are not DER of the expected form."""
    return PackRefused("证书或时间戳令牌的编码有误", "a certificate or timestamp token is not well-formed DER")


def read_all(data: bytes) -> list[DerNode]:
    """Returns the values that stand one after another. Raises PackRefused."""
    found = []
    while data:
        one = read_one(data)
        found.append(one)
        data = data[len(one.whole) :]
    return found


def read_one(data: bytes) -> DerNode:
    """Returns the value that the bytes begin with. Raises PackRefused."""
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise malformed()
    length, at = data[1], 2
    if length & 0x80:
        width = length & 0x7F
        if not 1 <= width <= 4 or len(data) < 2 + width:
            raise malformed()
        length, at = int.from_bytes(data[2 : 2 + width], "big"), 2 + width
    if len(data) < at + length:
        raise malformed()
    return DerNode(data[0], data[at : at + length], data[: at + length])
