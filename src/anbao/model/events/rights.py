"""Notices of infringed rights (侵权通知), of both tracks: 电子商务法 42–45 (``ip``) and 民法典 1195–1196 (``tort``).

Each act is a base that both tracks share, and one kind per track; ``of_track`` gives the kind.
"""

from typing import Annotated, ClassVar, TypeVar

from msgspec import Meta

from anbao.model.complaint import Attachment, Track
from anbao.model.events.base import Commitment, LedgerEvent, Subject

IpNotice = Annotated[str, Meta(extra={"subject": "ip_notice"})]
TortNotice = Annotated[str, Meta(extra={"subject": "tort_notice"})]


class NoticeEvent(LedgerEvent, frozen=True, kw_only=True):
    """What all entries of a notice name. ``notice`` is the complaint's identifier, in the role of its track."""

    TRACK: ClassVar[Track] = ""

    complaint: Subject
    listing: Subject = ""
    merchant: Subject = ""
    notice: Subject


AnyNotice = TypeVar("AnyNotice", bound=NoticeEvent)


def of_track(act: type[AnyNotice], track: Track) -> type[AnyNotice]:
    """Returns the kind of an act for notices of a track. Raises LookupError for a track that has no such kind."""
    for kind in act.__subclasses__():
        if track == kind.TRACK:
            return kind
    raise LookupError(f"{act.__name__}: {track}")


def kinds_of(*acts: type[NoticeEvent]) -> dict[str, type[NoticeEvent]]:
    """Returns the kinds of these acts by name, of both tracks."""
    return {kind.KIND: kind for act in acts for kind in act.__subclasses__()}


class NoticeNotified(NoticeEvent, frozen=True, kw_only=True):
    """A notice came in by the entry ``about``. ``lacking``: what the law asks for and it does not hold."""

    about: int
    lacking: tuple[str, ...]
    prima_facie: bool


class IpNotified(NoticeNotified, frozen=True, kw_only=True):
    KIND = "ip.notified"
    TRACK = "ip"

    notice: IpNotice


class TortNotified(NoticeNotified, frozen=True, kw_only=True):
    KIND = "tort.notified"
    TRACK = "tort"

    notice: TortNotice


class NoticeForwarded(NoticeEvent, frozen=True, kw_only=True):
    """The merchant was sent the notice."""


class IpForwarded(NoticeForwarded, frozen=True, kw_only=True):
    KIND = "ip.forwarded"
    TRACK = "ip"

    notice: IpNotice


class TortForwarded(NoticeForwarded, frozen=True, kw_only=True):
    KIND = "tort.forwarded"
    TRACK = "tort"

    notice: TortNotice


class NoticeAdmitted(NoticeEvent, frozen=True, kw_only=True):
    """A person found prima facie proof. ``about``: the entry of the complaint."""

    about: int
    person: str
    provisions: tuple[str, ...]
    reason: str


class IpAdmitted(NoticeAdmitted, frozen=True, kw_only=True):
    KIND = "ip.admitted"
    TRACK = "ip"

    notice: IpNotice


class TortAdmitted(NoticeAdmitted, frozen=True, kw_only=True):
    KIND = "tort.admitted"
    TRACK = "tort"

    notice: TortNotice


class NoticeNoListing(NoticeEvent, frozen=True, kw_only=True):
    """The notice names no listing, so that no takedown follows."""


class IpNoListing(NoticeNoListing, frozen=True, kw_only=True):
    KIND = "ip.no_listing"
    TRACK = "ip"

    notice: IpNotice


class TortNoListing(NoticeNoListing, frozen=True, kw_only=True):
    KIND = "tort.no_listing"
    TRACK = "tort"

    notice: TortNotice


class NoticeFoundLacking(NoticeEvent, frozen=True, kw_only=True):
    """A person found that the notice lacks what the law asks of it."""

    person: str
    reason: str


class IpFoundLacking(NoticeFoundLacking, frozen=True, kw_only=True):
    KIND = "ip.found_lacking"
    TRACK = "ip"

    notice: IpNotice


class TortFoundLacking(NoticeFoundLacking, frozen=True, kw_only=True):
    KIND = "tort.found_lacking"
    TRACK = "tort"

    notice: TortNotice


class NoticeMeasured(NoticeEvent, frozen=True, kw_only=True):
    """Necessary measures were taken. ``by``: the entry of the measure, where the engine took it."""

    by: int | None = None
    measure: str


class IpMeasured(NoticeMeasured, frozen=True, kw_only=True):
    KIND = "ip.measured"
    TRACK = "ip"

    notice: IpNotice


class TortMeasured(NoticeMeasured, frozen=True, kw_only=True):
    KIND = "tort.measured"
    TRACK = "tort"

    notice: TortNotice


class NoticeCountered(NoticeEvent, frozen=True, kw_only=True):
    """The merchant declared that there is no infringement."""

    attachments: tuple[Attachment, ...] = ()
    contact: Commitment | None = None
    counter: bool = False
    name: Commitment | None = None
    text: Commitment


class IpCountered(NoticeCountered, frozen=True, kw_only=True):
    KIND = "ip.countered"
    TRACK = "ip"

    notice: IpNotice


