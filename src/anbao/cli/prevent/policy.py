"""``anbao policy``: decision tables, stored as versions and changed live."""

from pathlib import Path

import click

from anbao import localfiles
from anbao.cli.common import open_store_option, store_option, t
from anbao.cli.output import echo
from anbao.cli.prevent.changes import add_changes
from anbao.ledger.artefacts import artefact
from anbao.rules import rulesets
from anbao.rules.policy import Policy


@click.group(help=t("处置策略：导入、回测、启用、复核", "decision tables: import, back-test, activate, confirm"))
def command() -> None:
    """The group; its commands follow."""


@command.command("import", help=t("导入决策表（JDM JSON）", "import a decision table (JDM JSON)"))
@click.argument("file", type=click.Path(path_type=Path))
@store_option
def import_file(file: Path, store_url: str | None) -> None:
    """Prints the version's digest; every combination of facts is tried first."""
    data = localfiles.read(file)
    policy = Policy.given(data, str(file))
    with open_store_option(store_url, create=True) as platform:
        echo(platform.import_policy(policy, data))
    echo(t("未启用", "not in force"), err=True)


@command.command("show", help=t("输出一个版本的决策表（默认现行版本）", "write a version's table (default: in force)"))
@click.argument("digest", required=False)
@store_option
def show(digest: str | None, store_url: str | None) -> None:
    """As JDM JSON."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        wanted = digest or platform.prevent.rulesets.in_force(conn, platform.clock()).versions.policy
        rulesets.require(conn, "policy", wanted)
        data = artefact(conn, wanted)
    echo(data.decode())


add_changes(command, "policy")
