"""``anbao law``: the law pack for people — instruments, provisions, norms, duties. Needs no store."""

from datetime import datetime

import click
from rich.table import Table
from rich.text import Text as RichText

from anbao.cli.common import F, format_option, t
from anbao.cli.output import Column, echo, emit, stdout_console, written
from anbao.errors import NotFound
from anbao.law.norms import DUTY_TITLES, Norm, Period, Trigger
from anbao.law.pack import Pack, default_pack_path, load_pack
from anbao.law.provisions import Instrument, Match, Provision
from anbao.text import Text, system_language

KINDS = {
    "respond": Text("限期作为", "respond"),
    "guard": Text("先行条件", "guard"),
    "forbid": Text("禁止", "forbid"),
    "calendar": Text("定期", "calendar"),
    "keep": Text("保存", "keep"),
}
OWED_BY = {
    "platform": Text("平台", "the platform"),
    "merchant": Text("商家（平台督促）", "the merchant (the platform presses for it)"),
    "authority": Text("行政部门（平台据此准备）", "the authority (the platform prepares by it)"),
}
DEADLINES = {"law": Text("法定", "law"), "platform": Text("平台自定时限", "platform's own")}
CONFIDENCE = {
    "stored": Text("据收录原文", "stored text"),
    "partial": Text("部分收录", "stored in part"),
    "summary": Text("仅见摘要", "summary only"),
    "memory": Text("未核对", "not checked"),
}
_UNITS = {
    "hours": Text("小时", "hours"),
    "days": Text("日", "days"),
    "working_days": Text("个工作日", "working days"),
    "months": Text("个月", "months"),
    "years": Text("年", "years"),
}
_MATCHES: dict[Match, Text] = {
    "cited": Text("", ""),
    "renumbered": Text("按条文对照表换算条号", "found under another number by the table of renumbering"),
    "guess": Text("条号对照为推测，请核对原文", "the renumbering is a guess: check the text"),
}


@click.group(help=t("查法条、规范与义务清单", "list, search and show provisions, norms and duties"))
def command() -> None:
    """The group; its commands follow."""


def _outputs(function: F) -> F:
    return format_option()(function)


def _pack() -> Pack:
    return load_pack(default_pack_path())


@command.command("list", help=t("列出收录的法律文件", "list the instruments"))
@_outputs
def list_instruments(output_format: str) -> None:
    """One row per version."""
    columns = [
        Column("id", Text("编号", "id")),
        Column("title", Text("名称", "title")),
        Column("version", Text("版本", "version")),
        Column("from", Text("施行", "in force from")),
        Column("until", Text("至", "until")),
        Column("articles", Text("条数", "articles")),
        Column("confidence", Text("可靠程度", "known from")),
    ]
    rows = (
        {
            "id": one.id,
            "title": one.title,
            "version": one.version,
            "from": one.in_force.from_.isoformat(),
            "until": one.in_force.until.isoformat() if one.in_force.until else "",
            "articles": len(one.articles),
            "confidence": confidence_of(one),
        }
        for one in _pack().library.instruments.values()
    )
    emit(rows, columns, output_format, system_language())


@command.command("search", help=t("全文检索条文（多个词须同时出现）", "search the articles for all the words"))
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@_outputs
def search(words: tuple[str, ...], limit: int, output_format: str) -> None:
    """Rows of articles; how many were left out is said on stderr."""
    columns = [
        Column("ref", Text("条款", "provision")),
        Column("title", Text("法律文件", "instrument")),
        Column("label", Text("条", "article")),
        Column("excerpt", Text("摘录", "excerpt")),
        Column("confidence", Text("可靠程度", "known from")),
    ]
    hits = list(_pack().search(" ".join(words)))
    rows = [
        {
            "ref": hit.ref,
            "title": hit.instrument.title,
            "label": hit.article.label,
            "excerpt": hit.excerpt,
            "confidence": confidence_of(hit.instrument),
        }
        for hit in hits[:limit]
    ]
    emit(rows, columns, output_format, system_language())
    if len(hits) > limit:
        echo(t(f"共 {len(hits)} 条，显示 {limit} 条", f"{len(hits)} found, {limit} shown"), err=True)


