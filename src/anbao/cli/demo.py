"""``anbao demo``: the simulator platform runs through all of it and says in a few lines what happened and why."""

import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console

from anbao.api.keys import create_key
from anbao.cli.common import t
from anbao.cli.obligations import norm_words, shown
from anbao.connect.registry import HttpRegistry, RegistrySettings
from anbao.ledger import verify_store
from anbao.platform import Platform, open_platform
from anbao.prevent.replay import replay
from anbao.simulator import merchants as street
from anbao.simulator.market import Market
from anbao.simulator.registry import RegistryServer
from anbao.simulator.story import Tally, ToldListing, live
from anbao.store import open_store
from anbao.text import system_language

T = TypeVar("T")

EXAMPLES = 4

FORGERY = """UPDATE entry SET data = CAST(replace(CAST(data AS TEXT), '"block"', '"pass"') AS BLOB) WHERE idx = ?"""


@click.command(
    help=t("用模拟平台走完全程，然后在本机提供接口与文档", "run the simulator platform, then serve API and docs")
)
@click.option("--serve/--no-serve", default=True, help=t("结束后是否提供服务", "whether to serve afterwards"))
@click.option("--listings", type=click.IntRange(100, 1_000_000), default=5_000, show_default=True)
@click.option("--seed", type=int, default=20_261_124, show_default=True)
@click.option("--port", type=click.IntRange(1, 65_535), default=8_000, show_default=True)
def command(serve: bool, listings: int, seed: int, port: int) -> None:
    """A fresh store in a temporary folder, removed at the end."""
    console = Console(highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="anbao-demo-") as folder:
        url = f"sqlite:///{folder}/demo.db"
        with open_platform(url) as platform:
            Narrator(console, platform, Path(folder)).tell(listings, seed)
            token = platform.run(lambda work: create_key(work, "demo", ["*"], "demo")) if serve else ""
        if serve:
            _serve(console, url, port, token)


def _serve(console: Console, url: str, port: int, token: str) -> None:
    from anbao.api.app import Settings
    from anbao.cli.serve import run_server

    base = f"http://127.0.0.1:{port}"
    console.print(f"\n[bold]{t('接口与说明', 'API and documentation')}[/]  {base}/docs   [dim]{base}/log/checkpoint[/]")
    console.print(f"curl -H 'Authorization: Bearer {token}' '{base}/v1/obligations?state=overdue'", soft_wrap=True)
    console.print(t("按 Ctrl-C 结束", "Ctrl-C ends it"), style="dim")
    run_server(Settings(store=url, open_docs=True), "127.0.0.1", port)


