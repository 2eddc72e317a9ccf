"""Writes the pages, and parts of pages, that are made from the program itself: ``python docs/build.py``.

``tests/test_docs.py`` fails where a page differs from what this would write.
"""

import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

os.environ["ANBAO_LANG"] = "en"
os.environ["COLUMNS"] = "100"

import click

from anbao import errors
from anbao.cli.root import root
from anbao.law.pack import Pack, load_pack
from anbao.law.paths import default_pack_path

HERE = Path(__file__).parent
SOURCE = HERE.parent / "src" / "anbao"
HEAD = "<!-- Made by docs/build.py; edit the program or the pack, not this page. -->\n"


def command_line() -> str:
    """Returns the reference of all commands: help, an example, exit statuses."""
    lines = [HEAD, "# Command line", ""]
    lines += [
        "Data goes to standard output, all else to standard error. `ANBAO_STORE` names the store, `ANBAO_LANG=en` (or",
        "`--lang en`) speaks English, `ANBAO_SIGNING_KEY` names a key file stored outside the store.",
        "Each example gives what a command cannot do without; its ids are to be replaced.",
        "",
    ]
    with click.Context(root, info_name="anbao") as context:
        for verb in root.list_commands(context):
            command = root.get_command(context, verb)
            assert command is not None
            lines += _help(command, f"anbao {verb}", context, 2)
    return "\n".join(lines) + "\n"


def _help(command: click.Command, name: str, parent: click.Context, level: int) -> Iterator[str]:
    with click.Context(command, info_name=name.split()[-1], parent=parent, terminal_width=100) as context:
        yield from (f"{'#' * level} {name}", "", "```text", command.get_help(context), "```", "")
        if isinstance(command, click.Group):
            for sub in command.list_commands(context):
                inner = command.get_command(context, sub)
                assert inner is not None
                yield from _help(inner, f"{name} {sub}", context, level + 1)
        else:
            yield from ("```sh", " ".join(map(shlex.quote, [*name.split(), *example(command, name)])), "```", "")
            yield from (f"Exit status: {exit_statuses(command)}.", "")


def example(command: click.Command, name: str) -> list[str]:
    """Returns arguments with which a command can be called: all that it cannot do without, with values to replace."""
    given: list[str] = []
    for parameter in command.params:
        value = SAMPLES.get(f"{name.removeprefix('anbao ')} {parameter.name}") or SAMPLES.get(parameter.name or "")
        if isinstance(parameter, click.Argument):
            if not value and isinstance(parameter.type, click.Choice):
                value = str(parameter.type.choices[0])
            given += [value] if value else []
        elif parameter.required and isinstance(parameter, click.Option):
            given += [parameter.opts[0]] if parameter.is_flag else [parameter.opts[0], value or ""]
    return given


def exit_statuses(command: click.Command) -> str:
    """Returns what its exit statuses mean; 1 where its docstring says so."""
    said = re.search(r"(?:Exit status|,) 1 ([^.,;]+)", " ".join((command.callback.__doc__ or "").split()))
    findings = f" · 1 {said[1].removeprefix('where ').removeprefix('if ')}" if said else ""
    return f"0 done{findings} · 2 wrong usage or refused input · 3 internal error"


