"""``anbao case``: what persons must decide, the worst first."""

from collections.abc import Sequence

import click

from anbao.cases import Case, bulk, leases, reading
from anbao.cases.service import Cases
from anbao.cli.acting import act, by_option, reason_option
from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.operate.obligations import format_due
from anbao.cli.output import Column, echo, emit
from anbao.model.events.cases import CaseAdded
from anbao.platform import Platform
from anbao.text import Text, system_language

STATES = {
    "open": Text("待决定", "open"),
    "pending": Text("批量决定，待生效", "decided in bulk, may be undone"),
    "second": Text("待第二人", "waits for a second person"),
    "closed": Text("已结案", "closed"),
}

COLUMNS = [
    Column("case", Text("事项", "case")),
    Column("kind", Text("种类", "kind")),
    Column("severity", Text("严重度", "severity")),
    Column("count", Text("件数", "reports")),
    Column("subjects", Text("对象", "about")),
    Column("due", Text("期限", "due")),
    Column("state", Text("状态", "state")),
    Column("holder", Text("经手人", "held by")),
    Column("outcome", Text("决定", "outcome")),
]


@click.group(
    help=t("待人工决定的事项：领取、列出、决定、移交、重开、批量", "cases: next, list, decide, hand over, reopen, bulk")
)
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "case", "cases", Cases)


@command.command("next", help=t("领取最紧要的一件", "take the worst case"))
@by_option("person")
@click.option("--kind", "kinds", multiple=True, help=t("只要这些种类", "of these kinds only"))
@click.option(
    "--minutes", type=click.IntRange(1, leases.LONGEST_LEASE_MINUTES), default=leases.LEASE_MINUTES, show_default=True
)
@store_option
@format_option()
def take_next(person: str, kinds: tuple[str, ...], minutes: int, store_url: str | None, output_format: str) -> None:
    """An empty list where nothing waits."""
    with open_store_option(store_url) as platform:
        found = platform.run(lambda work: platform.cases.next(work, kinds=kinds, minutes=minutes, actor=person).case)
        _emit(platform, [found] if found else [], output_format)


@command.command("list", help=t("列出待决定的事项，最紧要者在前", "list what waits, the worst first"))
@click.option("--kind", "kinds", multiple=True, help=t("只列这些种类", "of these kinds only"))
@click.option("--about", metavar="ROLE:ID", help=t("某对象的全部事项，含已结案", "all cases of a subject, closed too"))
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
@store_option
@format_option()
def list_cases(
    kinds: tuple[str, ...], about: str | None, limit: int, store_url: str | None, output_format: str
) -> None:
    """Severity, then due time, then age."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        if about is None:
            found = platform.cases.worst(conn, kinds=kinds, limit=limit)
        else:
            role, _, subject = about.partition(":")
            found = reading.about(conn, role, subject, limit)
        _emit(platform, found, output_format)


@command.command("show", help=t("一个事项及其条目", "a case and its entries"))
@click.argument("case")
@store_option
@format_option()
def show(case: str, store_url: str | None, output_format: str) -> None:
    """What it is about, then what moved it, in ledger order."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        found = reading.find(conn, case)
        history = platform.ledger.entries(conn, subject=("case", case))
        if all(one.index != found.about for one in history):
            history = [platform.ledger.entry(conn, found.about), *history]
        complaints = platform.investigate.complaints.in_case(conn, found)
        news = {one.complaint: one.news for one in complaints}
        rows: list[dict[str, object]] = [
            {
                "entry": one.index,
                "at": format_due(one.at),
                "complaint": one.subjects.get("complaint", ""),
                "what": platform.pack.kind(one.kind).title if one.kind in platform.pack.kinds else one.kind,
                "actor": one.entry().body.get("person", one.entry().actor),
                "outcome": one.entry().body.get("outcome", ""),
                "reason": one.entry().body.get("reason", ""),
                "why": platform.why_case(conn, found)
                if one.index == found.about
                else news.get(one.subjects.get("complaint", ""), ())
                if one.kind == CaseAdded.KIND
                else (),
            }
            for one in history
        ]
    titles = {
        "entry": Text("条目", "entry"),
        "at": Text("时间", "when"),
        "complaint": Text("投诉", "complaint"),
        "what": Text("内容", "what"),
        "actor": Text("何人", "by"),
        "outcome": Text("决定", "outcome"),
        "reason": Text("理由", "reason"),
        "why": Text("缘由", "why"),
    }
    emit(rows, [Column(key, title) for key, title in titles.items()], output_format, system_language())
    if complaints:
        gravest = max(one.severity for one in complaints)
        echo(
            t(
                f"并案投诉 {found.count} 件，最高严重度 {gravest}",
                f"{found.count} complaints in this case, the gravest of severity {gravest}",
            ),
            err=True,
        )


@command.command("decide", help=t("决定一件", "decide a case"))
@click.argument("case")
@click.argument("outcome")
@reason_option
@by_option("person")
@store_option
def decide(case: str, outcome: str, reason: str, person: str, store_url: str | None) -> None:
    """Exit status 2 where the case waits for another person, or the outcome is none of its kind."""
    with open_store_option(store_url) as platform:
        done = act(
            platform,
            lambda work: platform.cases.decide(work, case, person=person, outcome=outcome, reason=reason, actor=person),
        )
        platform.advance()
    echo(t(f"条目 {done.entry}，{STATES[done.state].zh}", f"entry {done.entry}, {STATES[done.state].en}"), err=True)


