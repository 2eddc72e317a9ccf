"""Making decisions of the past again from their entries, with the versions of then, for an evidence pack.

Each is compared byte for byte with what was recorded; a difference is explained. The package that decides and the one
that packs come together here, above both. Notices and obligations are not made again yet.
"""

import msgspec

from anbao.engine.core import Core
from anbao.errors import AnbaoError
from anbao.prevent.replay import REPLAYED, replay
from anbao.prove.pack.content import ReplayedEntry
from anbao.rules.rulesets import Rulesets
from anbao.store import Connection
from anbao.text import Text


class Replaying:
    """Replays the entries of one store."""

    def __init__(self, core: Core, rulesets: Rulesets) -> None:
        self._core = core
        self._rulesets = rulesets

    def again(self, conn: Connection, index: int, kind: str) -> ReplayedEntry | None:
        """Returns what came of making an entry again; None for kinds that are neither decided nor derived."""
        try:
            if kind in REPLAYED:
                return self._decision(conn, index, kind)
        except AnbaoError as error:
            return ReplayedEntry(entry=index, kind=kind, same=False, why=error.what)
        return None

    def _decision(self, conn: Connection, index: int, kind: str) -> ReplayedEntry:
        made = replay(conn, self._core.ledger, self._rulesets, index, self._core.vault)
        if made.same:
            return ReplayedEntry(entry=index, kind=kind, same=True)
        fields = _differing(made.recorded, made.replayed)
        why = Text(f"不同的字段：{'、'.join(fields)}", f"fields that differ: {', '.join(fields)}")
        if made.engine_differs:
            why = Text(
                f"记录由另一版本的软件作出；{why.zh}", f"another version of the program made the record; {why.en}"
            )
        return ReplayedEntry(entry=index, kind=kind, same=False, why=why)


def _differing(recorded: object, replayed: object) -> list[str]:
    """The names of fields whose values differ."""
    one, other = msgspec.to_builtins(recorded), msgspec.to_builtins(replayed)
    if not isinstance(one, dict) or not isinstance(other, dict):
        return ["*"]
    return sorted(str(name) for name in one.keys() | other.keys() if one.get(name) != other.get(name))
