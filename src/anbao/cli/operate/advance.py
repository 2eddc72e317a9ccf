"""``anbao advance``: what time has made due is done once, for those who run no server."""

import click

from anbao.cli.common import connect_registry, open_store_option, store_option, t
from anbao.cli.output import echo
from anbao.connect.moderation import attach_from_environment


@click.command(
    help=t(
        "办理到期的一切：期限、证照到期、登记机关、检查、投递（serve 自动办理）",
        "do all that is due: deadlines, licences that ran out, registries, probes, delivery (serve does so by itself)",
    )
)
@store_option
def command(store_url: str | None) -> None:
    """Calling it again when nothing is due changes nothing."""
    with open_store_option(store_url) as platform:
        connect_registry(platform)
        attach_from_environment(platform)
        done = platform.advance()
    echo(t(f"办理 {done} 项", f"{done} done"), err=True)
