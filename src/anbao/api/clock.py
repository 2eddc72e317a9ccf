"""What time itself brings while the server runs: deadlines that pass, background steps, checkpoints, answers to forget.

Safe in several processes at once: each step is one job under the store's writer lock, and finds done what another did.
Each job has a thread of its own, so that a step which waits for the network holds up no other and no request.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial

from anbao.api.problems import log
from anbao.engine import idempotency
from anbao.ledger import open_checkpoint
from anbao.platform import Platform

Job = Callable[[], object]

ADVANCE_SECONDS = 1.0
FORGET_SECONDS = 3600.0


@asynccontextmanager
async def running_clock(platform: Platform, checkpoint_every: float) -> AsyncIterator[None]:
    """Keep the clock while the context is open; a last checkpoint covers what was accepted until the end."""
    jobs: list[tuple[float, Job]] = [
        (checkpoint_every, lambda: sign_if_grown(platform)),
        (ADVANCE_SECONDS, platform.keep_time),
        (FORGET_SECONDS, lambda: platform.run(lambda work: idempotency.forget(work.conn, work.now))),
        *((ADVANCE_SECONDS, partial(platform.work_off, step)) for step in platform.steps),
    ]
    try:
        with ThreadPoolExecutor(len(jobs), "anbao-clock") as threads:
            tasks = [asyncio.create_task(_every(seconds, job, threads)) for seconds, job in jobs]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        # Only now does nothing of the clock's run any more that could still record something.
        with ThreadPoolExecutor(1, "anbao-clock-end") as last:
            await _attempt(lambda: _conclude(platform), last)


def _conclude(platform: Platform) -> None:
    """Let the packages react to all that was accepted, then cover it with a checkpoint."""
    while platform.run(platform.react):
        pass
    sign_if_grown(platform)


def sign_if_grown(platform: Platform) -> bool:
    """Sign a checkpoint if the ledger outgrew the last one. Whether it did."""
    with platform.reading() as conn:
        latest = platform.ledger.latest_checkpoint(conn)
        covered = open_checkpoint(latest, platform.ledger.verifier).size if latest else 0
        grown = platform.ledger.size(conn) > covered
    if grown:
        platform.checkpoint()
    return grown


async def _every(seconds: float, job: Job, threads: ThreadPoolExecutor) -> None:
    while True:
        await _attempt(job, threads)
        await asyncio.sleep(seconds)


async def _attempt(job: Job, threads: ThreadPoolExecutor) -> None:
    try:
        await asyncio.get_running_loop().run_in_executor(threads, job)
    except Exception:
        log.exception("the clock's job failed; it is tried again")
