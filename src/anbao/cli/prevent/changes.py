"""The commands by which rules change, the same for each role: back-test, activate, confirm, refuse, proposals."""

from collections.abc import Callable
from datetime import datetime

import click

from anbao.cli.acting import print_entry, reason_option
from anbao.cli.common import F, format_option, open_store_option, store_option, t
from anbao.cli.operate.obligations import format_due
from anbao.cli.output import Column, echo, emit
from anbao.errors import InvalidInput
from anbao.model.backtest import Backtest
from anbao.model.events.rules import Role
from anbao.rules import rulesets
from anbao.rules.backtest import Window
from anbao.rules.changes import Change
from anbao.text import Text, system_language

AT = "RFC3339"


def actor_option() -> Callable[[F], F]:
    """``--by``: who acts; a heavy change is confirmed by another than its proposer."""
    return click.option("--by", "actor", default="officer", show_default=True, help=t("何人操作", "who does this"))


def print_change(change: Change) -> None:
    """Say what became of a proposal."""
    result = change.backtest
    echo(
        t(
            f"回测 {result.examined} 件商品，{result.changed} 件结论会变（千分之 {result.share}）；"
            f"新增 {result.terms_added} 词，删除 {result.terms_removed} 词",
            f"tried on {result.examined} listings, {result.changed} would be decided otherwise"
            f" ({result.share} per mille); {result.terms_added} terms added, {result.terms_removed} removed",
        ),
        err=True,
    )
    if change.state == "in_force":
        echo(t(f"已启用，条目 {change.entry}", f"in force, entry {change.entry}"), err=True)
        return
    why = "；".join(reason.zh for reason in change.because), "; ".join(reason.en for reason in change.because)
    echo(
        t(
            f"须由第二人复核（{why[0]}），条目 {change.entry}；用 confirm {change.digest} --by 另一人",
            f"needs a second person ({why[1]}), entry {change.entry}; confirm {change.digest} --by somebody else",
        ),
        err=True,
    )


