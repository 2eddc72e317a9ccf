"""After an upgrade the tables that it made are filled from the entries that were there before.

The entries are projected anew onto an empty store beside the old one (``engine.rebuild``), and only the new tables are
taken from it: what stood before stays as it was, and nothing is counted twice. What no entry states (the keyed hashes
by which merchants are linked) comes with the merchant's next application or change. Which tables wait for this stands
in the store itself, in the transaction that made them, so that a process killed in between leaves nothing out.
"""

from anbao.engine.core import Core
from anbao.engine.rebuild import projected_beside, take_over
from anbao.engine.work import Work
from anbao.store import meta, tables
from anbao.store.migrate import UNFILLED, unfilled


def fill_new_tables(core: Core, work: Work) -> frozenset[str]:
    """Project the entries onto the tables that the last upgrades made; their names."""
    names = unfilled(work.conn)
    if not names:
        return names
    with projected_beside(core, work.conn) as derived:
        for name in sorted(names & tables.BY_NAME.keys()):
            take_over(derived, work.conn, name)
    meta.remove(work.conn, UNFILLED)
    return names
