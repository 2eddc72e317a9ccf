"""``anbao appeal``: appeals of merchants against measures."""

import click

from anbao.cli.acts import add_acts
from anbao.cli.common import t
from anbao.remove.service import Remove


@click.group(help=t("申诉：提出、列出、决定", "appeals: file, list, decide"))
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "appeal", "remove", Remove)
