"""The store compared with its entries."""

from anbao.model.events.base import LedgerEvent


class StateRepaired(LedgerEvent, frozen=True, kw_only=True):
    """Rows of a table were made what the entries give; ``rows``: how many."""

    KIND = "state.repaired"

    rows: int
    table: str
