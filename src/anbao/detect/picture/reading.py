"""Bytes → what decisions need of them. A bad picture is a reading too, with its problem."""

from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version
from typing import TypeVar

import msgspec

from anbao.detect.picture.codes import MAX_CODES, read_codes
from anbao.detect.picture.decode import decode
from anbao.detect.picture.errors import BadPicture
from anbao.detect.picture.lettering import MAX_LINES, read_lines, text_likeness
from anbao.detect.picture.lettering import READER as TEXT_READER
from anbao.detect.picture.pdq import pdq
from anbao.model.picture import Code, Frame, PictureProblem, PictureReading, TextLine

READER = f"pdq 1, zxing-cpp {version('zxing-cpp')}"

MAX_WHY = 200

MOST_LETTERED = 3
"""Frames of a picture that moves whose text is read: those that look most like lettering."""

Written = TypeVar("Written", Code, TextLine)


def read(data: bytes, *, text: bool = False) -> PictureReading:
    """Hash, codes and likeness of text, in about 20 ms; with ``text`` also the lines of text, in about a second."""
    digest = sha256(data).hexdigest()
    try:
        picture = decode(data)
    except BadPicture as error:
        return unreadable(digest, error.problem, str(error), len(data))
    hashed = pdq(picture)
    frames = [picture]
    others: list[Frame] = []
    for number, image in picture.others:
        frame = msgspec.structs.replace(picture, image=image, others=())
        found = pdq(frame)
        if found.hash not in {hashed.hash, *(one.pdq for one in others)}:
            frames.append(frame)
            others.append(Frame(number=number, pdq=found.hash, quality=found.quality))
    likeness = [text_likeness(frame) for frame in frames]
    lettered = sorted(range(len(frames)), key=lambda place: -likeness[place])[:MOST_LETTERED]
    return PictureReading(
        codes=_distinct(code for frame in frames for code in read_codes(frame.gray(), frame.scale))[:MAX_CODES],
        format=picture.format,
        frames=picture.frames,
        height=picture.height,
        lines=_distinct(line for place in lettered for line in read_lines(frames[place]))[:MAX_LINES] if text else (),
        others=tuple(others),
        pdq=hashed.hash,
        picture=digest,
        quality=hashed.quality,
        reader=f"{READER}, {TEXT_READER}" if text else READER,
        size=len(data),
        text_like=max(likeness),
        text_read=text,
        width=picture.width,
    )


def _distinct(found: Iterable[Written]) -> tuple[Written, ...]:
    """Without what an earlier frame says in the same words, in the same place."""
    first: dict[tuple[str, int, int], Written] = {}
    for one in found:
        first.setdefault((one.text, one.box.left, one.box.top), one)
    return tuple(first.values())


def unreadable(digest: str, problem: PictureProblem, why: str, size: int = 0) -> PictureReading:
    """The reading of a picture that cannot be read."""
    return PictureReading(picture=digest, problem=problem, reader=READER, size=size, why=why[:MAX_WHY])
