"""What proof itself records, so that it does not go on because of its own entries."""

from anbao.ledger import search
from anbao.model.events.indexing import IndexCommitted
from anbao.model.events.timestamps import CheckpointStamped, StampFailed
from anbao.model.events.witnesses import CheckpointCosigned, CosigningFailed
from anbao.store import Connection

OWN = (CheckpointCosigned.KIND, CheckpointStamped.KIND, CosigningFailed.KIND, IndexCommitted.KIND, StampFailed.KIND)


def anything_since(conn: Connection, first: int) -> bool:
    """Whether entries from ``first`` on are about anything but proof itself."""
    size = search.size(conn)
    return size - first > sum(search.count_between(conn, kind, first, size) for kind in OWN)