@command.command("lease", help=t("占用一件，或延长占用", "lease a case, or hold it longer"))
@click.argument("case")
@by_option("person")
@click.option(
    "--minutes", type=click.IntRange(1, leases.LONGEST_LEASE_MINUTES), default=leases.LEASE_MINUTES, show_default=True
)
@store_option
@format_option()
def lease(case: str, person: str, minutes: int, store_url: str | None, output_format: str) -> None:
    """Exit status 2 where another has it, or it waits for nobody."""
    with open_store_option(store_url) as platform:
        held = platform.run(lambda work: platform.cases.lease(work, case, minutes=minutes, actor=person).case)
        _emit(platform, [held] if held else [], output_format)


@command.command("give-back", help=t("放回队列", "give it back to the queue"))
@click.argument("case")
@by_option("person")
@store_option
@format_option()
def give_back(case: str, person: str, store_url: str | None, output_format: str) -> None:
    """Ends this person's lease and nobody else's."""
    with open_store_option(store_url) as platform:
        free = platform.run(lambda work: platform.cases.give_back(work, case, actor=person).case)
        _emit(platform, [free] if free else [], output_format)


@command.group("bulk", help=t("批量决定：预览、执行、撤销", "many at once: preview, run, undo"))
def bulk_group() -> None:
    """The group; its commands follow."""


cases_argument = click.argument("cases", nargs=-1, required=True)
outcome_option = click.option("--outcome", required=True, help=t("决定", "the outcome"))


@bulk_group.command("preview", help=t("逐件说明会怎样，不写入", "say what would happen to each; writes nothing"))
@cases_argument
@outcome_option
@by_option("person")
@store_option
@format_option()
def preview(cases: tuple[str, ...], outcome: str, person: str, store_url: str | None, output_format: str) -> None:
    """The token on stderr makes ``run`` refuse if things change meanwhile."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        seen = platform.cases.preview(conn, cases, outcome=outcome, person=person)
    rows: list[dict[str, object]] = [
        {"case": row.case, "kind": row.kind, "severity": row.severity, "problem": row.problem} for row in seen.rows
    ]
    titles = {
        "case": Text("事项", "case"),
        "kind": Text("种类", "kind"),
        "severity": Text("严重度", "severity"),
        "problem": Text("不能决定的原因", "why it cannot be decided"),
    }
    emit(rows, [Column(key, title) for key, title in titles.items()], output_format, system_language())
    echo(
        t(f"可决定 {seen.decided} 件，令牌 {seen.token}", f"{seen.decided} would be decided; token {seen.token}"),
        err=True,
    )


@bulk_group.command("run", help=t("执行；撤销期届满后生效", "run it; it takes effect after the undo window"))
@cases_argument
@outcome_option
@reason_option
@by_option("person")
@click.option("--token", default="", help=t("预览给出的令牌", "the token of a preview"))
@store_option
@format_option()
def run(
    cases: tuple[str, ...],
    outcome: str,
    reason: str,
    person: str,
    token: str,
    store_url: str | None,
    output_format: str,
) -> None:
    """One row a case, with its result so far."""
    with open_store_option(store_url) as platform:
        done = platform.run(
            lambda work: platform.cases.decide_many(
                work, cases=cases, outcome=outcome, reason=reason, person=person, actor=person, token=token
            )
        )
    _emit_order(done, output_format)


@bulk_group.command("show", help=t("一个批量决定，逐件的结果", "a bulk decision, case by case"))
@click.argument("order")
@store_option
@format_option()
def show_order(order: str, store_url: str | None, output_format: str) -> None:
    """Results as they stand."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        found = bulk.find(conn, order)
    _emit_order(found, output_format)


@bulk_group.command("undo", help=t("在撤销期内撤销", "undo it while its window is open"))
@click.argument("order")
@reason_option
@by_option("person")
@store_option
@format_option()
def undo(order: str, reason: str, person: str, store_url: str | None, output_format: str) -> None:
    """Exit status 2 once the window has passed."""
    with open_store_option(store_url) as platform:
        done = platform.run(lambda work: platform.cases.undo(work, order, reason=reason, actor=person))
    _emit_order(done, output_format)


def _emit_order(order: bulk.BulkOrder, form: str) -> None:
    rows: list[dict[str, object]] = [
        {"case": item.case, "result": item.result, "entry": item.entry} for item in order.items
    ]
    rows += [{"case": case, "result": why, "entry": order.entry} for case, why in order.refused.items()]
    titles = {"case": Text("事项", "case"), "result": Text("结果", "result"), "entry": Text("条目", "entry")}
    emit(rows, [Column(key, title) for key, title in titles.items()], form, system_language())
    until = format_due(order.leaves_at)
    echo(t(f"{order.id}：{until} 前可撤销", f"{order.id}: can be undone until {until}"), err=True)


def _emit(platform: Platform, found: Sequence[Case], form: str) -> None:
    language = system_language()
    rows: list[dict[str, object]] = []
    for one in found:
        kind = platform.cases.kinds.get(one.kind)
        leased = one.leased_by if one.leased_until > platform.clock() else ""
        rows.append(
            {
                "case": one.id,
                "kind": kind.title.get(language) if kind else one.kind,
                "severity": one.severity,
                "count": one.count,
                "subjects": " ".join(f"{role}:{subject}" for role, subject in one.subjects.items()),
                "due": "" if one.due_at is None else format_due(one.due_at),
                "state": STATES[one.state].get(language),
                "holder": leased or one.assignee,
                "outcome": kind.outcomes[one.outcome].get(language)
                if kind and one.outcome in kind.outcomes
                else one.outcome,
            }
        )
    emit(rows, COLUMNS, form, language)