SAMPLES = {
    "pack about": "complaint:C1",
    "pack reader": "court",
    "pack output": "pack.zip",
    "witness init name": "w.example/w1",
    "witness watch key": "log.key",
    "witness add key": "w.example/w1+00000000+BAAA",
    "witness add url": "https://w.example",
    "witness remove name": "w.example/w1",
    "roots": "roots.pem",
    "timestamp add name": "tsa",
    "timestamp add url": "https://tsa.example/",
    "authority": "tsa",
    "about": "complaint:C1",
    "actor": "li",
    "appeal": "A1",
    "by": "li",
    "case": "listing_review-1",
    "cases": "listing_review-1",
    "category": "drug",
    "channel": "全国12315平台",
    "complaint": "C1",
    "concern": "quality",
    "control": "network_logs",
    "digest": "5b3fb9dd",
    "directory": "public",
    "dispute": "D1",
    "effects": "E1",
    "endpoint": "EP1",
    "entries": "12",
    "facts": "外壳过热起火",
    "file": "listings.csv",
    "files": "picture.jpg",
    "hazard": "H1",
    "id": "H1",
    "identity": "0123456789ab",
    "index": "12",
    "listing": "L1",
    "measure": "takedown",
    "merchant": "M1",
    "merchants": "M1",
    "name": "backend",
    "norm_id": "cn.hazard.warn",
    "notice": "alcohol",
    "obligation": "12/cn.kyc.reverify",
    "order": "B1",
    "outcome": "pass",
    "parameter": "notice.least_seconds",
    "person": "li",
    "reason": "已核实",
    "ref": "cn.ecommerce_law.2018/38.1",
    "report": "R1",
    "request": "D1",
    "scopes": "listings",
    "setting": "listing.review",
    "source": "merchant.json",
    "sweep": "S1",
    "term": "蓝冰晶粒",
    "text": "充电宝冒烟",
    "title": "某牌充电宝",
    "to": "wang",
    "url": "https://shop.example/anbao",
    "value": "5",
    "violation": "V1",
    "what": "已向法院起诉",
    "why": "已核实",
    "words": "安全保障",
    "appeal decide outcome": "granted",
    "appeal file measure": "ME1",
    "assist ask file": "request.json",
    "assist authority answer request": "AR1",
    "assist authority decline name": "AR1",
    "assist authority receive file": "request.json",
    "control assign person": "li@shop",
    "event file": "events.jsonl",
    "hazard import file": "recalls.csv",
    "lexicon import file": "words.csv",
    "measure approve measure": "ME1",
    "measure decline measure": "ME1",
    "measure lift measure": "ME1",
    "measure show measure": "ME1",
    "message file": "messages.jsonl",
    "model export file": "model.json",
    "model import file": "model.json",
    "notice acknowledged file": "acknowledged.jsonl",
    "notice answered file": "answered.jsonl",
    "notice choice file": "choices.jsonl",
    "notice shown file": "shown.jsonl",
    "order check file": "orders.jsonl",
    "order place file": "orders.jsonl",
    "policy import file": "policy.json",
    "setting set value": "hours=12",
}
"""A value for each argument and required option, by its name, or by its command and name."""


def norms(pack: Pack) -> str:
    """The norms, the entry kinds, the settings and the duties of the pack."""
    lines = [HEAD, f"# Norms, entry kinds, settings and duties ({pack.info.title.zh})", ""]
    lines += [
        "Deadline *law*: the law names the time. *platform*: it says 及时 or 立即, and the time is a setting.",
        "",
    ]
    lines += [
        "## Norms",
        "",
        "| norm | kind | what | provisions | deadline | confidence |",
        "|---|---|---|---|---|---|",
    ]
    for norm in pack.norms:
        provisions = "<br>".join(norm.provisions)
        title = f"{norm.title.zh}<br>{norm.title.en}"
        lines.append(f"| `{norm.id}` | {norm.kind} | {title} | {provisions} | {norm.deadline} | {norm.confidence} |")
    lines += ["", "## Entry kinds", "", "| kind | what | recorded by | subjects | facts |", "|---|---|---|---|---|"]
    for kind in pack.kinds.values():
        optional = [f"({role})" for role in kind.optional_subjects]
        subjects, facts = ", ".join([*kind.subjects, *optional]), ", ".join(kind.facts)
        lines.append(f"| `{kind.id}` | {kind.title.zh}<br>{kind.title.en} | {kind.by} | {subjects} | {facts} |")
    lines += ["", "## Settings", "", "| setting | what | default | why |", "|---|---|---|---|"]
    for setting in pack.settings:
        period = setting.default
        lengths = ((name, getattr(period, name)) for name in ("hours", "days", "working_days", "months", "years"))
        default = " ".join(f"{length} {name}" for name, length in lengths if length)
        lines.append(f"| `{setting.id}` | {setting.title.zh}<br>{setting.title.en} | {default} | {setting.why.en} |")
    lines += ["", "## Parameters", "", "| parameter | what | value | set by | basis |", "|---|---|---|---|---|"]
    for parameter in pack.parameters:
        basis = "<br>".join(parameter.provisions)
        title = f"{parameter.title.zh}<br>{parameter.title.en}"
        lines.append(
            f"| `{parameter.id}` | {title} | {parameter.value} {parameter.unit} | {parameter.set_by} | {basis} |"
        )
    lines += ["", "## Duties", "", "| duty | instrument, article | act | covered by | source |"]
    lines.append("|---|---|---|---|---|")
    for duty in pack.duties:
        covered = "<br>".join(f"`{name}`" for name in duty.norms) or (
            f"by hand: {duty.by_hand.en}" if duty.by_hand else ""
        )
        where = f"{duty.instrument} {duty.article}"
        lines.append(f"| `{duty.id}` | {where} | {duty.act} | {covered} | {duty.source_status} |")
    return "\n".join(lines) + "\n"