class Narrator:
    """Tells the story, chapter by chapter."""

    def __init__(self, console: Console, platform: Platform, folder: Path) -> None:
        self._print = console.print
        self._rule: Callable[[str], None] = lambda title: console.print(f"\n[bold cyan]■ {title}[/]")
        self._platform = platform
        self._folder = folder

    def tell(self, listings: int, seed: int) -> None:
        """All chapters."""
        start = time.perf_counter()
        market = Market(seed=seed, now=self._platform.clock(), listings=listings)
        tally = live(self._platform, market)
        self._merchants(tally)
        self._street(seed)
        self._listings(tally, time.perf_counter() - start)
        self._orders(tally)
        self._obligations()
        self._proof(tally)

    def _merchants(self, tally: Tally) -> None:
        self._rule(t("商家入驻审核", "Merchants apply"))
        decided = Counter(one.decision.decision for one in tally.merchants)
        right = sum(one.decision.decision == one.truth.expected for one in tally.merchants)
        self._print(
            t(
                f"{len(tally.merchants)} 家申请：通过 {decided['verified']}，待补正 {decided['held']}，"
                f"拒绝 {decided['refused']}；与模拟器所知真相相符 {right} 家",
                f"{len(tally.merchants)} applications: {decided['verified']} verified, {decided['held']} held,"
                f" {decided['refused']} refused; {right} as the simulator knows to be right",
            )
        )
        for one in _one_of_each((one.truth.fault, one) for one in tally.merchants if one.truth.fault):
            wrong = max(
                (check for check in one.decision.checks if check.problem), key=lambda check: len(check.provisions)
            )
            self._print(
                f"  [yellow]{one.decision.decision:8}[/] {one.name}  {wrong.kind}: {wrong.problem}"
                f"  [dim]{' '.join(wrong.provisions[:2])}[/]"
            )

    def _street(self, seed: int) -> None:
        """A registry that is down at first, forged numbers with right check digits, families, a come-back."""
        with RegistryServer() as server:
            registry = HttpRegistry(RegistrySettings(name="示例登记机关", url=server.url, tries=1))
            self._platform.prevent.merchants.connect(registry)
            told = street.live(self._platform, seed, server)
            self._platform.prevent.merchants.connect(None)
            registry.close()
        waited = sum(one.decision.decision == "waiting" for one in told)
        self._print(
            t(
                f"登记机关接口中断时 {waited} 家等待、无一放行；恢复后：",
                f"While the registry was down {waited} waited and nobody was waved through; after it came back:",
            )
        )
        stopped = ((one.applicant.truth.part, one) for one in told if one.stands in ("held", "refused"))
        for one in _one_of_each(stopped, most=10):
            merchant, truth = one.applicant.merchant, one.applicant.truth
            linked = " ← " + " ".join(link.merchant for link in one.decision.links) if one.decision.links else ""
            self._print(f"  [yellow]{one.stands:8}[/] {merchant.shop_name}  {truth.part}{linked}")

    def _listings(self, tally: Tally, seconds: float) -> None:
        self._rule(t("商品审核", "Listings are screened"))
        outcomes = tally.outcomes
        self._print(
            t(
                f"{tally.listings:,} 件商品：放行 {outcomes['pass']:,}，放行并提示 {outcomes['notice']:,}，"
                f"待人工复核 {outcomes['review']:,}，拦截 {outcomes['block']:,}（全程 {seconds:.1f} 秒）",
                f"{tally.listings:,} listings: {outcomes['pass']:,} pass, {outcomes['notice']:,} pass with notice,"
                f" {outcomes['review']:,} review, {outcomes['block']:,} block ({seconds:.1f} s in all)",
            )
        )
        found, dangerous = tally.stopped("dangerous")
        beyond, hard = tally.stopped("dangerous", beyond=True)
        wrongly, alike = tally.stopped("look_alike")
        falsely, harmless = tally.stopped("harmless")
        self._print(
            t(
                f"危险品拦下 {found}/{dangerous}；超出本版承诺的伪装 {beyond}/{hard}；"
                f"形似而无害的误拦 {wrongly}/{alike}；普通商品误拦 {falsely}/{harmless}",
                f"stopped: {found}/{dangerous} dangerous, {beyond}/{hard} in disguises beyond this version's promise;"
                f" wrongly: {wrongly}/{alike} harmless look-alikes, {falsely}/{harmless} ordinary goods",
            )
        )
        caught = [one for one in tally.flagged if one.truth.label == "dangerous" and one.decision.findings]
        for one in _one_of_each((one.truth.disguise, one) for one in caught):
            self._listing(one)
        passed = [one for one in tally.flagged if one.truth.label == "look_alike" and not one.decision.findings]
        for one in _one_of_each((one.truth.term, one) for one in passed):
            self._print(f"  [green]pass    [/] {one.decision.listing.title}")

    def _listing(self, one: ToldListing) -> None:
        finding = one.decision.findings[0]
        self._print(f"  [red]{one.decision.outcome:8}[/] {one.decision.listing.title}", markup=True)
        self._print(
            f"           “{finding.surface}” → {finding.term} [{finding.channel or finding.detector}]"
            f" {finding.category} {' '.join(finding.provisions[:2])}",
            style="dim",
            markup=False,
        )

    def _orders(self, tally: Tally) -> None:
        self._rule(t("下单前的风险告知", "Notices before orders"))
        owing = [one for one in tally.orders if one.truth.notices]
        missing = [one for one in owing if one.answer.missing_notices]
        self._print(
            t(
                f"{len(tally.orders)} 笔订单，其中 {len(owing)} 笔须先告知；展示与确认 {tally.notices} 次；"
                f"未确认即下单 {len(missing)} 笔，各自立即成为逾期义务",
                f"{len(tally.orders)} orders, {len(owing)} of which need a notice first; {tally.notices} shown or"
                f" confirmed; {len(missing)} ordered without confirming, each an overdue obligation at once",
            )
        )

    def _obligations(self) -> None:
        self._rule(t("待履行义务", "Obligations"))
        platform = self._platform
        missed = platform.tick()
        found = platform.obligations(limit=10_000)
        overdue = [one for one in found if one.state == "overdue"]
        self._print(
            t(
                f"未完成 {len(found)} 项，逾期 {len(overdue)} 项；期限经过已记入账本 {missed} 条",
                f"{len(found)} unfinished, {len(overdue)} overdue; {missed} entries record what the clock brought",
            )
        )
        counted = Counter(one.norm for one in overdue)
        for norm_id, count in counted.most_common(EXAMPLES):
            title, by_law, provisions = norm_words(platform, norm_id)
            whose = t("法定期限", "the law's deadline") if by_law else t("平台自定期限", "platform's own deadline")
            self._print(f"  {count:4} × {title}  [dim]{whose} · {provisions}[/]")
        upcoming = next((one for one in found if one.state == "open" and one.due_at is not None), None)
        if upcoming and upcoming.due_at is not None:
            title, _, _ = norm_words(platform, upcoming.norm)
            self._print(t("  下一项到期：", "  next due: ") + f"{shown(upcoming.due_at)}  {title}")

    def _proof(self, tally: Tally) -> None:
        self._rule(t("证明", "Proof"))
        platform = self._platform
        platform.checkpoint()
        report = platform.verify()
        verdict = t("完好", "sound") if report.sound else t("被改动", "tampered")
        self._print(
            t(
                f"账本 {report.entries:,} 条，核验：{verdict}",
                f"a ledger of {report.entries:,} entries verifies: {verdict}",
            )
        )
        blocked = next(one for one in tally.flagged if one.decision.outcome == "block")
        with platform.reading() as conn:
            same = replay(conn, platform.ledger, platform.prevent.rulesets, blocked.entry).same
        verdict = t("逐字节相同", "the same bytes") if same else t("不同", "different")
        self._print(
            t(
                f"按当时的版本重放第 {blocked.entry} 号决定：{verdict}",
                f"decision {blocked.entry} made again: {verdict}",
            )
        )
        copy = self._folder / "forged.db"
        with sqlite3.connect(self._folder / "demo.db") as source, sqlite3.connect(copy) as forged:
            source.backup(forged)
        with sqlite3.connect(copy) as forged:
            forged.execute(FORGERY, (blocked.entry,))
        forged.close()
        store = open_store(f"sqlite:///{copy}")
        forgery = verify_store(store)
        store.close()
        if forgery.problem is not None:
            what = forgery.problem.what.get(system_language())
            self._print(
                t(f"在副本中把它改成“放行”：核验发现，{what}", f"changed to “pass” in a copy: found, {what}"),
                style="yellow",
            )


def _one_of_each(items: Iterable[tuple[str, T]], most: int = EXAMPLES) -> list[T]:
    """The first of each sort, at most so many."""
    found: dict[str, T] = {}
    for sort, item in items:
        found.setdefault(sort, item)
    return list(found.values())[:most]
