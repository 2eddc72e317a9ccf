"""Screens a file of listings of any size: chunks in order, on one core or several, resumable, nothing entered twice.

Invariants
- Entries, the run's progress and its summary are committed together; only what was not committed is done again.
- Output lines are on disk before the commit that counts them, and are cut back to the counted length on resume.
- A chunk is committed under the ruleset in force at that moment, and as merchants stand then; one decided under another
  is decided again.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future

import msgspec
import numpy as np

from anbao.connect.files import Chunk, FileRowError, Source
from anbao.connect.output import Sink
from anbao.connect.rows import RowFormat, close_line
from anbao.connect.screening import Processed, Screener
from anbao.connect.storage import storage_for
from anbao.connect.summary import Summary
from anbao.connect.workers import Workers
from anbao.engine.core import system_clock
from anbao.engine.work import Work
from anbao.platform import Platform
from anbao.prevent.listings.records import record_screened
from anbao.prevent.listings.standing import changed_at
from anbao.rules.rulesets import Rulesets
from anbao.store import Connection, Store, open_store, tables
from anbao.store.bulk import columns_of, row_of, upsert_rows

ROWS_PER_CHUNK = 1_000
CHUNKS_PER_COMMIT = 8


class Progress(msgspec.Struct, frozen=True):
    """How far a run has come: committed rows, and the position in the input."""

    rows: int
    position: int


class _Run(msgspec.Struct):
    """A row of ``screen_run``. ``finished_under``: the versions in force at its end, empty before."""

    id: str
    rows_done: int
    lines_done: int
    input_position: int
    output_position: int
    summary: bytes
    finished_under: str
    at: int


def screen_file(
    platform: Platform,
    source: Source,
    sink: Sink,
    *,
    workers: int = 1,
    restart: bool = False,
    on_errors: Callable[[list[FileRowError]], None] = lambda errors: None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    on_known: Callable[[], None] = lambda: None,
) -> Summary:
    """Screen every row, from where an unfinished run of the same file stopped; its summary.

    A run that is finished and whose rules are still in force enters nothing twice: its summary is given again, after
    ``on_known``. With ``restart`` all begins anew.
    """
    identity = f"{source.fingerprint()}:{sink.identity}"
    run = _begin(platform, identity)
    if restart or (run.finished_under and not _stands(platform, run, sink)):
        run = _Run(identity, 0, 0, 0, 0, b"", "", platform.clock())
    summary = msgspec.json.decode(run.summary, type=Summary) if run.summary else Summary()
    if run.finished_under:
        on_known()
        return summary
    summary.unscreened, summary.notes = source.unscreened, source.notes
    sink.open(run.output_position)
    chunks = source.chunks(
        run.input_position, first_row=run.rows_done + 1, first_line=run.lines_done + 1, rows=ROWS_PER_CHUNK
    )
    local = _screener(platform.store, platform.prevent.rulesets, platform.clock, source, sink.rows)
    committed: Future[None] | None = None
    ids: list[bytes] = []
    for group in _grouped(_processed(platform, source, sink.rows, chunks, local, workers)):
        if committed is not None:
            committed.result()
            on_progress(Progress(run.rows_done, run.input_position))
        committed = platform.submit(_commit_job(platform, local, run, summary, sink, group))
        for _chunk, done in group:
            ids.append(done.ids)
            if done.errors:
                on_errors(done.errors)
    if committed is not None:
        committed.result()
        on_progress(Progress(run.rows_done, run.input_position))
    sink.close()
    hashes = np.frombuffer(b"".join(ids), np.uint64)
    summary.repeated_ids += len(hashes) - len(np.unique(hashes))
    run.summary = msgspec.json.encode(summary)
    run.finished_under = _rules(platform)
    platform.run(lambda work: _save(work.conn, run))
    platform.checkpoint()
    return summary


def _begin(platform: Platform, identity: str) -> _Run:
    with platform.reading() as conn:
        run = row_of(conn, _Run, f"SELECT {columns_of(_Run)} FROM screen_run WHERE id = ?", (identity,))
    return run or _Run(identity, 0, 0, 0, 0, b"", "", platform.clock())


def _stands(platform: Platform, run: _Run, sink: Sink) -> bool:
    """Whether a finished run would come out the same, and its output is still there."""
    return run.finished_under == _rules(platform) and sink.holds(run.output_position)


def _rules(platform: Platform) -> str:
    return msgspec.json.encode(platform.prevent.ruleset().versions).decode()


def _commit_job(
    platform: Platform,
    local: Screener,
    run: _Run,
    summary: Summary,
    sink: Sink,
    group: list[tuple[Chunk, Processed]],
) -> Callable[[Work], None]:
    def job(work: Work) -> None:
        current = platform.prevent.rulesets.in_force(work.conn, work.now).versions
        moved = changed_at(work.conn)
        for chunk, done in group:
            if done.versions != current or done.moved != moved:
                done = local.process(chunk)
            entries = record_screened(work, done.sealed)
            if sink.rows:
                rows = sink.rows
                sink.write(
                    [line if place < 0 else close_line(line, entries[place], rows) for place, line in done.lines]
                )
            summary.merge(done.summary)
            run.rows_done += chunk.rows
            run.lines_done = chunk.next_line - 1
            run.input_position = chunk.position
        run.output_position = sink.sync()
        run.summary = msgspec.json.encode(summary)
        run.at = work.now
        _save(work.conn, run)

    return job


def _save(conn: Connection, run: _Run) -> None:
    upsert_rows(conn, tables.screen_run, [run])


def _grouped(results: Iterator[tuple[Chunk, Processed]]) -> Iterator[list[tuple[Chunk, Processed]]]:
    group = []
    for result in results:
        group.append(result)
        if len(group) == CHUNKS_PER_COMMIT:
            yield group
            group = []
    if group:
        yield group


def _processed(
    platform: Platform,
    source: Source,
    rows: RowFormat | None,
    chunks: Iterator[Chunk],
    local: Screener,
    workers: int,
) -> Iterator[tuple[Chunk, Processed]]:
    """Chunks with their results, in order; with several workers a bounded number is under way."""
    if workers <= 1:
        for chunk in chunks:
            yield chunk, local.process(chunk)
        return
    with Workers(workers, _start, (platform.store.url, platform.prevent.rulesets, source, rows)) as pool:
        for chunk, result in pool.run(chunks):
            yield chunk, _unpack(result)


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Processed).decode


def _start(url: str, rulesets: Rulesets, source: Source, rows: RowFormat | None) -> Callable[[Chunk], bytes]:
    screener = _screener(open_store(url, create=False), rulesets, system_clock, source, rows)
    return lambda chunk: _pack(screener.process(chunk))


def _screener(
    store: Store, rulesets: Rulesets, clock: Callable[[], int], source: Source, rows: RowFormat | None
) -> Screener:
    folder = source.path.parent
    return Screener(store, rulesets, clock, source.mapping, source.format, rows, folder, lambda: storage_for(store.url))
