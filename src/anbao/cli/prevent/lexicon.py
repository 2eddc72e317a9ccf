"""``anbao lexicon``: word lists, changed live and stored as versions."""

from pathlib import Path

import click

from anbao import localfiles
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, echo, emit
from anbao.cli.prevent.changes import actor_option, add_changes, print_change
from anbao.detect.text import Lexicon
from anbao.ledger.artefacts import artefact
from anbao.rules.suggestions import DEFAULT_SEVERITY, Acceptance
from anbao.text import Text, system_language


@click.group(help=t("词库：导入、查看、回测、启用、复核", "lexicons: import, show, back-test, activate, confirm"))
def command() -> None:
    """The group; its commands follow."""


@command.command("import", help=t("导入词库（CSV：term,category,severity…）", "import a CSV (term,category,severity…)"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--activate", is_flag=True, help=t("随即提出启用", "propose at once to put it in force"))
@actor_option()
@store_option
def import_file(file: Path, activate: bool, actor: str, store_url: str | None) -> None:
    """Prints the version's digest."""
    data = localfiles.read(file)
    lexicon = Lexicon.from_csv(data)
    with open_store_option(store_url, create=True) as platform:
        digest = platform.import_lexicon(lexicon, actor=actor)
        echo(digest)
        echo(t(f"{len(lexicon.terms)} 个词", f"{len(lexicon.terms)} terms"), err=True)
        for note in lexicon.symbols():
            echo(t(f"{note.term}：{note.matched.zh}", f"{note.term}: {note.matched.en}"), err=True)
        if activate:
            print_change(platform.prevent.changes.propose("lexicon", digest, actor=actor))


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
            "harmless_in": "|".join(term.harmless_in),
            "allowed_with": "|".join(term.allowed_with),
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
        "harmless_in": Text("无害类目", "harmless in"),
        "allowed_with": Text("许可", "allowed with"),
        "provision": Text("法条", "provision"),
        "tags": Text("标签", "tags"),
    }
    emit(rows, [Column(key, title) for key, title in titles.items()], output_format, system_language())


@command.command(
    "suggest",
    help=t(
        "由人工决定与已确认的危险得出的新词与例外", "terms and exceptions that people's decisions and hazards suggest"
    ),
)
@store_option
@format_option()
def suggest(store_url: str | None, output_format: str) -> None:
    """With their counts and examples; nothing is changed."""
    with open_store_option(store_url) as platform:
        found = platform.prevent.suggest()
    rows: list[dict[str, object]] = [
        {
            "term": one.term,
            "exception": "",
            "category": one.category,
            "blocked": one.blocked,
            "passed": one.passed,
            "examples": one.examples,
        }
        for one in found.terms
    ]
    rows += [
        {
            "term": one.term,
            "exception": one.exception,
            "category": one.category,
            "blocked": 0,
            "passed": one.passed,
            "examples": one.examples,
        }
        for one in found.exceptions
    ]
    columns = [
        Column("term", Text("词", "term")),
        Column("exception", Text("例外", "exception")),
        Column("category", Text("类别", "category")),
        Column("blocked", Text("拦截", "blocked")),
        Column("passed", Text("放行", "passed")),
        Column("examples", Text("例", "examples")),
    ]
    emit(rows, columns, output_format, system_language())
    echo(
        t(
            f"依据：人工拦截 {found.blocked} 件、放行 {found.passed} 件，已确认危险 {found.hazards} 项",
            f"from {found.blocked} blocked and {found.passed} passed listings, {found.hazards} confirmed hazards",
        ),
        err=True,
    )


@command.command(
    "accept", help=t("采纳一条建议，得到一个新版本（未启用）", "accept a suggestion: a new version is made")
)
@click.argument("term")
@click.option("--exception", default="", help=t("在此短语中该词无害", "a phrase in which the term is harmless"))
@click.option("--category", default="", help=t("类别", "the category"))
@click.option("--severity", type=click.IntRange(1, 5), default=DEFAULT_SEVERITY, show_default=True)
@click.option(
    "--base", default="", help=t("在哪个版本上修改（默认现行版本）", "the version to add to (default: in force)")
)
@click.option("--reason", "--why", "reason", required=True, help=t("理由", "the reason"))
@actor_option()
@store_option
def accept(
    term: str,
    exception: str,
    category: str,
    severity: int,
    base: str,
    reason: str,
    actor: str,
    store_url: str | None,
) -> None:
    """Prints the new version's digest; activate it like any other."""
    one = Acceptance(base=base, category=category, exception=exception, reason=reason, severity=severity, term=term)
    with open_store_option(store_url) as platform:
        echo(platform.run(lambda work: platform.prevent.accept(work, one, actor=actor)))


add_changes(command, "lexicon")
