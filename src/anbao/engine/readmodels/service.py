"""The shared read models, opened over the core, which keeps them up to date with every entry."""

from collections.abc import Iterable

from anbao.engine.core import ErasedPerson, Eraser, Service
from anbao.engine.readmodels import bars, families, listings, orders, pictures
from anbao.engine.work import Projector, Work
from anbao.model.events.investigate import HazardConfirmed, HazardLifted
from anbao.model.events.merchants import LicenceLost, LicenceRestored
from anbao.model.events.prevent import ListingDecided, ListingScreenedEvent, PictureRead, PictureScreenedEvent
from anbao.model.events.remove import MeasureTakenEvent, SanctionImposed
from anbao.model.events.rules import ListingCleared
from anbao.model.events.warn import OrderPlaced


class ReadModels(Service):
    """Projects entries onto the tables that several duty packages read."""

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield MeasureTakenEvent.KIND, bars.project_taken
        yield SanctionImposed.KIND, bars.project_imposed
        for kind in bars.ENDINGS:
            yield kind, bars.project_ended
        yield HazardConfirmed.KIND, bars.project_confirmed
        yield HazardLifted.KIND, bars.project_lifted
        yield ListingCleared.KIND, bars.project_lifted
        for kind in (ListingScreenedEvent.KIND, ListingDecided.KIND, LicenceLost.KIND, LicenceRestored.KIND):
            yield kind, listings.project_decided
        yield PictureScreenedEvent.KIND, listings.project_pictured
        yield ListingScreenedEvent.KIND, pictures.project_listings
        yield PictureRead.KIND, pictures.project_readings
        yield PictureScreenedEvent.KIND, pictures.project_screened
        yield OrderPlaced.KIND, orders.project_placed

    def erasers(self) -> Iterable[Eraser]:
        yield _erase


def _erase(work: Work, one: ErasedPerson) -> None:
    for role, name in one.subjects:
        if role == "merchant":
            families.erase_identifiers(work.conn, name)
