"""``anbao demo``: the simulator platform runs through all of it and says in a few lines what happened and why."""

import tempfile
import time
from pathlib import Path

import click
from rich.console import Console

from anbao.access.keys import create_key
from anbao.cli.common import t
from anbao.cli.demo import admission, danger, evidence, offers, outside, proof, rules, trade
from anbao.cli.demo.printer import DemoPrinter
from anbao.cli.output import plain_console
from anbao.connect.pictures import PictureIntake
from anbao.errors import Conflict
from anbao.model.events.merchants import MerchantApplied
from anbao.model.events.prevent import ListingScreenedEvent
from anbao.model.events.warn import OrderPlaced
from anbao.platform import Platform, open_platform
from anbao.simulator.market import Market
from anbao.simulator.story import live
from anbao.text import Text


@click.command(
    help=t("用模拟平台走完全程，然后在本机提供接口与文档", "run the simulator platform, then serve API and docs")
)
@click.option("--serve/--no-serve", default=True, help=t("结束后是否提供服务", "whether to serve afterwards"))
@click.option("--listings", type=click.IntRange(100, 1_000_000), default=5_000, show_default=True)
@click.option("--seed", type=int, default=20_261_124, show_default=True)
@click.option(
    "--store",
    "store_url",
    metavar="URL",
    help=t("用这个空存储（默认用完即删的 SQLite 文件）", "an empty store (default: a SQLite file, removed at the end)"),
)
@click.option("--port", type=click.IntRange(1, 65_535), default=8_000, show_default=True)
def command(serve: bool, listings: int, seed: int, store_url: str | None, port: int) -> None:
    """In a fresh store. Raises Conflict where there is something in it."""
    console = plain_console()
    with tempfile.TemporaryDirectory(prefix="anbao-demo-") as folder:
        url = store_url or f"sqlite:///{folder}/demo.db"
        with open_platform(url) as platform:
            _require_empty(platform)
            print_all(DemoPrinter(console), platform, Path(folder), listings, seed)
            token = platform.run(lambda work: create_key(work, "demo", ["*"], "demo")) if serve else ""
        if serve:
            _serve(console, url, port, token)


_MARKET = frozenset({ListingScreenedEvent.KIND, MerchantApplied.KIND, OrderPlaced.KIND})
"""Kinds of entries that each market has."""


def _require_empty(platform: Platform) -> None:
    """Nothing made up gets into a ledger that is used."""
    with platform.reading() as conn:
        used = platform.ledger.entries_of(conn, _MARKET, 0, 1)
    if used:
        raise Conflict(
            Text("存储里已有数据，演示不往里写", "there is something in this store; the demo writes nothing into it"),
            hint=Text("给一个空的存储", "give an empty one"),
        )


def print_all(printer: DemoPrinter, platform: Platform, folder: Path, listings: int, seed: int) -> None:
    """All chapters, in the order in which the law names the duties."""
    start = time.perf_counter()
    tally = live(platform, Market(seed=seed, now=platform.clock(), listings=listings))
    pictures = PictureIntake(platform)
    admission.print_applications(printer, platform, tally)
    admission.print_street(printer, platform, seed)
    evidence.print_evidence(printer, platform, "merchant", "licence")
    offers.print_listings(printer, platform, tally, time.perf_counter() - start)
    offers.print_contexts(printer, platform)
    offers.print_disguises(printer, platform, tally)
    offers.print_attribute(printer, platform)
    offers.print_picture(printer, platform, pictures)
    evidence.print_evidence(printer, platform, "listing", "picture")
    rules.print_rules(printer, platform, tally, seed)
    evidence.print_evidence(printer, platform, "lexicon", "model", "suggestion", "moderation")
    trade.print_messages(printer, platform, seed)
    evidence.print_evidence(printer, platform, "message")
    trade.print_notices(printer, tally)
    trade.print_choice(printer, platform, seed)
    trade.print_gate(printer, platform)
    evidence.print_evidence(printer, platform, "notice", "order")
    complaint = danger.print_rescue(printer, platform, pictures)
    proof.print_controls(printer, platform)
    evidence.print_evidence(printer, platform, "control")
    proof.print_obligations(printer, platform)
    proof.print_proof(printer, platform, folder, tally)
    outside.print_outside(printer, platform, folder, complaint)


def _serve(console: Console, url: str, port: int, token: str) -> None:
    from anbao.api.app import ServerSettings
    from anbao.cli.operate.serve import run_server

    base = f"http://127.0.0.1:{port}"
    console.print(f"\n[bold]{t('接口与说明', 'API and documentation')}[/]  {base}/docs   [dim]{base}/log/checkpoint[/]")
    console.print(f"{t('公开警示页', 'Public warnings')}  {base}/public/warnings")
    console.print(f"curl -H 'Authorization: Bearer {token}' '{base}/v1/obligations?state=overdue'", soft_wrap=True)
    console.print(t("按 Ctrl-C 结束", "Ctrl-C ends it"), style="dim")
    run_server(ServerSettings(store=url, open_docs=True), "127.0.0.1", port)
