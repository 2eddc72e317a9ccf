"""``anbao doctor``: environment, store, and whether the obligations are those that the entries give."""

import os
import platform as machine
import sqlite3
import sys
from pathlib import Path

import click

from anbao import __version__, localfiles
from anbao.cli.acting import by_option
from anbao.cli.common import STORE_VARIABLE, open_store_option, store_option, t
from anbao.cli.output import plain_console
from anbao.connect.storage import STORAGE_VARIABLE
from anbao.engine.rebuild import NOT_STATED
from anbao.ledger.keys import KEY_FILE_VARIABLE
from anbao.rules.pack_defaults import TITLES, DefaultView
from anbao.store.url import sqlite_path
from anbao.text import system_language

MOST_SHOWN = 50
"""Problems that are shown one by one."""


@click.command(
    help=t(
        "自检：环境、存储、账本；由条目重新推出义务与各投影表，逐行比对",
        "check environment, store, ledger; derive obligations and projections again and compare each row",
    )
)
@click.option(
    "--repair", is_flag=True, help=t("把不符的行改回条目所给的", "make rows that differ what the entries give")
)
@by_option(default="officer")
@store_option
def command(repair: bool, actor: str, store_url: str | None) -> int:
    """Exit status 0 all well, 1 something is wrong. What no entry states is named and not compared."""
    console = plain_console()
    well = True

    def say(good: bool, what: str) -> None:
        nonlocal well
        well = well and good
        console.print(f"{'[green]✓[/]' if good else '[red]✗[/]'} {what}")

    say(sys.version_info >= (3, 11), f"Python {machine.python_version()}, SQLite {sqlite3.sqlite_version}")
    say(True, f"anbao {__version__}")
    if not store_url:
        console.print(
            t(
                f"未给 --store（或 {STORE_VARIABLE}），只查了环境",
                f"no --store (or {STORE_VARIABLE}): only the environment",
            )
        )
        return 0
    with open_store_option(store_url) as opened:
        pack = opened.pack
        say(
            True,
            t(f"法律包 {pack.digest}：{len(pack.norms)} 条规范", f"law pack {pack.digest}: {len(pack.norms)} norms"),
        )
        report = opened.verify()
        problem = "" if report.problem is None else " · " + report.problem.what.get(system_language())
        say(report.sound, t(f"账本 {report.entries} 条{problem}", f"ledger of {report.entries} entries{problem}"))
        with opened.reading() as conn:
            wrong = list(opened.integrity.problems(conn))
        say(
            not wrong,
            t(
                f"存储与条目不符 {len(wrong)} 处（投影表、义务、摘要、个人信息、密钥、游标）",
                f"{len(wrong)} places differ from the entries"
                " (projections, obligations, digests, personal values, keys, cursors)",
            ),
        )
        for one in wrong[:MOST_SHOWN]:
            console.print(f"    {one.where}: {one.what.get(system_language())}", markup=False)
        if len(wrong) > MOST_SHOWN:
            console.print(t(f"    另有 {len(wrong) - MOST_SHOWN} 处", f"    and {len(wrong) - MOST_SHOWN} more"))
        unproven = " ".join(NOT_STATED)
        console.print(
            t(f"未比对（条目未逐行记载）：{unproven}", f"not compared (no entry states each row): {unproven}")
        )
        if repair and wrong:
            mended = opened.integrity.repair(actor=actor)
            for table, rows in sorted(mended.items()):
                console.print(t(f"已按条目修复 {table}：{rows} 行", f"repaired {table}: {rows} rows"))
            left = sum(not one.repairable for one in wrong)
            say(not left, t(f"不能由条目修复 {left} 处", f"{left} places cannot be repaired from the entries"))
        with opened.reading() as conn:
            lags = opened.reactions.lags(conn)
        say(not lags, t(f"未能完成的反应 {len(lags)} 项", f"reactions that stand before an entry: {len(lags)}"))
        for lag in lags:
            console.print(f"    {lag.name}: {lag.failed}", markup=False)
        for path in shared_files(store_url):
            folder = path.is_dir()
            wanted = localfiles.FOLDER_MODE if folder else localfiles.FILE_MODE
            say(
                False,
                t(
                    f"{path} 可被其他用户访问，其中有个人信息：chmod {wanted:o} {path}",
                    f"{path} is open to other users and holds personal data: chmod {wanted:o} {path}",
                ),
            )
        for default in opened.prevent.defaults():
            if default.state != "current":
                console.print(f"[yellow]![/] {describe_differences(default)}")
    return 0 if well else 1


def shared_files(store_url: str) -> list[Path]:
    """The files of a store on SQLite, its folder of objects and the signing key's file, where others have rights."""
    found = []
    if file := sqlite_path(store_url):
        found += [file.with_name(file.name + tail) for tail in ("", "-wal", "-shm", ".objects")]
    if key := os.environ.get(KEY_FILE_VARIABLE):
        found.append(Path(key))
    storage = os.environ.get(STORAGE_VARIABLE, "")
    if storage.startswith("file://"):
        found.append(Path(storage.removeprefix("file://")))
    return [path for path in found if path.exists() and localfiles.is_shared(path)]


def describe_differences(default: DefaultView) -> str:
    """What a store that keeps another version than the pack's default should know."""
    title, how = TITLES[default.role], f"anbao {default.role} adopt-default"
    if default.proposed:
        how = f"anbao {default.role} confirm {default.default}"
    if default.state == "older":
        return t(
            f"{title.zh}仍是旧版本所带的默认版本 {default.in_force}；随包的默认版本为 {default.default}（{how}）",
            f"{title.en} in force, {default.in_force}, is an earlier release's default; now it is"
            f" {default.default} ({how})",
        )
    return t(
        f"{title.zh}为平台自有版本 {default.in_force}，与随包的默认版本 {default.default} 不同（可用 {how}）",
        f"{title.en} in force, {default.in_force}, is the platform's own; the pack's default is"
        f" {default.default} ({how})",
    )