class TortCountered(NoticeCountered, frozen=True, kw_only=True):
    KIND = "tort.countered"
    TRACK = "tort"

    notice: TortNotice


class NoticeCounterForwarded(NoticeEvent, frozen=True, kw_only=True):
    """The declaration was sent to the complainant."""


class IpCounterForwarded(NoticeCounterForwarded, frozen=True, kw_only=True):
    KIND = "ip.counter_forwarded"
    TRACK = "ip"

    notice: IpNotice


class TortCounterForwarded(NoticeCounterForwarded, frozen=True, kw_only=True):
    KIND = "tort.counter_forwarded"
    TRACK = "tort"

    notice: TortNotice


class NoticeCounterDelivered(NoticeEvent, frozen=True, kw_only=True):
    """The declaration reached the complainant. ``ends_at``: end of the waiting period (UTC ms)."""

    ends_at: int


class IpCounterDelivered(NoticeCounterDelivered, frozen=True, kw_only=True):
    KIND = "ip.counter_delivered"
    TRACK = "ip"

    notice: IpNotice


class TortCounterDelivered(NoticeCounterDelivered, frozen=True, kw_only=True):
    KIND = "tort.counter_delivered"
    TRACK = "tort"

    notice: TortNotice


class NoticeProceedingsKnown(NoticeEvent, frozen=True, kw_only=True):
    """The complainant went to a court or authority. ``ends_at``: when they are asked how it stands (UTC ms)."""

    attachments: tuple[Attachment, ...] = ()
    docket: str = ""
    ends_at: int
    what: Commitment


class IpProceedingsKnown(NoticeProceedingsKnown, frozen=True, kw_only=True):
    KIND = "ip.proceedings_known"
    TRACK = "ip"

    notice: IpNotice


class TortProceedingsKnown(NoticeProceedingsKnown, frozen=True, kw_only=True):
    KIND = "tort.proceedings_known"
    TRACK = "tort"

    notice: TortNotice


class NoticeProceedingsAsked(NoticeEvent, frozen=True, kw_only=True):
    """The complainant was asked how the proceedings stand."""


class IpProceedingsAsked(NoticeProceedingsAsked, frozen=True, kw_only=True):
    KIND = "ip.proceedings_asked"
    TRACK = "ip"

    notice: IpNotice


class TortProceedingsAsked(NoticeProceedingsAsked, frozen=True, kw_only=True):
    KIND = "tort.proceedings_asked"
    TRACK = "tort"

    notice: TortNotice


class NoticeProceedingsPending(NoticeEvent, frozen=True, kw_only=True):
    """The proceedings are pending. ``ends_at``: when the complainant is asked again (UTC ms)."""

    attachments: tuple[Attachment, ...] = ()
    docket: str = ""
    ends_at: int
    person: str
    reason: str
    result: str


class IpProceedingsPending(NoticeProceedingsPending, frozen=True, kw_only=True):
    KIND = "ip.proceedings_pending"
    TRACK = "ip"

    notice: IpNotice


class TortProceedingsPending(NoticeProceedingsPending, frozen=True, kw_only=True):
    KIND = "tort.proceedings_pending"
    TRACK = "tort"

    notice: TortNotice


class NoticeProceedingsEnded(NoticeEvent, frozen=True, kw_only=True):
    """The proceedings are over."""

    attachments: tuple[Attachment, ...] = ()
    docket: str = ""
    person: str
    reason: str
    result: str


class IpProceedingsEnded(NoticeProceedingsEnded, frozen=True, kw_only=True):
    KIND = "ip.proceedings_ended"
    TRACK = "ip"

    notice: IpNotice


class TortProceedingsEnded(NoticeProceedingsEnded, frozen=True, kw_only=True):
    KIND = "tort.proceedings_ended"
    TRACK = "tort"

    notice: TortNotice


class NoticeMeasuresEnded(NoticeEvent, frozen=True, kw_only=True):
    """The measures end. ``on_counter``: nobody went to law; else ``person`` and ``reason`` say who knows why."""

    on_counter: bool
    person: str = ""
    reason: str = ""


class IpMeasuresEnded(NoticeMeasuresEnded, frozen=True, kw_only=True):
    KIND = "ip.measures_ended"
    TRACK = "ip"

    notice: IpNotice


class TortMeasuresEnded(NoticeMeasuresEnded, frozen=True, kw_only=True):
    KIND = "tort.measures_ended"
    TRACK = "tort"

    notice: TortNotice


class NoticeResolved(NoticeEvent, frozen=True, kw_only=True):
    """The notice is over."""

    outcome: str


class IpResolved(NoticeResolved, frozen=True, kw_only=True):
    KIND = "ip.resolved"
    TRACK = "ip"

    notice: IpNotice


class TortResolved(NoticeResolved, frozen=True, kw_only=True):
    KIND = "tort.resolved"
    TRACK = "tort"

    notice: TortNotice


class IpPublished(NoticeEvent, frozen=True, kw_only=True):
    """A notice was made public (电子商务法 44). Instants in UTC ms, ``countered_at`` 0 without a declaration."""

    KIND = "ip.published"
    TRACK = "ip"

    countered_at: int
    notice: IpNotice
    notified_at: int
    right: str
    shop: str
    state: str
