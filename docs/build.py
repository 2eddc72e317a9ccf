"""Writes the reference pages that are made from the program itself: ``python docs/build.py``.

``tests/test_docs.py`` fails where a page differs from what this would write.
"""

import os
from collections.abc import Iterator
from pathlib import Path

os.environ["ANBAO_LANG"] = "en"
os.environ["COLUMNS"] = "100"

import click

from anbao.cli.root import root
from anbao.law.pack import Pack, load_pack
from anbao.law.paths import default_pack_path

HERE = Path(__file__).parent
HEAD = "<!-- Made by docs/build.py; edit the program or the pack, not this page. -->\n"


def command_line() -> str:
    """The reference of all commands, as their help tells them."""
    lines = [HEAD, "# Command line", ""]
    lines += [
        "Data goes to standard output, all else to standard error. Exit status: 0 clean, 1 findings or not sound,",
        "2 usage or input, 3 internal. `ANBAO_STORE` names the store, `ANBAO_LANG=en` (or `--lang en`) speaks English,",
        "`ANBAO_SIGNING_KEY` names a key file kept outside the store.",
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
    lines += ["", "## Duties", "", "| duty | instrument, article | act | kept by | source |", "|---|---|---|---|---|"]
    for duty in pack.duties:
        kept = "<br>".join(f"`{name}`" for name in duty.norms) or (
            f"by hand: {duty.by_hand.en}" if duty.by_hand else ""
        )
        where = f"{duty.instrument} {duty.article}"
        lines.append(f"| `{duty.id}` | {where} | {duty.act} | {kept} | {duty.source_status} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """All made pages by their path below ``docs``."""
    return {"reference/cli.md": command_line(), "reference/norms.md": norms(load_pack(default_pack_path()))}


if __name__ == "__main__":
    for path, text in pages().items():
        (HERE / path).write_text(text, encoding="utf-8")
