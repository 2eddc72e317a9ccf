"""A sweep over a store with the ledger of a million listings, end to end, beside the bare search of the same texts.

One process sweeps for 1,000 dangers while another screens one listing after the other: listings a second, memory, how
long a step holds the store's only write lock, and what a merchant who lists something waits meanwhile. Then one more
danger, which stands in a tenth of all listings: what finding, taking down and counting costs by the hundred thousand.

Use: python bench/sweep_store.py [--listings 1000000] [--store URL] [--part sweep|hits|all]
The store may be one that an earlier run filled; a new one is filled by bulk screening first.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

import material
import relistings
from anbao.connect.bulk import screen_file
from anbao.connect.files import open_source
from anbao.connect.output import Sink
from anbao.detect.likeness.dangers import DangerIndex
from anbao.detect.likeness.offers import OfferTexts
from anbao.engine.work import Work
from anbao.investigate import hazards, screenings
from anbao.investigate.sweep import passes
from anbao.model.hazard import Confirmation, Fingerprint, FingerprintKind, Suspicion
from anbao.model.listing import Listing
from anbao.model.merchant import Merchant
from anbao.platform import Platform, open_platform
from anbao.store import Connection
from anbao.store.bulk import sql

DANGERS, HELD_BACK = 1_000, 1_100
BARCODE = "6901234567892"
EVERY = 10
"""The danger of the second part stands in every so many listings."""

MERCHANTS = 1_000
SCREENED = 40_000
"""Listings of the bare search that is the baseline."""


def dangers() -> list[str]:
    """Real titles that stand in no listing."""
    return [title for title in relistings.real_titles()[:HELD_BACK] if len(title) >= 14][:DANGERS]


def fill(url: str, count: int) -> None:
    """Screen so many listings in bulk: real titles, made-up descriptions of 200 characters."""
    real = relistings.real_titles()
    with tempfile.TemporaryDirectory() as folder, open_platform(url) as platform:
        for number in range(MERCHANTS):
            shop = f"小铺{number}"
            platform.prevent.merchants.apply(
                Merchant(id=f"M{number}", kind="company", legal_name="示例商贸有限公司", shop_name=shop)
            )
        file = Path(folder) / "listings.jsonl"
        texts = [row["description"] for row in material.listings(20_000, material.terms(1_000))]
        with file.open("wb") as out:
            for number, title in enumerate(relistings.many_titles(count, real[HELD_BACK:], 3)):
                text = texts[number % len(texts)] + (f" 条码{BARCODE}" if number % EVERY == 0 else "")
                one = {"id": f"L{number}", "merchant": f"M{number % MERCHANTS}", "title": title, "description": text}
                out.write(msgspec.json.encode(one) + b"\n")
        start = time.perf_counter()
        screen_file(platform, open_source(file), Sink(None), workers=2)
        took = time.perf_counter() - start
    print(f"filled with {count:,} listings in {took:.0f} s", flush=True)


def confirm(url: str, kind: FingerprintKind, values: Sequence[str]) -> None:
    """Confirmed dangers that no sweep has looked for."""

    def job(work: Work) -> None:
        for value in values:
            prints = (Fingerprint(kind=kind, value=value),)
            suspicion = Suspicion(id=f"h-{value}", source="recall", title=value, severity=4, fingerprints=prints)
            platform.investigate.suspect(work, suspicion)
            platform.investigate.confirm(work, suspicion.id, Confirmation())

    with open_platform(url) as platform:
        platform.run(job)


def bare(url: str) -> float:
    """Processor seconds a listing of the search alone: decoded before, nothing written."""
    with open_platform(url) as platform, platform.reading() as conn:
        one = passes.running(conn) or passes.newest(conn, 1)[0]
        index = DangerIndex(map(passes.danger_of, hazards.sought(conn, one.id)))
        pages: list[list[OfferTexts]] = []
        after = -1
        while sum(map(len, pages)) < SCREENED and (some := screenings.between(conn, after, one.before, passes.STEP)):
            pages.append([screening.offer for screening in some])
            after = some[-1].entry
    start = time.process_time()
    for page in pages:
        index.match(page)
    return (time.process_time() - start) / sum(map(len, pages))


@contextmanager
def timed_writes(platform: Platform) -> Iterator[list[float]]:
    """Milliseconds for which this process held the write lock, each time, with the commit."""
    held: list[float] = []
    write = platform.store.write

    @contextmanager
    def timing() -> Iterator[Connection]:
        with write() as conn:
            start = time.perf_counter()
            yield conn
        held.append(1e3 * (time.perf_counter() - start))

    platform.store.write = timing  # type: ignore[method-assign]
    yield held


def sweep(url: str) -> dict[str, Any]:
    """Steps until no danger is left to look for, and what that took of this process."""
    with open_platform(url) as platform, timed_writes(platform) as held:
        start, begun = time.perf_counter(), time.process_time()
        steps = 0
        while platform.investigate.sweep():
            steps += 1
        took, worked = time.perf_counter() - start, time.process_time() - begun
        with platform.reading() as conn:
            one = passes.newest(conn, 1)[0]
        counted = {"looked": one.looked, "matched": one.matched, "steps": steps, "took": took, "worked": worked}
        return {**counted, "held": held[:], "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def screen(url: str, stop: Path) -> dict[str, Any]:
    """One screening after the other, until the file ``stop`` appears: what each waited, in milliseconds."""
    waited: list[float] = []
    with open_platform(url) as platform:
        platform.prevent.ruleset()
        while not stop.exists():
            start = time.perf_counter()
            platform.submit_listing(
                Listing(id=f"new{len(waited)}", merchant="M1", title="新款儿童短袖纯棉T恤", description="面料柔软")
            )
            waited.append(1e3 * (time.perf_counter() - start))
            time.sleep(0.02)
    return {"waited": waited}


def beside(url: str) -> tuple[dict[str, Any], list[float]]:
    """Sweep in one process while another screens."""
    with tempfile.TemporaryDirectory() as folder:
        stop = Path(folder) / "stop"
        screener = _child("screen", url, str(stop))
        swept = json.loads(_child("sweep", url, str(stop)).communicate()[0])
        stop.touch()
        return swept, json.loads(screener.communicate()[0])["waited"]


def report(title: str, swept: dict[str, Any], waited: list[float], alone: float) -> None:
    """Print one sweep."""
    each = swept["worked"] / swept["looked"]
    print(
        f"{title}: {swept['looked']:,} screenings, {swept['matched']:,} matches, {swept['steps']} steps in"
        f" {swept['took']:.0f} s, {swept['worked']:.0f} s of the processor: {1 / each:,.0f}/s,"
        f" {alone / each:.2f} of the bare search; {swept['memory']:.0f} MB"
    )
    report_times("  write lock held", swept["held"])
    report_times("  one screening meanwhile", waited)


def report_times(what: str, millis: list[float]) -> None:
    """Print the middle, the worst hundredth and the worst."""
    ranked = sorted(millis)
    if not ranked:
        print(f"{what:26}      0 times: nothing was measured, take more listings", flush=True)
        return
    print(
        f"{what:26} {len(ranked):6,} times: median {statistics.median(ranked):8.1f} ms"
        f"  p99 {ranked[int(0.99 * len(ranked))]:8.1f} ms  worst {ranked[-1]:8.1f} ms",
        flush=True,
    )


def _child(what: str, url: str, stop: str) -> "subprocess.Popen[bytes]":
    given = [sys.executable, __file__, "--do", what, "--store", url, "--stop", stop]
    return subprocess.Popen(given, stdout=subprocess.PIPE)


def main() -> None:
    """Fill where there is nothing, then measure."""
    options = argparse.ArgumentParser()
    options.add_argument("--listings", type=int, default=1_000_000)
    options.add_argument("--store")
    options.add_argument("--part", choices=("sweep", "hits", "all"), default="all")
    options.add_argument("--do", choices=("sweep", "screen"))
    options.add_argument("--stop", type=Path)
    given = options.parse_args()
    if given.do:
        told = sweep(given.store) if given.do == "sweep" else screen(given.store, given.stop)
        print(json.dumps(told))
        return
    with tempfile.TemporaryDirectory() as folder:
        url = given.store or f"sqlite:///{folder}/bench.db"
        with open_platform(url) as platform, platform.reading() as conn:
            empty = sql(conn, "SELECT 1 FROM listing LIMIT 1").first() is None
        if empty:
            fill(url, given.listings)
        if given.part in ("sweep", "all"):
            confirm(url, "title", dangers())
            swept, waited = beside(url)
            report("sweep for 1,000 dangers", swept, waited, bare(url))
        if given.part in ("hits", "all"):
            confirm(url, "barcode", [BARCODE])
            swept, waited = beside(url)
            report("sweep for a danger in a tenth of all", swept, waited, bare(url))


if __name__ == "__main__":
    material.needs_shared_texts()
    main()
