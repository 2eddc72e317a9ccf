"""``anbao picture``: reads picture files and says what is found in them, without entering anything."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anbao import localfiles
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, emit
from anbao.errors import InvalidInput
from anbao.text import Text, system_language

if TYPE_CHECKING:
    from anbao.model.picture import PictureFinding, PictureReading, PictureScreened
    from anbao.prevent.pictures.service import Look

COLUMNS = (
    Column("file", Text("文件", "file")),
    Column("outcome", Text("处理决定", "outcome")),
    Column("findings", Text("发现", "findings")),
    Column("size", Text("尺寸", "size")),
    Column("pdq", Text("PDQ 指纹", "PDQ hash")),
    Column("quality", Text("质量", "quality")),
)
DETAILS = (
    *COLUMNS,
    Column("picture", Text("SHA-256", "SHA-256")),
    Column("reasons", Text("理由", "reasons")),
    Column("codes", Text("二维码、条码", "codes")),
    Column("lines", Text("文字", "text")),
    Column("problem", Text("问题", "problem")),
)
PRINTS = (
    Column("file", Text("文件", "file")),
    Column("kind", Text("种类", "kind")),
    Column("value", Text("指纹", "hash")),
)


@click.command(
    help=t(
        "检查图片文件：感知指纹、二维码、文字及其中的发现（不入账）",
        "examine picture files: hash, codes, text, and what is found in them (nothing is entered)",
    )
)
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
@click.option("--text/--no-text", default=True, help=t("识别图中文字（每张约一秒）", "read the text (a second each)"))
@click.option(
    "--fingerprints",
    is_flag=True,
    help=t("输出危险图片及其常见变形的指纹", "print the hashes of a danger's picture and its likely disguises"),
)
@store_option
@format_option()
def command(files: tuple[Path, ...], text: bool, fingerprints: bool, store_url: str | None, output_format: str) -> int:
    """With a store its lexicon, policy and confirmed dangers are used, else the pack's. Exit status 1: findings."""
    if fingerprints:
        emit(_prints(files), PRINTS, output_format, system_language())
        return 0
    found = 0

    def rows(look: "Look") -> Iterator[Mapping[str, object]]:
        nonlocal found
        from anbao.detect.picture.reading import read

        for file in files:
            reading = read(localfiles.read(file), text=text)
            decision = look(reading)
            found += bool(decision.findings)
            yield _row(file, reading, decision, output_format)

    columns = COLUMNS if output_format == "table" else DETAILS
    if store_url:
        with open_store_option(store_url) as platform, platform.reading() as conn:
            emit(rows(platform.prevent.pictures.looking(conn)), columns, output_format, system_language())
    else:
        from anbao.law.paths import default_pack_path
        from anbao.prevent.pictures.service import look_by_pack

        emit(rows(look_by_pack(default_pack_path())), columns, output_format, system_language())
    return 1 if found else 0


def _prints(files: tuple[Path, ...]) -> Iterator[Mapping[str, object]]:
    from anbao.detect.picture.decode import decode
    from anbao.detect.picture.errors import BadPicture
    from anbao.detect.picture.variants import variants

    for file in files:
        try:
            hashes = variants(decode(localfiles.read(file)))
        except BadPicture as error:
            raise InvalidInput(
                Text(f"{file} 无法读取：{error}", f"{file} cannot be read: {error}"),
                hint=Text("接受 JPEG、PNG、WEBP、GIF、BMP", "JPEG, PNG, WEBP, GIF and BMP are taken"),
            ) from error
        for value in hashes:
            yield {"file": str(file), "kind": "picture", "value": value}


def _row(file: Path, reading: "PictureReading", decision: "PictureScreened", form: str) -> Mapping[str, object]:
    plain = form in ("table", "csv")
    return {
        "file": str(file),
        "outcome": decision.outcome,
        "findings": [_written(one) for one in decision.findings] if plain else decision.findings,
        "size": f"{reading.width}×{reading.height}" if reading.width else "",
        "pdq": reading.pdq,
        "quality": reading.quality,
        "picture": reading.picture,
        "reasons": decision.reasons,
        "codes": [one.text for one in reading.codes] if plain else reading.codes,
        "lines": [one.text for one in reading.lines] if plain else reading.lines,
        "problem": reading.problem,
    }


def _written(one: "PictureFinding") -> str:
    """The finding for a person: what, and where in the picture."""
    what = one.surface or one.text or one.term
    place = f" @{one.box.left},{one.box.top}-{one.box.right},{one.box.bottom}" if one.box else ""
    return f"{one.category}: {what}{place}"
