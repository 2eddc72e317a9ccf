"""Checks of a merchant as people read them: what, what is wrong, who demands it and under which provision."""

from collections.abc import Iterable

import click
import msgspec

from anbao.cli.common import t
from anbao.cli.output import Column, emit
from anbao.errors import InvalidInput, NotFound
from anbao.model.merchant import CredentialCheck
from anbao.platform import Platform
from anbao.prevent.admission import IDENTITY
from anbao.prevent.merchants import MerchantDecision
from anbao.text import Text, system_language

STATUS = {
    "applied": Text("已申请", "applied"),
    "waiting": Text("等待登记机关", "waiting for a registry"),
    "verified": Text("已核验", "verified"),
    "held": Text("待补正或复核", "held"),
    "refused": Text("已拒绝", "refused"),
    "closed": Text("已退出", "closed"),
}

PROBLEMS = {
    "": Text("通过", "holds"),
    "format": Text("格式不符", "malformed"),
    "check_digit": Text("校验码错误，从未核发", "wrong check digit: never issued"),
    "expired": Text("已过期", "expired"),
    "not_yet_valid": Text("尚未生效", "not yet in force"),
    "missing": Text("未提供", "missing"),
    "void": Text("不予认可或禁止网络销售", "void, or may not be sold online"),
    "revoked": Text("登记机关：已吊销", "registry: revoked"),
    "unknown": Text("登记机关：查无此号", "registry: not on its rolls"),
    "mismatch": Text("登记机关：持有人或有效期不符", "registry: another holder or period"),
}

FIELDS = {
    "address": Text("经营地址", "address"),
    "category": Text("类目", "category"),
    "contact_name": Text("联系人", "contact"),
    "phone": Text("电话", "phone"),
}

REASONS = {"comeback": Text("与被清退的商家共用身份标识", "shares identifiers with a merchant closed for cause")}

CHECK_COLUMNS = [
    Column("what", Text("核验项", "what")),
    Column("number", Text("号码", "number")),
    Column("result", Text("结果", "result")),
    Column("for", Text("因何要求", "demanded for")),
    Column("provisions", Text("依据", "under")),
]


def check_rows(platform: Platform, checks: Iterable[CredentialCheck]) -> list[dict[str, object]]:
    """What is wrong first; the order of the checks otherwise. A licence that is asked for stands once."""
    kept = list(checks)
    asked = {(one.kind, one.number) for one in kept if one.required_by}
    kept = [one for one in kept if one.required_by or (one.kind, one.number) not in asked]
    ordered = sorted(kept, key=lambda one: not one.problem)
    return [
        {
            "what": _name(platform, one.kind),
            "number": one.number,
            "result": PROBLEMS[one.problem],
            "for": _demand(platform, one.required_by),
            "provisions": _articles(platform, one.provisions),
        }
        for one in ordered
    ]


def tell_decision(platform: Platform, decision: MerchantDecision, form: str) -> None:
    """The checks as rows; decision, reasons and links beside them. JSON has all of it as one object."""
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(decision), indent=2).decode())
        return
    language = system_language()
    click.echo(
        f"{decision.merchant}: {STATUS[decision.decision].get(language)}  "
        + t(f"（条目 {decision.entry}）", f"(entry {decision.entry})"),
        err=form != "table",
    )
    for reason in decision.reasons:
        click.echo(t("原因：", "because it ") + REASONS[reason].get(language), err=form != "table")
    emit(check_rows(platform, decision.checks), CHECK_COLUMNS, form, language)
    for link in decision.links:
        cause = t("，曾被清退", ", closed for cause") if link.closed_for_cause else ""
        click.echo(
            t("关联 ", "linked to ") + f"{link.merchant} ({', '.join(link.identifiers)}{cause})", err=form != "table"
        )


def _name(platform: Platform, kind: str) -> Text | str:
    form = platform.catalogue.formats.get(kind)
    return form.name if form is not None else FIELDS.get(kind, kind)


def _demand(platform: Platform, required_by: str) -> Text | str:
    if required_by == IDENTITY:
        return Text("主体身份", "identity")
    category = platform.catalogue.categories.get(required_by)
    return category.title if category is not None else required_by


def _articles(platform: Platform, provisions: Iterable[str]) -> str:
    """Each provision with its law's name, as far as the pack knows it."""
    language = system_language()
    told = []
    for reference in provisions:
        try:
            found = platform.pack.provision(reference)
        except (InvalidInput, NotFound):
            told.append(reference)
        else:
            told.append(f"{found.instrument.title.get(language)} {reference.rpartition('/')[2]}")
    return "; ".join(told)
