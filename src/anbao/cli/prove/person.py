"""``anbao person``: erase a person, and what is postponed."""

import click

from anbao.cli.acts import add_acts
from anbao.cli.common import t
from anbao.prove.persons import Persons


@click.group(help=t("个人信息：删除、延后的删除", "persons: erase, list postponed erasures"))
def command() -> None:
    """The group; its commands follow."""


add_acts(command, "person", "persons", Persons)
