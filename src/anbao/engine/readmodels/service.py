"""The shared read models, opened over the core, which keeps them up to date with every entry."""

from collections.abc import Iterable

from anbao.engine.core import Service
from anbao.engine.readmodels import bars
from anbao.engine.work import Projector


class ReadModels(Service):
    """Projects entries onto the tables that several duty packages read."""

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield bars.TAKEN, bars.project_taken
        yield bars.IMPOSED, bars.project_imposed
        for kind in bars.ENDED:
            yield kind, bars.project_ended
        yield bars.CONFIRMED, bars.project_confirmed
        yield bars.LIFTED, bars.project_lifted
        yield bars.CLEARED, bars.project_lifted