def layers() -> str:
    """Returns the table of ``layers.toml``; packages that do not exist yet stand in parentheses."""
    stated = tomllib.loads((HERE / "layers.toml").read_text(encoding="utf-8"))["layer"]
    lines = ["| layer | packages | 内容 | what they hold |", "|---|---|---|---|"]
    for number, layer in enumerate(stated, 1):
        names = " ".join(f"`{name}`" if _exists(name) else f"(`{name}`)" for name in layer["packages"])
        lines.append(f"| {number} | {names} | {layer['zh']} | {layer['en']} |")
    return "\n".join(lines) + "\n"


def _exists(package: str) -> bool:
    return (SOURCE / package).is_dir() or (SOURCE / f"{package}.py").exists()


def error_tree() -> str:
    """Returns the classes of ``anbao.errors`` below ``AnbaoError``, drawn by who inherits from whom."""
    rows = list(_drawn(errors.AnbaoError, "", ""))
    width = max(len(name) for name, _ in rows) + 2
    drawn = [f"{name:{width}}{e.status}  {e.code:21} {ERROR_MEANINGS.get(e.__name__, '')}".rstrip() for name, e in rows]
    return "\n".join(["```text", *drawn, "```", ""])


def _drawn(error: type[errors.AnbaoError], branch: str, below: str) -> Iterator[tuple[str, type[errors.AnbaoError]]]:
    """Yields the lines of a class and of those below it; ``branch`` leads to the class, ``below`` to its subclasses."""
    yield branch + error.__name__, error
    inner = [one for one in error.__subclasses__() if one.__module__ == errors.__name__]
    for one in inner:
        last = one is inner[-1]
        yield from _drawn(one, below + ("└── " if last else "├── "), below + ("    " if last else "│   "))


ERROR_MEANINGS = {
    "AnbaoError": "base of all; an internal error where it is raised itself",
    "InvalidInput": "the request or row does not fit; names the field",
    "TooLarge": "it is larger than the stated limit",
    "Unauthenticated": "no key, or one that is unknown or revoked",
    "Forbidden": "the key has not the scope, or this person may not do it",
    "NotFound": "there is nothing of this name",
    "Conflict": "the present state forbids it, such as a case that another person has leased",
    "IdempotencyMismatch": "another request was sent under this Idempotency-Key",
    "TooMany": "without a key: too many requests of one address, or of all",
    "PackError": "a law pack, lexicon or policy does not load; names file and line",
    "StoreError": "the store cannot be opened, or is busy",
    "Tampered": "the ledger does not verify; names the place",
}
"""What each error says, by the name of its class."""


def filled(page: str, parts: dict[str, str]) -> str:
    """Returns a page with its made parts between their markers. Raises ValueError where a marker is missing."""
    text = (HERE / page).read_text(encoding="utf-8")
    for name, part in parts.items():
        start, end = f"<!-- made by docs/build.py: {name} -->\n", f"<!-- end: {name} -->\n"
        before, _, rest = text.partition(start)
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(f"{page} has no markers for {name}")
        text = before + start + "\n" + part + "\n" + end + after
    return text


def pages() -> dict[str, str]:
    """All pages that are made, or have made parts, by their path below ``docs``."""
    architecture = "explanation/architecture.md"
    return {
        "reference/cli.md": command_line(),
        "reference/norms.md": norms(load_pack(default_pack_path())),
        architecture: filled(architecture, {"layers": layers(), "errors": error_tree()}),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        (HERE / path).write_text(text, encoding="utf-8")
