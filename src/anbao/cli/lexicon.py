"""``anbao lexicon``: word lists, changed live and kept as versions."""

from datetime import datetime
from pathlib import Path

import click

from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, emit
from anbao.errors import InvalidInput
from anbao.model.base import legal_time
from anbao.prevent import rulesets
from anbao.prevent.artefacts import artefact
from anbao.prevent.text import Lexicon
from anbao.text import Text, system_language


@click.group(help=t("词库：导入、列出、查看、启用", "lexicons: import, list, show, activate"))
def command() -> None:
    """The group; its commands follow."""


@command.command("import", help=t("导入词库（CSV：term,category,severity…）", "import a CSV (term,category,severity…)"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--activate", is_flag=True, help=t("立即启用", "put it in force at once"))
@store_option
def import_file(file: Path, activate: bool, store_url: str | None) -> None:
    """Prints the version's digest."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InvalidInput(Text(f"无法读取 {file}", f"cannot read {file}: {error.strerror}")) from error
    lexicon = Lexicon.from_csv(data)
    with open_store_option(store_url, create=True) as platform:
        digest = platform.import_lexicon(lexicon)
        if activate:
            platform.activate_lexicon(digest)
    click.echo(digest)
    click.echo(
        t(f"{len(lexicon.terms)} 个词", f"{len(lexicon.terms)} terms")
        + (t("，已启用", ", in force") if activate else t("，未启用", ", not in force")),
        err=True,
    )


@command.command("activate", help=t("启用一个版本，可指定生效时间", "put a version in force, now or at a stated time"))
@click.argument("digest")
@click.option("--at", "at", metavar="RFC3339", help=t("生效时间，如 2026-12-01T00:00:00+08:00", "when it takes effect"))
@store_option
def activate_version(digest: str, at: str | None, store_url: str | None) -> None:
    """The version must have been imported before."""
    with open_store_option(store_url) as platform:
        entry = platform.activate_lexicon(digest, effective=None if at is None else _instant(at))
    click.echo(t(f"条目 {entry}", f"entry {entry}"), err=True)


@command.command("list", help=t("列出各版本", "list the versions"))
@store_option
@format_option()
def list_versions(store_url: str | None, output_format: str) -> None:
    """In the order of activation."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        current = platform.prevent.rulesets.in_force(conn, platform.clock()).versions.lexicon
        rows: list[dict[str, object]] = [
            {
                "digest": version.digest,
                "effective": _shown(version.effective),
                "entry": "" if version.entry is None else version.entry,
                "in_force": version.digest == current,
            }
            for version in rulesets.versions(conn, "lexicon")
        ]
    columns = [
        Column("digest", Text("版本", "version")),
        Column("effective", Text("生效", "effective")),
        Column("entry", Text("条目", "entry")),
        Column("in_force", Text("现行", "in force")),
    ]
    emit(rows, columns, output_format, system_language())


@command.command(
    "show", help=t("查看一个版本的词（默认现行版本）", "show a version's terms (default: the one in force)")
)
@click.argument("digest", required=False)
@store_option
@format_option()
def show(digest: str | None, store_url: str | None, output_format: str) -> None:
    """All terms with category, severity, exceptions and provisions."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        if digest is None:
            lexicon = platform.prevent.rulesets.in_force(conn, platform.clock()).lexicon
        else:
            lexicon = Lexicon.from_bytes(artefact(conn, digest))
    rows: list[dict[str, object]] = [
        {
            "term": term.term,
            "category": term.category,
            "severity": term.severity,
            "exceptions": "|".join(term.exceptions),
            "provision": "|".join(term.provisions),
            "tags": "|".join(term.tags),
        }
        for term in lexicon.terms
    ]
    titles = {
        "term": Text("词", "term"),
        "category": Text("类别", "category"),
        "severity": Text("严重度", "severity"),
        "exceptions": Text("例外", "exceptions"),
        "provision": Text("法条", "provision"),
        "tags": Text("标签", "tags"),
    }
    emit(rows, [Column(key, title) for key, title in titles.items()], output_format, system_language())


def _instant(text: str) -> int:
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


def _shown(instant: int | None) -> str:
    if instant is None:
        return ""
    return legal_time(instant).isoformat(timespec="seconds")
