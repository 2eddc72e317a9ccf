"""The probe of pictures: a code, a known danger and a harmless picture are read, taken in, screened, and taken back.

Pictures that wait for long mean that nothing reads them: that is seen too.
"""

import io
from collections.abc import Callable
from functools import cache, partial

import numpy as np
import zxingcpp
from PIL import Image

from anbao.detect.picture.reading import read
from anbao.engine.core import Core, Probed
from anbao.engine.readmodels import pictures
from anbao.engine.work import Work
from anbao.model.base import JsonObject
from anbao.model.listing import Listing
from anbao.model.picture import PictureReading
from anbao.prevent.probes import ACTOR, Screen, trial_danger
from anbao.text import Text

Take = Callable[[Work, PictureReading], object]
"""The package's own method, done as ACTOR."""

PROBE = "anbao-probe-picture"
CONTACT = "加微信 abc12345 详谈"
PATIENCE = 3_600_000
"""Milliseconds that a picture may wait after it was due."""

_SIDE = 400

EXPECTED = {
    "code": ("review", "picture.code"),
    "contact": ("review", "contact"),
    "danger": ("block", "picture.hazard"),
    "harmless": ("pass", ""),
}
"""By picture: the outcome that is right, and the category of a finding (up to its first dot) that must be there."""


def try_pictures(core: Core, screen: Screen, take: Take) -> Probed:
    """A code is held, the contact in it found, a known danger blocked, a harmless picture passed; none waits long."""
    readings = {name: read(data) for name, data in _drawn().items()}
    seen = core.rehearse(partial(_try, screen, take, readings))
    wrong = [name for name, one in seen.items() if tuple(one) != ("yes", EXPECTED[name][0])]
    with core.reading() as conn:
        waiting = pictures.overdue(conn, core.clock() - PATIENCE)
    what: JsonObject = {"decided": {name: outcome for name, (_, outcome) in seen.items()}, "waiting": waiting}
    if not wrong and not waiting:
        why = Text("测试图片均判断正确", "all test pictures were decided rightly")
        return Probed(ok=True, why=why, seen=what)
    names = ", ".join(wrong) or "-"
    why = Text(
        f"判断错误：{names}；逾期未读取 {waiting} 张",
        f"decided wrongly: {names}; {waiting} wait to be read for too long",
    )
    return Probed(ok=False, why=why, seen=what)


def _try(screen: Screen, take: Take, readings: dict[str, PictureReading], work: Work) -> dict[str, tuple[str, str]]:
    """By picture: whether the finding is there, and the outcome."""
    work.append(trial_danger("picture", readings["danger"].pdq), actor=ACTOR)
    found: dict[str, tuple[str, str]] = {}
    for name, reading in readings.items():
        take(work, reading)
        listing = Listing(category="general", id=PROBE, pictures=(reading.picture,), title="探针商品")
        [answer] = screen(work, [listing])
        categories = {one.category for picture in answer.pictures for one in picture.findings}
        wanted = EXPECTED[name][1]
        there = (
            not categories if not wanted else any(one == wanted or one.startswith(f"{wanted}.") for one in categories)
        )
        found[name] = ("yes" if there else "no", answer.outcome)
    return found


@cache
def _drawn() -> dict[str, bytes]:
    """The test pictures, drawn."""
    return {
        "code": _file(_with_code(_shades(1), "anbao probe")),
        "contact": _file(_with_code(_shades(2), CONTACT)),
        "danger": _file(_shades(3)),
        "harmless": _file(_shades(4)),
    }


def _shades(seed: int) -> Image.Image:
    """Soft shades in colour, as of goods out of focus: no lettering, and never like those of another seed."""
    few = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    return Image.fromarray(few).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)


def _with_code(image: Image.Image, payload: str) -> Image.Image:
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode).to_image(scale=4)
    image.paste(Image.fromarray(np.array(code)).convert("RGB"), (20, 20))
    return image


def _file(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
