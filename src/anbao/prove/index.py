"""The index of subjects: committed to regularly, and asked for the proof that a subject has just these entries."""

from collections.abc import Iterable

from anbao.engine.acts import query
from anbao.engine.core import Service, Step
from anbao.ledger import indexing
from anbao.ledger.absence import AbsenceProof, prove_absence
from anbao.ledger.subjects import BLOCK_ENTRIES, key_digest
from anbao.model.events.engine import PlatformOpened
from anbao.model.events.indexing import IndexCommitted
from anbao.prove.upkeep import anything_since
from anbao.store import Connection
from anbao.text import Text

EVERY = "index.minutes"
"""The parameter that says how often the index is committed to."""

_MINUTE = 60_000


class SubjectIndex(Service):
    """Commits to the index of all entries, and proves from it."""

    def steps(self) -> Iterable[Step]:
        yield self.keep_up

    def keep_up(self) -> bool:
        """Write one full block that is not stored, or commit where that is due; whether there was anything to do."""
        if self._write_block():
            return True
        with self.core.reading() as conn:
            due = self._is_due(conn)
        if due:
            self.commit()
        return due

    def commit(self, *, actor: str = "engine") -> int:
        """Append a commitment to the index of all entries so far; its index.

        The last block is hashed in a read transaction, so that nobody waits for it.
        """
        key = self.core.run(lambda work: indexing.establish_index_key(work.conn))
        while self._write_block():
            pass
        with self.core.reading() as conn:
            size = self.core.ledger.size(conn)
            root = indexing.committed_root(conn, size)
        made = IndexCommitted(key=key_digest(key), root=root.hex(), size=size)
        return self.core.run(lambda work: work.append(made, actor=actor))

    @query(
        title=Text(
            "证明关于一个对象的条目恰为这些，或一条也没有；可离线核验",
            "A proof that just these entries are about a subject, or none; verifies offline",
        ),
        scope="read",
        path="/v1/absence/{role}/{subject}",
    )
    def absence(self, conn: Connection, role: str, subject: str) -> AbsenceProof:
        """Against the newest commitment that a checkpoint covers. Raises NotFound where there is none."""
        return prove_absence(conn, self.core.ledger, role, subject)

    def _write_block(self) -> bool:
        with self.core.reading() as conn:
            number = indexing.missing_block(conn, self.core.ledger.size(conn))
            if number is None:
                return False
            start = number * BLOCK_ENTRIES
            leaves = indexing.leaves_between(conn, start, start + BLOCK_ENTRIES)
        self.core.run(lambda work: indexing.store_block(work.conn, number, leaves))
        return True

    def _is_due(self, conn: Connection) -> bool:
        """Whether the last commitment is old enough, and something was recorded since."""
        now = self.core.clock()
        last = self.core.ledger.newest(conn, IndexCommitted.KIND, 1)
        begun = last or self.core.ledger.newest(conn, PlatformOpened.KIND, 1)
        every = self.core.parameters.number(conn, EVERY, now) * _MINUTE
        if not begun or now - begun[0].recorded < every:
            return False
        return not last or anything_since(conn, last[0].index + 1)
