"""Projections made again from the entries alone, beside the store: to find rows that were edited, and to mend them.

A table is compared unless ``NOT_COMPARED`` names it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby

from anbao.engine.core import Core
from anbao.engine.row_differences import Difference, mend, unequal
from anbao.engine.work import Placed, Work
from anbao.ledger.log import insert_entries
from anbao.ledger.merkle import leaf_hash
from anbao.model.entry import Sealed, facts_of
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql
from anbao.store.scratch import scratch_store
from anbao.store.tables.base import StoreTable

_READ_BY_PROJECTORS = ("meta", "personal")
"""Tables beside the entries, out of which projectors read."""

_AT_ONCE = 1_000

VERIFIED = frozenset({"checkpoint", "entry", "entry_subject", "tile"})
"""Tables of the log, which ``verify_store`` checks against each other and against signatures."""

CHECKED_OTHERWISE = frozenset(
    {
        "api_key",
        "artefact",
        "cosignature",
        "meta",
        "milestone",
        "obligation",
        "person_key",
        "personal",
        "reaction",
        "stamp",
        "subject_block",
        "subject_page",
    }
)
"""Tables with a check of their own (``prove.integrity``): digests, commitments, cursors, obligations derived again."""

NOT_STATED: Mapping[str, str] = {
    "affected": "buyers found for a warning; the warnings themselves are entries",
    "authority_report": "drafts, which a person may change before they are sent",
    "complaint_trace": "keyed hashes of complainants",
    "endpoint": "secrets under which effects are signed",
    "idempotency": "answers kept for repeated requests",
    "kept_out": "a queue that empties itself",
    "merchant_identifier": "keyed hashes of values in the vault",
    "outbox": "effects on their way; their results are entries",
    "registry_question": "questions on their way to registries; their answers are entries",
    "removal_match": "a queue that empties itself",
    "screen_run": "progress of bulk files",
    "stamp_attempt": "attempts at timestamps; what came of them is an entry",
    "witness_attempt": "attempts at witnesses; what came of them is an entry",
    "sweep": "progress of sweeps; their ends are entries",
}
"""Tables of which the entries do not state every row, and what they hold: nothing here proves them."""

NOT_COMPARED = VERIFIED | CHECKED_OTHERWISE | NOT_STATED.keys()

UNSTATED_COLUMNS = frozenset({("hazard", "sweep"), ("turnover", "checked")})
"""Columns of compared tables that note progress and that no entry states."""


def compared_columns(table: StoreTable) -> tuple[str, ...]:
    """Returns the columns of a table that entries state."""
    return tuple(name for name in table.c if (table.name, name) not in UNSTATED_COLUMNS)


def compared_tables() -> list[str]:
    """Returns the names of the tables whose every row follows from the entries."""
    return sorted(tables.BY_NAME.keys() - NOT_COMPARED)


@contextmanager
def projected_beside(core: Core, conn: Connection) -> Iterator[Connection]:
    """Projects all entries onto an empty store of its own, which goes with the context; yields its connection."""
    with scratch_store() as derived:
        _project_all(core, conn, derived)
        yield derived


def differences(core: Core, conn: Connection) -> Iterator[Difference]:
    """Returns the rows that are not what the entries give, table by table."""
    with projected_beside(core, conn) as derived:
        for name in compared_tables():
            yield from unequal(tables.BY_NAME[name], conn, derived, compared_columns(tables.BY_NAME[name]))


def repair(core: Core, work: Work) -> dict[str, int]:
    """Make every compared row what the entries give; returns the number of rows mended by table."""
    mended: dict[str, int] = {}
    with projected_beside(core, work.conn) as derived:
        for name in compared_tables():
            table = tables.BY_NAME[name]
            for one in list(unequal(table, work.conn, derived, compared_columns(table))):
                mend(work.conn, table, one)
                mended[name] = mended.get(name, 0) + 1
    return mended


def take_over(source: Connection, target: Connection, name: str) -> None:
    """Copy a table whole."""
    table = tables.BY_NAME[name]
    columns = tuple(table.c)
    rows = sql(source, f"SELECT {', '.join(columns)} FROM {name}").all()
    insert_many(target, table, columns, rows)


def _project_all(core: Core, old: Connection, new: Connection) -> None:
    for name in _READ_BY_PROJECTORS:
        sql(new, f"DELETE FROM {name}")
        take_over(old, new, name)
    for batch in _batches(core, old):
        insert_entries(new, batch)
        for kind, run in groupby(batch, key=lambda placed: placed[1].kind):
            core.project(new, kind, list(run))


def _batches(core: Core, conn: Connection) -> Iterator[list[Placed]]:
    start = 0
    while stored := core.ledger.entries(conn, start, _AT_ONCE):
        batch = []
        for one in stored:
            entry, data = one.entry(), bytes(one.data)
            facts = facts_of(entry.body)
            sealed = Sealed(
                entry.kind, entry.at, entry.recorded, entry.subjects, facts, data, leaf_hash(data), entry.actor
            )
            batch.append((one.index, sealed))
        yield batch
        start = stored[-1].index + 1
