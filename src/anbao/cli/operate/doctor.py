"""``anbao doctor``: environment, store, and whether the obligations are those that the entries give."""

import os
import platform as machine
import sqlite3
import sys
from pathlib import Path

import click

from anbao import __version__, localfiles
from anbao.cli.common import STORE_VARIABLE, open_store_option, store_option, t
from anbao.cli.output import plain_console
from anbao.connect.storage import STORAGE_VARIABLE
from anbao.ledger.keys import KEY_FILE_VARIABLE
from anbao.rules.pack_defaults import TITLES, DefaultView
from anbao.store.url import sqlite_path
from anbao.text import system_language


@click.command(help=t("自检：环境、存储、账本、义务重算", "check environment, store, ledger; derive obligations again"))
@store_option
def command(store_url: str | None) -> int:
    """Exit status 0 all well, 1 something is wrong."""
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
        wrong = opened.obligation_differences()
        say(
            not wrong,
            t(
                f"义务与按条目重算的结果相差 {len(wrong)} 项",
                f"obligations: {len(wrong)} differ from those derived again from the entries",
            ),
        )
        for stored, derived in wrong[:10]:
            console.print(f"    {stored} ≠ {derived}", markup=False)
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
