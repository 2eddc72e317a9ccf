"""``anbao hazard``: suspect, confirm, dismiss and lift dangers; import lists; see where they were found again."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click

from anbao.cli.acting import by_option
from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, echo, emit
from anbao.connect.hazard_lists import HazardList, parse_mapping, read_file
from anbao.investigate import hazards
from anbao.investigate.hazards import Hazard
from anbao.investigate.imports import ImportCounts, record_list
from anbao.investigate.service import Investigate
from anbao.investigate.sweep import matches
from anbao.model.hazard import Fingerprint, Ground, HazardSource, HazardState
from anbao.text import Text, system_language

SOURCES = {
    "complaint": Text("投诉举报", "complaint"),
    "judgment": Text("生效裁判", "judgment"),
    "recall": Text("召回", "recall"),
    "authority": Text("监管要求", "authority"),
    "own": Text("平台自查", "own finding"),
}
STATES = {
    "suspected": Text("待核查", "suspected"),
    "confirmed": Text("已确认", "confirmed"),
    "dismissed": Text("已排除", "dismissed"),
    "lifted": Text("已解除", "lifted"),
}
CERTAINTIES = {
    "certain": Text("确定相同", "certain"),
    "likely": Text("很可能", "likely"),
    "possible": Text("可能", "possible"),
}
GROUNDS = {
    "barcode": Text("条码", "barcode"),
    "licence": Text("许可证号", "licence"),
    "batch": Text("批号", "batch"),
    "model": Text("型号", "model"),
    "title": Text("标题相似（千分之）", "title alike (permille)"),
    "brand": Text("品牌", "brand"),
    "picture": Text("图片（相差位数）", "picture (bits apart)"),
    "merchant": Text("同一商家", "the same merchant"),
    "family": Text("关联商家", "a linked merchant"),
    "link": Text("链接", "link"),
    "quantity": Text("规格", "quantity"),
}
_ROWS_PER_COMMIT = 200
_PREVIEWED = 10


@click.group(
    help=t("危险：登记线索、确认、排除、解除、导入名单", "hazards: suspect, confirm, dismiss, lift, import lists")
)
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "hazard", "investigate", Investigate)


@command.command("list", help=t("列出危险", "list hazards"))
@click.option("--state", type=click.Choice(get_args(HazardState)), help=t("只列此状态", "only of this state"))
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@store_option
@format_option()
def list_hazards(state: HazardState | None, limit: int, store_url: str | None, output_format: str) -> None:
    """In the order of their names."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        rows = [_row(one) for one in hazards.page(conn, state, limit=limit)]
    titles = {
        "id": Text("编号", "id"),
        "state": Text("状态", "state"),
        "source": Text("来源", "source"),
        "severity": Text("等级", "severity"),
        "title": Text("名称", "title"),
        "fingerprints": Text("指纹数", "fingerprints"),
        "sweep": Text("排查", "sweep"),
    }
    emit(rows, [Column(key, title) for key, title in titles.items()], output_format, system_language())


