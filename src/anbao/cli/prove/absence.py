"""``anbao absence``: proof that a subject has just these entries, or none."""

from pathlib import Path

import click

from anbao import localfiles
from anbao.cli.common import open_store_option, store_option, t
from anbao.cli.output import echo
from anbao.ledger.absence import encode_absence
from anbao.model.entry import about


@click.command(
    help=t(
        "证明关于一个对象的条目恰为这些，或一条也没有（JSON；anbao verify --absence 核验）",
        "prove that just these entries are about a subject, or none (JSON; anbao verify --absence checks it)",
    )
)
@click.argument("subject", metavar="ROLE:ID")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help=t("写入文件", "write to a file"))
@store_option
def command(subject: str, output: Path | None, store_url: str | None) -> None:
    """Commits to the index and signs a checkpoint first, so that the proof reaches to the present."""
    role, identity = about(subject)
    with open_store_option(store_url) as platform:
        platform.index.commit()
        platform.checkpoint()
        proof = encode_absence(platform.index.absence(role, identity))
    if output is None:
        echo(proof, nl=False)
        return
    localfiles.write(output, proof)
    echo(t(f"证明已写入 {output}", f"proof written to {output}"), err=True)
