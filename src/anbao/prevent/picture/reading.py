"""Bytes → what decisions need of them. A bad picture is a reading too, with its problem."""

from hashlib import sha256
from importlib.metadata import version

from anbao.model.picture import PictureProblem, PictureReading
from anbao.prevent.picture.codes import read_codes
from anbao.prevent.picture.decode import decode
from anbao.prevent.picture.errors import BadPicture
from anbao.prevent.picture.lettering import READER as TEXT_READER
from anbao.prevent.picture.lettering import read_lines, text_likeness
from anbao.prevent.picture.pdq import pdq

READER = f"pdq 1, zxing-cpp {version('zxing-cpp')}"

MAX_WHY = 200


def read(data: bytes, *, text: bool = False) -> PictureReading:
    """Hash, codes and likeness of text, in about 20 ms; with ``text`` also the lines of text, in about a second."""
    digest = sha256(data).hexdigest()
    try:
        picture = decode(data)
    except BadPicture as error:
        return unreadable(digest, error.problem, str(error), len(data))
    hashed = pdq(picture)
    return PictureReading(
        codes=read_codes(picture.gray(), picture.scale),
        format=picture.format,
        frames=picture.frames,
        height=picture.height,
        lines=read_lines(picture) if text else (),
        pdq=hashed.hash,
        picture=digest,
        quality=hashed.quality,
        reader=f"{READER}, {TEXT_READER}" if text else READER,
        size=len(data),
        text_like=text_likeness(picture),
        text_read=text,
        width=picture.width,
    )


def unreadable(digest: str, problem: PictureProblem, why: str, size: int = 0) -> PictureReading:
    """The reading of a picture that cannot be read."""
    return PictureReading(picture=digest, problem=problem, reader=READER, size=size, why=why[:MAX_WHY])
