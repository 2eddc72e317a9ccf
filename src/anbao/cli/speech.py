"""Teaches click to speak the user's language: headings of the help, and what is wrong with a command line."""

from collections.abc import Iterable

import click

from anbao.cli.common import t

_HEADINGS = {"Options": t("选项", "Options"), "Commands": t("命令", "Commands")}
_SHOW_HELP = "Show this message and exit."


class Formatter(click.HelpFormatter):
    """Help with headings in the user's language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, t("用法：", "Usage: ") if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        translated = [
            (
                name,
                text.replace(_SHOW_HELP, t("显示本说明", _SHOW_HELP)).replace("[default: ", t("[默认 ", "[default: ")),
            )
            for name, text in rows
        ]
        super().write_dl(translated, col_max, col_spacing)


def wrong_usage(error: click.ClickException) -> str:
    """One line: what is wrong with the command line, and where the help is."""
    message = error.format_message()
    match error:
        case click.NoSuchOption():
            what = t(f"没有选项 {error.option_name}", message)
        case click.NoSuchCommand():
            what = t(f"没有命令 {error.command_name}", message)
        case click.MissingParameter():
            what = t(f"缺少参数 {_name_of(error)}", message)
        case click.BadParameter():
            what = t(f"参数不对：{error.message}", message)
        case _:
            what = message
    hint = ""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = t(f"。提示：{error.ctx.command_path} --help", f"; hint: {error.ctx.command_path} --help")
    return t("用法错误：", "usage error: ") + what + hint


def _name_of(error: click.MissingParameter) -> str:
    """Returns what is to be typed: the option's first flag, or the argument as the help shows it."""
    if isinstance(error.param, click.Option):
        return error.param.opts[0]
    return error.param.make_metavar(error.ctx) if error.param and error.ctx else ""
