"""``anbao merchant``: apply, show, verify again, change, close; who is linked to whom; the report to the authority."""

from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

import click
import msgspec

from anbao import localfiles
from anbao.cli.acting import act, by_option, print_entry, print_json, read_json, reason_option
from anbao.cli.acts import add_acts
from anbao.cli.common import connect_registry, format_option, open_store_option, store_option, t
from anbao.cli.operate.obligations import format_due
from anbao.cli.output import Column, echo, emit
from anbao.cli.prevent.checks import CHECK_COLUMNS, check_rows, print_decision
from anbao.model.events.merchants import ReportKind
from anbao.model.merchant import Merchant, MerchantChange
from anbao.platform import Platform
from anbao.prevent.merchants import MerchantDecision, file
from anbao.prevent.merchants.service import MerchantService
from anbao.prevent.merchants.view import MerchantView, view
from anbao.prevent.words import STANDINGS
from anbao.text import Text, system_language

T = TypeVar("T")

ROW_COLUMNS = [
    Column("id", Text("商家", "merchant")),
    Column("shop_name", Text("店名", "shop")),
    Column("status", Text("状态", "status")),
    Column("kind", Text("主体", "kind")),
    Column("credit_code", Text("信用代码", "credit code")),
    Column("categories", Text("类目", "categories")),
    Column("licences", Text("证照", "licences")),
    Column("entry", Text("条目", "entry")),
]
EVENT_COLUMNS = [
    Column("entry", Text("条目", "entry")),
    Column("at", Text("时间", "time")),
    Column("kind", Text("事项", "what")),
    Column("actor", Text("何人", "by whom")),
    Column("facts", Text("事实", "facts")),
]
LINK_COLUMNS = [
    Column("merchant", Text("商家", "merchant")),
    Column("status", Text("状态", "status")),
    Column("identifiers", Text("共用", "shares")),
    Column("closed_for_cause", Text("曾被清退", "closed for cause")),
]
FAMILY_COLUMNS = [Column("size", Text("家数", "merchants")), Column("members", Text("商家", "members"))]
REVERIFIED_COLUMNS = [
    Column("merchant", Text("商家", "merchant")),
    Column("decision", Text("结果", "decision")),
    Column("problems", Text("问题", "problems")),
    Column("entry", Text("条目", "entry")),
]

_DAY = 86_400_000
_FIELDS = Text("字段见 docs/how-to/merchants.md", "docs/how-to/merchants.md names the fields")
_MEMBERS_SHOWN = 20


@click.group(
    help=t("商家：入驻、变更、复核、退出、关联、报送", "merchants: apply, change, verify again, close, links, report")
)
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "merchant", "prevent.merchants", MerchantService)


@command.command("apply", help=t("提交入驻申请（JSON 文件）", "submit an application (a JSON file)"))
@click.argument("source", metavar="FILE", type=click.File("rb"))
@by_option(default="platform")
@store_option
@format_option()
def apply(source: BinaryIO, actor: str, store_url: str | None, output_format: str) -> int:
    """Exit status 1 unless the merchant was verified."""
    merchant = read_json(source.read(), Merchant, _FIELDS)
    with open_store_option(store_url, create=True) as platform:
        connect_registry(platform)
        decision = platform.prevent.merchants.apply(merchant, actor=actor)
        return _print_decision(platform, decision, output_format)