@command.command(
    "show", help=t("查看一个危险在哪里被再次发现，最确定者在前", "where a danger was found again, the surest first")
)
@click.argument("hazard")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@store_option
@format_option()
def show(hazard: str, limit: int, store_url: str | None, output_format: str) -> int:
    """Exit status 1 where it was found again."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        one = hazards.known(conn, hazard)
        found = matches.ranked(conn, hazard, limit=limit)
    language = system_language()
    record = one.record
    echo(f"{one.id}  {record.title}  [{STATES[one.state].get(language)}]  {_prints(record.fingerprints)}", err=True)
    rows: list[dict[str, object]] = [
        {
            "listing": match.listing,
            "merchant": match.merchant,
            "certainty": CERTAINTIES[match.certainty].get(language) if output_format == "table" else match.certainty,
            "reasons": reasons(match.reasons) if output_format == "table" else match.reasons,
            "entry": match.entry,
        }
        for match in found
    ]
    titles = {
        "listing": Text("商品", "listing"),
        "merchant": Text("商家", "merchant"),
        "certainty": Text("确定程度", "certainty"),
        "reasons": Text("理由", "reasons"),
        "entry": Text("条目", "entry"),
    }
    emit(rows, [Column(key, title) for key, title in titles.items()], output_format, language)
    return int(bool(found))


def _prints(fingerprints: Sequence[Fingerprint]) -> str:
    """What a danger is known by; of many pictures only how many there are."""
    pictures = sum(one.kind == "picture" for one in fingerprints)
    said = [f"{one.kind}={one.value}" for one in fingerprints if one.kind != "picture" or pictures == 1]
    return "; ".join(said + ([f"picture ×{pictures}"] if pictures > 1 else []))


@command.command(
    "import", help=t("导入召回、裁判名单（CSV、JSON）", "import a list of recalls or judgments (CSV, JSON)")
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", type=click.Choice(get_args(HazardSource)), default="recall", show_default=True)
@click.option(
    "--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help=t("列对应，如 --map product=产品", "column mapping")
)
@click.option("--preview", is_flag=True, help=t("只看会导入什么，不写入", "show what would be imported, write nothing"))
@click.option(
    "--confirm/--no-confirm", default=True, help=t("是否一并确认", "whether to confirm what can be recognised")
)
@by_option(default="officer")
@store_option
def import_list(
    file: Path,
    source: HazardSource,
    mapping: tuple[str, ...],
    preview: bool,
    confirm: bool,
    actor: str,
    store_url: str | None,
) -> int:
    """Exit status 1 where rows were refused. Importing a list again adds only what is new in it."""
    listed = read_file(file, source, parse_mapping(mapping))
    if preview:
        return _preview(listed)
    done = ImportCounts()
    suspicions = [row.suspicion for row in listed.rows if row.suspicion]
    with open_store_option(store_url, create=True) as platform:
        for start in range(0, len(suspicions), _ROWS_PER_COMMIT):
            some = suspicions[start : start + _ROWS_PER_COMMIT]
            platform.run(lambda work, some=some: record_list(platform, work, some, done, actor, confirm=confirm))  # type: ignore[misc]
    echo(
        t(
            f"登记 {done.suspected}，确认 {done.confirmed}，已在册 {done.known}，"
            f"无可排查指纹 {done.unrecognisable}，待第二人复核 {done.waiting}",
            f"{done.suspected} recorded, {done.confirmed} confirmed, {done.known} known already,"
            f" {done.unrecognisable} with nothing to recognise them by,"
            f" {done.waiting} wait for a second person",
        ),
        err=True,
    )
    return int(_print_problems(listed) or bool(done.refused))


def _preview(listed: HazardList) -> int:
    language = system_language()
    pairs = "  ".join(f"{field} ← {column}" for field, column in listed.mapping.items())
    echo(t("列对应：", "columns: ") + pairs, err=True)
    rows: list[dict[str, object]] = [
        {
            "row": row.row,
            "id": row.suspicion.id,
            "title": row.suspicion.title[:60],
            "fingerprints": "; ".join(f"{p.kind}={p.value}" for p in row.suspicion.fingerprints),
        }
        for row in listed.rows
        if row.suspicion
    ]
    titles = {
        "row": Text("行", "row"),
        "id": Text("编号", "id"),
        "title": Text("名称", "title"),
        "fingerprints": Text("指纹", "recognised by"),
    }
    emit(rows[:_PREVIEWED], [Column(key, title) for key, title in titles.items()], "table", language)
    bare = sum(not row.suspicion.fingerprints for row in listed.rows if row.suspicion)
    echo(
        t(
            f"共 {len(rows)} 行可导入，其中 {bare} 行没有指纹",
            f"{len(rows)} rows can be imported, {bare} of them without fingerprints",
        ),
        err=True,
    )
    return int(_print_problems(listed))


def _print_problems(listed: HazardList) -> bool:
    wrong = [row for row in listed.rows if row.problem]
    for row in wrong[:_PREVIEWED]:
        assert row.problem is not None
        echo(t(f"第 {row.row} 行：", f"row {row.row}: ") + row.problem.get(system_language()), err=True)
    if len(wrong) > _PREVIEWED:
        echo(t(f"另有 {len(wrong) - _PREVIEWED} 行", f"{len(wrong) - _PREVIEWED} more rows"), err=True)
    return bool(wrong)


def reasons(grounds: tuple[Ground, ...]) -> str:
    """Why a listing matched, in one line."""
    language = system_language()
    words = (
        f"{'' if one.agrees else t('不符：', 'but not: ')}{GROUNDS[one.kind].get(language)} {one.surface or one.value}"
        for one in grounds
    )
    return "；".join(words) if language == "zh" else "; ".join(words)


def _row(one: Hazard) -> dict[str, object]:
    language = system_language()
    return {
        "id": one.id,
        "state": STATES[one.state].get(language),
        "source": SOURCES[one.record.source].get(language),
        "severity": one.record.severity,
        "title": one.record.title,
        "fingerprints": len(one.record.fingerprints),
        "sweep": one.sweep,
    }
