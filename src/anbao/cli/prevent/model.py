"""``anbao model``: the optional classifier, trained from the platform's own decisions, stored as versions."""

from pathlib import Path

import click

from anbao import localfiles
from anbao.cli.acting import print_entry
from anbao.cli.common import open_store_option, store_option, t
from anbao.cli.output import echo
from anbao.cli.prevent.changes import actor_option, add_changes
from anbao.ledger.artefacts import artefact
from anbao.rules import rulesets
from anbao.rules.learning import Model


@click.group(
    help=t(
        "分类模型（可选）：训练、导入、回测、启用、停用", "the optional classifier: train, import, activate, deactivate"
    )
)
def command() -> None:
    """The group; its commands follow."""


@command.command("train", help=t("由人工决定训练一个版本（未启用）", "learn a version from reviewers' decisions"))
@actor_option()
@store_option
def train(actor: str, store_url: str | None) -> None:
    """Prints the digest; the same decisions give the same model."""
    with open_store_option(store_url) as platform:
        model = platform.prevent.train(actor=actor)
    echo(model.digest)
    _print_model(model)


@command.command("import", help=t("导入一个模型文件", "import a model's file"))
@click.argument("file", type=click.Path(path_type=Path))
@actor_option()
@store_option
def import_file(file: Path, actor: str, store_url: str | None) -> None:
    """Prints the digest."""
    model = Model.from_bytes(localfiles.read(file))
    with open_store_option(store_url, create=True) as platform:
        platform.run(lambda work: platform.prevent.keep_model(work, model, actor=actor))
    echo(model.digest)
    _print_model(model)


@command.command("export", help=t("导出一个版本", "write a version to a file"))
@click.argument("digest")
@click.argument("file", type=click.Path(path_type=Path))
@store_option
def export(digest: str, file: Path, store_url: str | None) -> None:
    """As ``import`` reads it."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        rulesets.require(conn, "model", digest)
        localfiles.write(file, artefact(conn, digest))


@command.command("deactivate", help=t("停用模型", "score no listing by a model from now on"))
@actor_option()
@store_option
def deactivate(actor: str, store_url: str | None) -> None:
    """At once, in every process."""
    with open_store_option(store_url) as platform:
        entry = platform.run(lambda work: rulesets.deactivate_model(work, actor))
    print_entry(entry)


def _print_model(model: Model) -> None:
    weights = model.weights
    echo(
        t(
            f"拦截 {weights.blocked} 件、放行 {weights.passed} 件；未启用",
            f"from {weights.blocked} blocked and {weights.passed} passed; not in force",
        ),
        err=True,
    )


add_changes(command, "model")
