"""After an upgrade the tables that it made are filled from the entries that were there before.

The entries are projected anew onto an empty store beside the old one, and only the new tables are taken from it: what
stood before stays as it was, and nothing is counted twice. What no entry states (the keyed hashes by which merchants
are linked) comes with the merchant's next application or change. Which tables wait for this stands in the store itself,
in the transaction that made them, so that a process killed in between leaves nothing out.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from anbao.engine.core import Core
from anbao.engine.work import Placed, Work
from anbao.ledger.log import insert_entries
from anbao.ledger.merkle import leaf_hash
from anbao.model.entry import Sealed, facts_of
from anbao.store import Connection, meta, open_store, tables
from anbao.store.bulk import insert_many, sql
from anbao.store.migrate import UNFILLED, unfilled

_READ_BY_PROJECTORS = ("meta", "personal")
"""Tables beside the entries, out of which projectors read."""

_AT_ONCE = 1_000


def fill_new_tables(core: Core, work: Work) -> frozenset[str]:
    """Project the entries onto the tables that the last upgrades made; their names."""
    names = unfilled(work.conn)
    if not names:
        return names
    with TemporaryDirectory() as folder:
        beside = open_store(f"sqlite:///{Path(folder) / 'beside.db'}")
        try:
            with beside.write() as conn:
                _project_all(core, work.conn, conn)
                for name in sorted(names & tables.BY_NAME.keys()):
                    _take_over(conn, work.conn, name)
        finally:
            beside.close()
    meta.remove(work.conn, UNFILLED)
    return names


def _project_all(core: Core, old: Connection, new: Connection) -> None:
    for name in _READ_BY_PROJECTORS:
        sql(new, f"DELETE FROM {name}")
        _take_over(old, new, name)
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


def _take_over(source: Connection, target: Connection, name: str) -> None:
    """Copy a table whole."""
    table = tables.BY_NAME[name]
    columns = tuple(table.c)
    rows = sql(source, f"SELECT {', '.join(columns)} FROM {name}").all()
    insert_many(target, table, columns, rows)
