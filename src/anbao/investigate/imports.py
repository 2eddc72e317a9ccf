"""Many hazards at once, out of a list of recalls or judgments: each once, however often the list is imported."""

from collections.abc import Iterable

import msgspec

from anbao.errors import AnbaoError
from anbao.investigate import hazards
from anbao.investigate.fingerprints import recognisable
from anbao.model.hazard import Confirmation, Suspicion
from anbao.text import Text
from anbao.work import Work


class Imported(msgspec.Struct, kw_only=True):
    """What became of a list's rows. ``unrecognisable`` stay suspected: nothing in the list tells how to find them."""

    suspected: int = 0
    confirmed: int = 0
    known: int = 0
    unrecognisable: int = 0
    refused: list[tuple[str, Text]] = []


def record_list(work: Work, suspicions: Iterable[Suspicion], done: Imported, actor: str, *, confirm: bool) -> None:
    """Record what is not known yet, in an open work; ``done`` is added to."""
    for suspicion in suspicions:
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
            hazards.confirm(work, suspicion.id, Confirmation(), actor, work.now)
            done.confirmed += 1
        elif confirm:
            done.unrecognisable += 1