@command.command("show", help=t("显示一条法条，可指定日期", "show a provision, as of a day"))
@click.argument("ref")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help=t("日期，如 2021-06-01", "the day, e.g. 2021-06-01"))
@_outputs
def show(ref: str, on: datetime | None, output_format: str) -> None:
    """The text, its period of force and its source."""
    found = _pack().provision(ref, on.date() if on else None)
    one = found.instrument
    row: dict[str, object] = {
        "ref": found.ref,
        "label": found.label,
        "text": found.text,
        "chapter": found.article.chapter if found.article else "",
        "version": one.version,
        "from": one.in_force.from_.isoformat(),
        "until": one.in_force.until.isoformat() if one.in_force.until else "",
        "remarks": remarks(found),
        "confidence": confidence_of(one),
        "source": one.source,
        "note": one.note,
    }
    _emit_one(
        row,
        {
            "ref": Text("条款", "provision"),
            "label": Text("名称", "cited as"),
            "chapter": Text("章节", "chapter"),
            "version": Text("版本", "version"),
            "from": Text("施行", "in force from"),
            "until": Text("至", "until"),
            "remarks": Text("注意", "note well"),
            "confidence": Text("可靠程度", "known from"),
            "source": Text("来源", "source"),
            "note": Text("备注", "note"),
            "text": Text("正文", "text"),
        },
        output_format,
    )


@command.command("norms", help=t("列出规范：触发、作为、期限", "list the norms: trigger, act, deadline"))
@click.option("--duty", type=click.Choice(list(DUTY_TITLES)), help=t("只列一类义务", "only one kind of duty"))
@click.option("--entry", metavar="KIND", help=t("只列与某种条目有关的", "only those that an entry kind moves"))
@_outputs
def norms(duty: str | None, entry: str | None, output_format: str) -> None:
    """One row per norm and period of force."""
    pack = _pack()
    chosen = pack.norms_for(pack.kind(entry).id) if entry else pack.norms
    columns = [
        Column("id", Text("规范", "norm")),
        Column("duty", Text("义务", "duty")),
        Column("kind", Text("类型", "kind")),
        Column("title", Text("内容", "what")),
        Column("due", Text("期限", "due")),
        Column("deadline", Text("期限来源", "deadline set by")),
        Column("confidence", Text("可靠程度", "known from")),
    ]
    rows = (
        {
            "id": norm.id,
            "duty": DUTY_TITLES[norm.duty],
            "kind": KINDS[norm.kind],
            "title": norm.title,
            "due": describe_due(norm, pack),
            "deadline": DEADLINES[norm.deadline],
            "confidence": CONFIDENCE[norm.confidence],
        }
        for norm in chosen
        if duty in (None, norm.duty)
    )
    emit(rows, columns, output_format, system_language())


@command.command("norm", help=t("显示一条规范", "show a norm"))
@click.argument("norm_id", metavar="ID")
@_outputs
def norm(norm_id: str, output_format: str) -> None:
    """All that the engine goes by."""
    pack = _pack()
    found = pack.norm(norm_id)
    if found is None:
        raise NotFound(
            Text(f"没有规范 {norm_id}", f"there is no norm {norm_id}"),
            hint=Text("用 anbao law norms 查看全部", "see anbao law norms"),
        )
    row: dict[str, object] = {
        "id": found.id,
        "title": found.title,
        "duty": DUTY_TITLES[found.duty],
        "kind": KINDS[found.kind],
        "about": found.about,
        "opens": describe_trigger(found.opens),
        "needs": describe_needs(found),
        "discharged": describe_trigger(found.discharged),
        "ends": describe_trigger(found.ends),
        "broken": describe_trigger(found.broken),
        "due": describe_due(found, pack),
        "deadline": DEADLINES[found.deadline],
        "owed_by": OWED_BY[found.owed_by],
        "released": describe_trigger(found.released),
        "from": found.in_force_from,
        "until": found.in_force_until,
        "applies": f"{found.first_day} – {found.last_day}" if found.applies_from else "",
        "provisions": [f"{ref} {pack.provision(ref).label}" for ref in found.provisions],
        "duties": found.duties,
        "confidence": CONFIDENCE[found.confidence],
        "version": found.version,
        "note": found.note,
    }
    titles = {
        "id": Text("规范", "norm"),
        "title": Text("内容", "what"),
        "duty": Text("义务", "duty"),
        "kind": Text("类型", "kind"),
        "about": Text("对象", "about"),
        "opens": Text("产生于", "opened by"),
        "needs": Text("此前须有", "needs before it"),
        "discharged": Text("履行于", "discharged by"),
        "ends": Text("消灭于", "ended by"),
        "broken": Text("违反于", "broken by"),
        "due": Text("期限", "due"),
        "deadline": Text("期限来源", "deadline set by"),
        "owed_by": Text("义务人", "owed by"),
        "released": Text("解除保存于", "released by"),
        "from": Text("施行", "in force from"),
        "until": Text("至", "until"),
        "applies": Text("适用于期间内产生的义务", "for what opens in"),
        "provisions": Text("依据", "provisions"),
        "duties": Text("义务清单", "duties"),
        "confidence": Text("可靠程度", "known from"),
        "version": Text("版本", "version"),
        "note": Text("备注", "note"),
    }
    _emit_one(row, titles, output_format)


