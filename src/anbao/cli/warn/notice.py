"""``anbao notice``: the risk notices of the pack, what is to be shown for a listing, and that it was shown."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.lines import batches, file_argument
from anbao.cli.output import Column, echo, emit
from anbao.errors import InvalidInput, NotFound
from anbao.law.catalogue import Catalogue, load_catalogue
from anbao.law.paths import default_pack_path
from anbao.model.listing_fact import FactValue
from anbao.model.trade import NoticeAcknowledged, NoticeAnswered, NoticeChoice, NoticeShown
from anbao.text import Language, Text, system_language

if TYPE_CHECKING:
    from anbao.engine.work import Work
    from anbao.platform import Platform

COLUMNS = [
    Column("id", Text("编号", "id")),
    Column("version", Text("版本", "version")),
    Column("title", Text("名称", "title")),
    Column("categories", Text("类目", "categories")),
    Column("asks", Text("询问人群", "asks")),
    Column("confirm", Text("须确认", "confirmed")),
    Column("facts", Text("商品事实", "facts")),
    Column("provisions", Text("法条", "provisions")),
]


@click.group(
    help=t(
        "交易前的风险提示：列出、渲染、记录展示与确认", "risk notices before the trade: list, render, record each step"
    )
)
def command() -> None:
    """The group; its commands follow."""


@command.command("list", help=t("全部风险提示及其类目", "all notices and the categories that demand them"))
@format_option()
def list_notices(output_format: str) -> None:
    """Out of the pack."""
    catalogue = load_catalogue(default_pack_path())
    rows = [
        {
            "id": notice.id,
            "version": notice.version,
            "title": notice.title,
            "categories": [one.id for one in catalogue.categories.values() if notice.id in one.notices],
            "asks": notice.ask_unsuitable,
            "confirm": notice.confirm,
            "facts": sorted(notice.facts),
            "provisions": list(notice.provisions),
        }
        for notice in catalogue.notices
    ]
    emit(rows, COLUMNS, output_format, system_language())


@command.command("show", help=t("一则风险提示的全文", "the text of a notice"))
@click.argument("notice")
@click.option(
    "--fact",
    "stated",
    multiple=True,
    metavar="NAME=VALUE",
    help=t("商品事实，如 --fact altitude_m=4718", "a fact of the listing, e.g. --fact altitude_m=4718"),
)
def show(notice: str, stated: tuple[str, ...]) -> None:
    """In the user's language, filled with the facts given."""
    from anbao.warn.facts import known_facts
    from anbao.warn.notices import render

    catalogue = load_catalogue(default_pack_path())
    found = catalogue.notice(notice)
    if found is None:
        raise NotFound(
            Text(f"没有告知模板 {notice}", f"there is no notice {notice}"),
            hint=Text("用 anbao notice list 查看", "see anbao notice list"),
        )
    facts = known_facts(catalogue.facts.values(), _stated(stated, catalogue), "")
    echo(render(found, system_language(), facts).as_text())


@command.command("render", help=t("某商品下单前须展示的提示", "what is to be shown before an order of a listing"))
@click.argument("listing")
@click.option("--html", is_flag=True, help=t("输出网页片段", "as an HTML fragment"))
@click.option("--language", type=click.Choice(["zh", "en"]), help=t("提示的语言", "of the notice"))
@store_option
def render_listing(listing: str, html: bool, language: Language | None, store_url: str | None) -> None:
    """Filled with the listing's own facts."""
    from anbao.warn.notices import to_html

    with open_store_option(store_url) as platform, platform.reading() as conn:
        shown = platform.warn.notices_of(conn, listing, language or system_language())
    if html:
        echo(to_html(shown))
        return
    for one in shown:
        echo(one.as_text())
        echo(f"SHA-256 {one.digest}\n")
    if not shown:
        echo(t("此商品无须提示", "nothing need be shown for this listing"), err=True)


@command.command("shown", help=t("记录已展示（JSONL）", "record that notices were shown (JSON lines)"))
@file_argument
@store_option
def record_shown(file: Path, store_url: str | None) -> None:
    """Prints the entries' indexes."""
    _record(file, NoticeShown, _STEP, store_url)


@command.command("acknowledged", help=t("记录已确认（JSONL）", "record that buyers confirmed notices (JSON lines)"))
@file_argument
@store_option
def record_acknowledged(file: Path, store_url: str | None) -> None:
    """Prints the entries' indexes."""
    _record(file, NoticeAcknowledged, _STEP, store_url)


@command.command(
    "answered",
    help=t("记录是否属于不适宜人群（JSONL）", "record whether buyers belong to an unsuitable group (JSON lines)"),
)
@file_argument
@store_option
def record_answered(file: Path, store_url: str | None) -> None:
    """Prints the entries' indexes."""
    _record(file, NoticeAnswered, f"{_STEP}, belongs", store_url)


@command.command(
    "choice",
    help=t(
        "分别记录是否知悉、有无选择、如何选择（JSONL）", "record apart who knew, could choose, and chose (JSON lines)"
    ),
)
@file_argument
@store_option
def record_choice(file: Path, store_url: str | None) -> None:
    """Prints the entries' indexes."""
    _record(file, NoticeChoice, "buyer, listing, knew, could_choose, chose", store_url)


_STEP = "buyer, listing, notice"
_Act = NoticeShown | NoticeAcknowledged | NoticeAnswered | NoticeChoice


def _record(file: Path, kind: type[_Act], fields: str, store_url: str | None) -> None:
    with open_store_option(store_url) as platform:
        for batch in batches(file, kind, fields):
            for entry in platform.run(partial(_note, platform, batch)):
                echo(entry)


def _note(platform: "Platform", batch: list[_Act], work: "Work") -> list[int]:
    warn = platform.warn
    return [warn.record_step(work, one, actor="file") for one in batch]


def _stated(stated: tuple[str, ...], catalogue: Catalogue) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {}
    for one in stated:
        name, _, value = one.partition("=")
        known = catalogue.facts.get(name)
        if known is None or (known.of == "number" and not value.isdecimal()):
            raise InvalidInput(
                Text(f"不是商品事实：{one}", f"no fact of a listing: {one}"),
                hint=Text(f"可用：{'、'.join(catalogue.facts)}", f"known: {', '.join(catalogue.facts)}"),
                field="fact",
            )
        facts[name] = int(value) if known.of == "number" else True
    return facts