def add_changes(group: click.Group, role: Role) -> None:
    """Give a role's group these commands."""

    @group.command(
        "backtest", help=t("以过去的商品回测一个版本，看有何不同", "try a version on past listings: what differs")
    )
    @click.argument("digest")
    @click.option("--since", metavar=AT, help=t("从何时起", "listings recorded from then on"))
    @click.option("--until", metavar=AT, help=t("到何时止", "listings recorded before then"))
    @click.option("--sample", type=click.IntRange(1), help=t("抽样件数（默认全部）", "about so many (default: all)"))
    @actor_option()
    @store_option
    @format_option()
    def backtest(
        digest: str,
        since: str | None,
        until: str | None,
        sample: int | None,
        actor: str,
        store_url: str | None,
        output_format: str,
    ) -> None:
        """The counts stand in the ledger."""
        first, end = (None if one is None else instant(one) for one in (since, until))
        window = Window(since=first, until=end, sample=sample)
        with open_store_option(store_url) as platform:
            entry, result = platform.prevent.changes.backtest(role, digest, window, actor=actor)
        _show(result, output_format)
        print_entry(entry)

    @group.command(
        "activate",
        help=t(
            "提出启用一个版本：回测后即启用，影响大的须第二人复核",
            "put a version in force after a back-test; a heavy change waits for a second person",
        ),
    )
    @click.argument("digest")
    @click.option("--at", metavar=AT, help=t("生效时间，如 2026-12-01T00:00:00+08:00", "when it takes effect"))
    @actor_option()
    @store_option
    def activate(digest: str, at: str | None, actor: str, store_url: str | None) -> None:
        """The version must have been imported before."""
        when = None if at is None else instant(at)
        with open_store_option(store_url) as platform:
            print_change(platform.prevent.changes.propose(role, digest, actor=actor, effective=when))

    @group.command("confirm", help=t("第二人复核，启用", "a second person puts a proposed version in force"))
    @click.argument("digest")
    @click.option("--by", "actor", required=True, help=t("何人复核", "who confirms"))
    @store_option
    def confirm(digest: str, actor: str, store_url: str | None) -> None:
        """Never the proposer."""
        with open_store_option(store_url) as platform:
            entry = platform.run(lambda work: platform.prevent.changes.confirm(work, role, digest, actor=actor))
        echo(t(f"已启用，条目 {entry}", f"in force, entry {entry}"), err=True)

    @group.command("refuse", help=t("否决或者撤回一项提议", "refuse a proposal, or take it back"))
    @click.argument("digest")
    @reason_option
    @click.option("--by", "actor", required=True, help=t("何人", "who"))
    @store_option
    def refuse(digest: str, reason: str, actor: str, store_url: str | None) -> None:
        """The version stays, not in force."""
        with open_store_option(store_url) as platform:
            entry = platform.run(lambda work: platform.prevent.changes.refuse(work, role, digest, reason, actor=actor))
        print_entry(entry)

    @group.command("proposals", help=t("列出待复核的提议", "list what waits for a second person"))
    @store_option
    @format_option()
    def proposals(store_url: str | None, output_format: str) -> None:
        """The oldest first."""
        with open_store_option(store_url) as platform:
            rows: list[dict[str, object]] = [
                {"digest": one.digest, "proposer": one.proposer, "entry": one.entry, "expires": format_due(one.expires)}
                for one in platform.prevent.changes.waiting()
                if one.role == role
            ]
        columns = [
            Column("digest", Text("版本", "version")),
            Column("proposer", Text("提议人", "proposed by")),
            Column("entry", Text("条目", "entry")),
            Column("expires", Text("失效", "lapses")),
        ]
        emit(rows, columns, output_format, system_language())

    if role != "model":

        @group.command(
            "adopt-default",
            help=t(
                "提出改用随包的默认版本：回测后即启用，影响大的须第二人复核",
                "propose the pack's default; back-tested, a heavy change waits for a second person",
            ),
        )
        @actor_option()
        @store_option
        def adopt_default(actor: str, store_url: str | None) -> None:
            """A newer release changes no store by itself."""
            with open_store_option(store_url) as platform:
                print_change(platform.prevent.propose_default(role, actor=actor))

    @group.command("list", help=t("列出各版本", "list the versions"))
    @store_option
    @format_option()
    def list_versions(store_url: str | None, output_format: str) -> None:
        """In the order of activation."""
        with open_store_option(store_url) as platform, platform.reading() as conn:
            current = getattr(platform.prevent.rulesets.in_force(conn, platform.clock()).versions, role)
            rows: list[dict[str, object]] = [
                {
                    "digest": version.digest,
                    "effective": "" if version.effective is None else format_due(version.effective),
                    "entry": "" if version.entry is None else version.entry,
                    "in_force": version.digest == current,
                }
                for version in rulesets.versions(conn, role)
            ]
        columns = [
            Column("digest", Text("版本", "version")),
            Column("effective", Text("生效", "effective")),
            Column("entry", Text("条目", "entry")),
            Column("in_force", Text("现行", "in force")),
        ]
        emit(rows, columns, output_format, system_language())


def instant(text: str) -> int:
    """UTC milliseconds of an RFC 3339 time. Raises InvalidInput."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput(
            Text(f"不是带时区的时间：{text}", f"not a time with an offset: {text}"),
            hint=Text("如 2026-12-01T00:00:00+08:00", "for example 2026-12-01T00:00:00+08:00"),
            field="at",
        )
    return int(moment.timestamp() * 1000)


def _show(result: Backtest, output_format: str) -> None:
    rows: list[dict[str, object]] = [
        {"what": f"{one.before} → {one.after}", "count": one.count, "example": ""} for one in result.transitions
    ]
    rows += [{"what": one.term, "count": f"+{one.appears} −{one.vanishes}", "example": ""} for one in result.terms]
    rows += [
        {"what": f"{one.before} → {one.after}", "count": "", "example": f"{one.listing} ({', '.join(one.terms)})"}
        for one in result.examples
    ]
    columns = [
        Column("what", Text("变化", "change")),
        Column("count", Text("件数", "listings")),
        Column("example", Text("例", "example")),
    ]
    emit(rows, columns, output_format, system_language())
    echo(
        t(
            f"回测 {result.examined} 件，变化 {result.changed} 件（千分之 {result.share}）",
            f"{result.examined} examined, {result.changed} changed ({result.share} per mille)",
        ),
        err=True,
    )
