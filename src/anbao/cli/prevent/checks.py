"""Checks of a merchant as people read them: what, what is wrong, who demands it and under which provision."""

from collections.abc import Iterable

from anbao.cli.acting import print_json
from anbao.cli.common import t
from anbao.cli.output import Column, echo, emit
from anbao.model.merchant import CredentialCheck
from anbao.platform import Platform
from anbao.prevent.merchants import MerchantDecision
from anbao.prevent.words import ADMISSION_REASONS, PROBLEMS, STANDINGS
from anbao.text import Text, system_language

CHECK_COLUMNS = [
    Column("what", Text("核验项", "what")),
    Column("number", Text("号码", "number")),
    Column("result", Text("结果", "result")),
    Column("for", Text("因何要求", "demanded for")),
    Column("provisions", Text("依据", "under")),
]


def check_rows(platform: Platform, checks: Iterable[CredentialCheck]) -> list[dict[str, object]]:
    """What is wrong first; the order of the checks otherwise. A licence that is asked for stands once."""
    listed = list(checks)
    explainer = platform.prevent.explainer
    asked = {(one.kind, one.number) for one in listed if one.required_by}
    listed = [one for one in listed if one.required_by or (one.kind, one.number) not in asked]
    ordered = sorted(listed, key=lambda one: not one.problem)
    return [
        {
            "what": explainer.credential(one.kind),
            "number": one.number,
            "result": PROBLEMS[one.problem],
            "for": explainer.demand(one.required_by),
            "provisions": explainer.basis(one.provisions, one.source),
        }
        for one in ordered
    ]


def print_decision(platform: Platform, decision: MerchantDecision, form: str) -> None:
    """The checks as rows; decision, reasons and links beside them. JSON has all of it as one object."""
    if form == "json":
        print_json(decision)
        return
    language = system_language()
    echo(
        f"{decision.merchant}: {STANDINGS[decision.decision].get(language)}  "
        + t(f"（条目 {decision.entry}）", f"(entry {decision.entry})"),
        err=form != "table",
    )
    for reason in decision.reasons:
        echo(t("原因：", "because it ") + ADMISSION_REASONS[reason].get(language), err=form != "table")
    emit(check_rows(platform, decision.checks), CHECK_COLUMNS, form, language)
    for link in decision.links:
        cause = t("，曾被清退", ", closed for cause") if link.closed_for_cause else ""
        echo(t("关联 ", "linked to ") + f"{link.merchant} ({', '.join(link.identifiers)}{cause})", err=form != "table")