@command.command("list", help=t("商家名录", "the merchants"))
@click.option("--status", type=click.Choice(list(STANDINGS)), help=t("只列此状态", "only of this status"))
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@store_option
@format_option()
def list_merchants(status: str | None, limit: int, store_url: str | None, output_format: str) -> None:
    """By id."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        found = file.page(conn, limit=limit, status=status)
    emit((_row(one) for one in found), ROW_COLUMNS, output_format, system_language())


@command.command("show", help=t("一个商家：档案、核验、经过", "one merchant: file, checks, history"))
@click.argument("merchant")
@store_option
@format_option()
def show(merchant: str, store_url: str | None, output_format: str) -> None:
    """JSON holds all of it; a table shows it in parts."""
    with open_store_option(store_url) as platform:
        with platform.reading() as conn:
            found = view(conn, platform.ledger, merchant)
        if output_format == "json":
            print_json(found)
            return
        if output_format != "table":
            emit(_events(found), EVENT_COLUMNS, output_format, system_language())
            return
        language = system_language()
        emit([_row(found.file)], ROW_COLUMNS, "table", language)
        emit(check_rows(platform, found.checks), CHECK_COLUMNS, "table", language)
        for question in found.questions:
            echo(
                t("登记机关询问 ", "registry: ")
                + f"{question.kind} {question.number} {question.state} ×{question.attempts} {question.problem}"
            )
        emit(_events(found), EVENT_COLUMNS, "table", language)


@command.command(
    "reverify", help=t("重新核验（每六个月至少一次）", "verify again, which is due at least every six months")
)
@click.argument("merchants", nargs=-1)
@click.option(
    "--due", "days", type=click.IntRange(0, 366), help=t("所有在此日数内到期的", "all due within so many days")
)
@by_option(default="platform")
@store_option
@format_option()
def reverify(
    merchants: tuple[str, ...], days: int | None, actor: str, store_url: str | None, output_format: str
) -> int:
    """Exit status 1 unless all are still verified."""
    if not merchants and days is None:
        raise click.UsageError(t("写明商家，或 --due 日数", "name merchants, or --due DAYS"))
    with open_store_option(store_url) as platform:
        connect_registry(platform)
        due = platform.prevent.merchants.due_to_verify(platform.clock() + days * _DAY) if days is not None else ()
        names = list(dict.fromkeys([*merchants, *due]))
        again = platform.prevent.merchants.reverify
        asked = [platform.run(partial(again, merchant=name, actor=actor)) for name in names]
        decided = [_after_asking(platform, one) for one in asked]
    rows = [_reverified(one) for one in decided]
    emit(rows, REVERIFIED_COLUMNS, output_format, system_language())
    return int(any(one.decision in ("held", "refused") for one in decided))


@command.command("change", help=t("报送信息变更（JSON 文件）", "report a change (a JSON file)"))
@click.argument("merchant")
@click.argument("source", metavar="FILE", type=click.File("rb"))
@by_option(default="platform")
@store_option
@format_option()
def change(merchant: str, source: BinaryIO, actor: str, store_url: str | None, output_format: str) -> int:
    """Exit status 1 unless the merchant is verified with it."""
    given = read_json(source.read(), MerchantChange, _FIELDS)
    with open_store_option(store_url) as platform:
        connect_registry(platform)
        decision = platform.run(lambda work: platform.prevent.merchants.change(work, merchant, given, actor=actor))
        return _print_decision(platform, decision, output_format)


@command.command("review", help=t("人工决定：通过或拒绝", "a person verifies or refuses"))
@click.argument("merchant")
@click.option("--verify/--refuse", required=True, help=t("通过或拒绝", "verify or refuse"))
@reason_option
@by_option()
@store_option
@format_option()
def review(merchant: str, verify: bool, reason: str, actor: str, store_url: str | None, output_format: str) -> int:
    """Numbers that do not hold cannot be waved through."""
    with open_store_option(store_url) as platform:
        connect_registry(platform)
        decision = act(
            platform,
            lambda work: platform.prevent.merchants.review(work, merchant, verify=verify, reason=reason, actor=actor),
        )
        return _print_decision(platform, decision, output_format)


@command.command(
    "links", help=t("关联商家：一家的关联，或全部关联群", "who is linked: of one merchant, or all families")
)
@click.argument("merchant", required=False)
@store_option
@format_option()
def links(merchant: str | None, store_url: str | None, output_format: str) -> int:
    """Exit status 1 where somebody is linked."""
    language = system_language()
    with open_store_option(store_url) as platform, platform.reading() as conn:
        merchants = platform.prevent.merchants
        if merchant is None:
            families = merchants.families(conn)
            rows = [{"size": len(one), "members": _few(one, output_format)} for one in families]
            emit(rows, FAMILY_COLUMNS, output_format, language)
            return int(bool(families))
        found = merchants.links(conn, merchant)
    emit([msgspec.structs.asdict(one) for one in found.links], LINK_COLUMNS, output_format, language)
    others = len(found.family) - 1
    echo(t(f"关联群另有 {others} 家", f"{others} others in its family"), err=True)
    if found.shared_by_crowd:
        crowd = "、".join(found.shared_by_crowd)
        echo(
            t(
                f"超过 {found.cap} 家共用、不作关联：{crowd}",
                f"shared by more than {found.cap}, linking nobody: {crowd}",
            ),
            err=True,
        )
    return int(bool(found.links))


@command.command(
    "report", help=t("写出身份信息报送文件，或记录已报送", "write the report of identities, or note its submission")
)
@click.option(
    "--kind", type=click.Choice(["merchant_identity", "live_identity"]), default="merchant_identity", show_default=True
)
@click.option(
    "--out", "folder", type=click.Path(path_type=Path, file_okay=False), help=t("写到此目录", "write it here")
)
@click.option("--submitted", metavar="SHA256", help=t("已报送的文件摘要", "digest of the file that was handed in"))
@by_option()
@store_option
def report(kind: str, folder: Path | None, submitted: str | None, actor: str, store_url: str | None) -> None:
    """The files hold personal values: only their owner can read them."""
    if (folder is None) == (submitted is None):
        raise click.UsageError(t("写明 --out 或 --submitted 之一", "give --out or --submitted"))
    with open_store_option(store_url) as platform:
        merchants = platform.prevent.merchants
        if submitted is not None:
            entry = platform.run(lambda work: merchants.submit_report(work, submitted, actor=actor))
        else:
            assert folder is not None
            wanted: ReportKind = "live_identity" if kind == "live_identity" else "merchant_identity"
            written = platform.run(lambda work: merchants.write_report(work, wanted, actor=actor))
            entry = written.entry
            localfiles.make_folder(folder)
            for name, data in written.files.items():
                localfiles.write_anew(folder / name, data)
                echo(f"{written.digests[name]}  {folder / name}")
    print_entry(entry)


def _print_decision(platform: Platform, decision: MerchantDecision, form: str) -> int:
    """Show a decision as it stands once the registry was asked."""
    decision = _after_asking(platform, decision)
    print_decision(platform, decision, form)
    return int(decision.decision != "verified")


def _after_asking(platform: Platform, decision: MerchantDecision) -> MerchantDecision:
    """The decision; where it waits for a registry, what became of it after asking once."""
    if decision.decision != "waiting":
        return decision
    platform.advance()
    with platform.reading() as conn:
        now = view(conn, platform.ledger, decision.merchant)
    if now.file.entry <= decision.entry or any(one.state == "waiting" for one in now.questions):
        return decision
    outcome = now.file.status
    assert outcome in ("verified", "held", "refused")
    return msgspec.structs.replace(decision, checks=now.checks, decision=outcome, entry=now.file.entry)


def _reverified(one: MerchantDecision) -> dict[str, object]:
    problems = [f"{check.kind}:{check.problem}" for check in one.checks if check.problem]
    return {"merchant": one.merchant, "decision": STANDINGS[one.decision], "problems": problems, "entry": one.entry}


def _row(one: file.MerchantRow) -> dict[str, object]:
    licences = [
        f"{item.kind}:{item.number}" + (f"→{item.valid_until}" if item.valid_until else "") for item in one.licences
    ]
    return {
        "id": one.id,
        "shop_name": one.shop_name,
        "status": STANDINGS[one.status],
        "kind": one.kind,
        "credit_code": one.credit_code,
        "categories": one.categories,
        "licences": licences,
        "entry": one.entry,
    }


def _events(found: MerchantView) -> list[dict[str, object]]:
    return [
        {
            "entry": one.entry,
            "at": format_due(one.at),
            "kind": one.kind,
            "actor": one.actor,
            "facts": " ".join(f"{name}={value}" for name, value in one.facts.items()),
        }
        for one in found.history
    ]


def _few(members: list[str], form: str) -> list[str]:
    return [*members[:_MEMBERS_SHOWN], "…"] if form == "table" and len(members) > _MEMBERS_SHOWN else members
