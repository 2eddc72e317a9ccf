"""The zip archive of a pack, read strictly: stored files only, one after another, no gaps, no extras.

Ordinary readers of zip take names and sizes from one place and data from another; an archive that two of them read
differently is no evidence. Source: APPNOTE.TXT 6.3.10 (PKWARE), 4.3.
"""

import re
import struct
from zlib import crc32

from anbao.prove.pack.standalone.refusal import PackRefused

MOST_BYTES = 1 << 30
"""Bytes of an archive that are read: 1 GiB."""

_END = struct.Struct("<IHHHHIIH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def read_archive(data: bytes) -> dict[str, bytes]:
    """Returns the files by name, in their order. Raises PackRefused."""
    if len(data) > MOST_BYTES:
        raise PackRefused("文件超过 1 GiB，不予读取", "the file is larger than 1 GiB and is not read")
    if len(data) < _END.size or data[-_END.size :][:4] != b"PK\x05\x06":
        raise PackRefused("不是完整的证据包：压缩包结尾缺失", "not a whole pack: the end of the archive is missing")
    _, disk, first_disk, here, count, size, start, comment = _END.unpack(data[-_END.size :])
    if disk or first_disk or here != count or comment or start + size + _END.size != len(data):
        raise PackRefused("压缩包的目录与文件大小不符", "the directory of the archive does not fit its size")
    found: dict[str, bytes] = {}
    folded: set[str] = set()
    body = data[:start]
    at, place = start, 0
    for _ in range(count):
        if at + _CENTRAL.size > len(data):
            raise PackRefused("压缩包的目录被截断", "the directory of the archive is cut off")
        fields = _CENTRAL.unpack_from(data, at)
        magic, flags, method, crc, stored, length = (fields[i] for i in (0, 3, 4, 7, 8, 9))
        name_size, extra, remark, offset = fields[10], fields[11], fields[12], fields[16]
        raw = data[at + _CENTRAL.size : at + _CENTRAL.size + name_size]
        at += _CENTRAL.size + name_size + extra + remark
        name = raw.decode("utf-8", "replace")
        if magic != 0x02014B50:
            raise PackRefused("压缩包的目录无法读取", "the directory of the archive cannot be read")
        if not _NAME.fullmatch(name) or len(name) > 200:
            raise PackRefused(
                f"压缩包内的文件名不安全（可能写到包外）：{name!r}",
                f"the archive holds an unsafe file name, which may lead out of the folder: {name!r}",
            )
        if name in found or name.lower() in folded:
            raise PackRefused(f"文件名重复：{name}", f"the archive holds the name {name} twice")
        if method or stored != length:
            raise PackRefused(
                f"{name} 是压缩存放的（可能是压缩炸弹）；证据包只直接存放",
                f"{name} is compressed, which may be a zip bomb; a pack only stores its files",
            )
        if flags & ~0x800 or extra or remark or offset != place:
            raise PackRefused(f"压缩包中 {name} 前后有多余内容", f"the archive holds something else around {name}")
        found[name], place = _stored(body, name, raw, (flags, crc, length), place)
        folded.add(name.lower())
    if at != start + size or place != start:
        raise PackRefused("压缩包中有目录之外的内容", "the archive holds what its directory does not list")
    return found


def _stored(data: bytes, name: str, raw: bytes, stated: tuple[int, int, int], place: int) -> tuple[bytes, int]:
    """Returns one file out of its own header, which must say what the directory says, and where the next begins."""
    if place + _LOCAL.size > len(data):
        raise PackRefused(f"压缩包中缺少 {name}", f"the archive lacks {name}")
    fields = _LOCAL.unpack_from(data, place)
    flags, crc, length = stated
    begin = place + _LOCAL.size + len(raw)
    header = (fields[0], fields[2], fields[3], fields[6], fields[7], fields[8], fields[9], fields[10])
    if header != (0x04034B50, flags, 0, crc, length, length, len(raw), 0) or data[begin - len(raw) : begin] != raw:
        raise PackRefused(f"{name} 的两处文件头不一致", f"the two headers of {name} disagree")
    content = data[begin : begin + length]
    if len(content) != length or crc32(content) != crc:
        raise PackRefused(f"{name} 已损坏：校验和不符", f"{name} is damaged: its checksum does not fit")
    return content, begin + length