@command.command(
    "duties", help=t("义务清单，以及各由哪些规范负责", "the register of duties and the norms that keep them")
)
@click.option("--by-hand", is_flag=True, help=t("只列须人工履行的", "only those fulfilled by hand"))
@_outputs
def duties(by_hand: bool, output_format: str) -> None:
    """One row per duty."""
    columns = [
        Column("id", Text("义务", "duty")),
        Column("instrument", Text("法律文件", "instrument")),
        Column("article", Text("条", "article")),
        Column("act", Text("作为", "act")),
        Column("deadline", Text("期限", "deadline")),
        Column("norms", Text("规范", "norms")),
        Column("by_hand", Text("人工履行的理由", "why by hand")),
        Column("source_status", Text("出处", "source")),
    ]
    rows = (
        {column.key: getattr(row, column.key) for column in columns}
        for row in _pack().duties
        if row.by_hand or not by_hand
    )
    emit(rows, columns, output_format, system_language())


def confidence_of(one: Instrument) -> Text:
    """How far an instrument may be relied on; a date from memory makes it not checked."""
    return CONFIDENCE["memory"] if one.dates == "memory" else CONFIDENCE[one.status]


def remarks(found: Provision) -> Text:
    """What a reader must know before relying on a provision."""
    said = []
    if found.in_force is False:
        since = found.instrument.in_force.from_
        said.append(
            Text(f"该日施行的不是此版本（此版本自 {since} 起）", f"not this version's day (in force from {since})")
        )
    if found.match != "cited":
        said.append(_MATCHES[found.match])
    if found.article is not None and found.article.paragraphs == "restored":
        said.append(Text("分款系还原", "the paragraph breaks were restored"))
    if found.article is not None and found.article.paragraphs == "lost":
        said.append(Text("原文分款缺失", "the source lost its paragraph breaks"))
    if found.instrument.dates == "memory":
        said.append(Text("施行日期未核对", "the dates of force were not checked"))
    return Text("；".join(one.zh for one in said), "; ".join(one.en for one in said))


def describe_period(period: Period) -> Text:
    """``6 个月`` · ``6 months``."""
    for unit, name in _UNITS.items():
        count = getattr(period, unit)
        if count is not None:
            return Text(f"{count} {name.zh}", f"{count} {name.en if count > 1 else name.en[:-1]}")
    raise ValueError(period)


def describe_due(norm: Norm, pack: Pack) -> Text:
    """When the act is owed; a platform's setting is shown with its default."""
    due = norm.due
    if due.months:
        months = "、".join(map(str, due.months))
        return Text(f"每年 {months} 月内", f"within month {months.replace('、', ', ')} of each year")
    if due.at_least and norm.released:
        least = describe_period(due.at_least)
        return _around(least, "至少 {}，此后至解除保存之时", "at least {}, and on until it is released")
    if due.at_least:
        return _around(describe_period(due.at_least), "至少 {}", "at least {}")
    if due.setting:
        default = next(one.default for one in pack.settings if one.id == due.setting)
        return _around(describe_period(default), "{}（默认）", "{} (default)")
    if due.named:
        return Text("条目载明的日期", "on the day that the entry names")
    if due.within and norm.moves:
        within = describe_period(due.within)
        return _around(within, "{}内，末日逢休息日顺延", "within {}; a last day of rest moves to the next working day")
    if due.within:
        return _around(describe_period(due.within), "{}内", "within {}")
    return Text("不得", "never") if norm.kind == "forbid" else Text("事前", "beforehand")


def describe_trigger(trigger: Trigger | None) -> str:
    """Kinds and condition, as the pack writes them."""
    if trigger is None:
        return ""
    kinds = " | ".join(trigger.kinds)
    return f"{kinds}  [{trigger.when.source}]" if trigger.when else kinds


def describe_needs(norm: Norm) -> Text:
    """What a guard wants before its opener, and how long before."""
    if norm.needs is None:
        return Text("", "")
    what = describe_trigger(norm.needs.trigger)
    if norm.needs.at_least is None:
        return Text(what, what)
    return _around(describe_period(norm.needs.at_least), what + "，提前至少 {}", what + ", at least {} before")


def _around(inner: Text, zh: str, en: str) -> Text:
    """Put words around a text; ``{}`` is its place."""
    return Text(zh.replace("{}", inner.zh), en.replace("{}", inner.en))


def _emit_one(row: dict[str, object], titles: dict[str, Text], output_format: str) -> None:
    """One thing: for people a list of its fields, for programs a row."""
    language = system_language()
    if output_format != "table":
        emit([row], [Column(key, title) for key, title in titles.items()], output_format, language)
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for key, title in titles.items():
        value = row[key]
        lines = "\n".join(value) if isinstance(value, list | tuple) else written(value, language)
        if lines:
            table.add_row(title.get(language), RichText(lines))
    stdout_console().print(table)
