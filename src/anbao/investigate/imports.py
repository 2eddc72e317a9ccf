"""Many hazards at once, out of a list of recalls or judgments: each once, however often the list is imported."""

from collections.abc import Iterable

import msgspec

from anbao.engine.core import Core
from anbao.engine.work import Work
from anbao.errors import AnbaoError
from anbao.investigate import hazards, suspicions
from anbao.investigate.fingerprints import recognisable
from anbao.model.hazard import Confirmation, Suspicion
from anbao.text import Text


class ImportCounts(msgspec.Struct, kw_only=True):
    """What became of a list's rows. ``unrecognisable`` stay suspected: nothing in the list says how to find them.
    ``waiting`` stay suspected until a second person confirms them.
    """

    suspected: int = 0
    confirmed: int = 0
    known: int = 0
    unrecognisable: int = 0
    waiting: int = 0
    refused: list[tuple[str, Text]] = []


def record_list(
    core: Core, work: Work, listed: Iterable[Suspicion], done: ImportCounts, actor: str, *, confirm: bool
) -> None:
    """Record what is not known yet, in an open work; ``done`` is added to."""
    for suspicion in listed:
        if (found := hazards.find(work.conn, suspicion.id)) and found.state in ("suspected", "confirmed"):
            done.known += 1
            continue
        try:
            hazards.suspect(work, suspicion, actor, work.now)
        except AnbaoError as error:
            done.refused.append((suspicion.id, error.what))
            continue
        done.suspected += 1
        if confirm and recognisable(suspicion.fingerprints):
            suspicions.confirm(core, work, suspicion.id, Confirmation(), actor, work.now)
            waits = work.decision is not None and work.decision.undecided
            done.waiting += waits
            done.confirmed += not waits
            work.decision = None
        elif confirm:
            done.unrecognisable += 1
