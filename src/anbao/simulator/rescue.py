"""The scalding power bank, lived through: complaint, confirmation, sweep, removal, return, warning, help.

Nothing here decides: an officer confirms, reviewers settle what is not certain by what they see, the platform's own
system carries out what it is asked. What came of it is reported at the end, each step with its entry.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from anbao.assist.answers import HelpAnswer
from anbao.connect.pictures import PictureIntake
from anbao.delivery.queue import Patience
from anbao.engine import outbox
from anbao.investigate.sweep import matches
from anbao.model.assistance import HelpRequest
from anbao.model.base import legal_time
from anbao.model.events.delivery import EffectRetried
from anbao.model.events.investigate import HazardSuspected, HazardSwept
from anbao.model.hazard import Confirmation, Fingerprint
from anbao.platform import Platform
from anbao.prevent.listings.records import ScreenedListing
from anbao.prove.timeline import TimelineLine, timeline
from anbao.remove import records as measures
from anbao.remove import reports
from anbao.remove.records import Measure
from anbao.remove.reports import Sent
from anbao.simulator import scalding
from anbao.simulator.receiver import Manners, Receiver, receiving
from anbao.simulator.scalding import Cast
from anbao.text import system_language
from anbao.warn import buyers
from anbao.warn.buyers import Reach

OFFICER, REVIEWER, SECOND = "安全员 林", "审核员 周", "审核员 陈"

_WHOLE = 10_000
_SOLD_ON = "PB"
"""How the ids of the dangerous listings begin (``scalding``)."""
_HELP = "help-pb"
_FAST = Patience(attempts=3, first_wait=0)


class Rescue(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the complaint. ``removed`` and ``on_sale`` are listings; ``swept``: looked at, of how many.

    ``doubled`` counts effects that the platform carried out twice, by idempotency key.
    """

    hazard: str
    severity: int
    matched: list[matches.Found]
    removed: frozenset[str]
    on_sale: frozenset[str]
    refused_first: str
    retried: int
    doubled: int
    comeback: ScreenedListing
    reach: Reach
    report: str
    swept: tuple[int, int]
    help: HelpAnswer
    timeline: list[TimelineLine]
    complaint: str


def unfold(platform: Platform, pictures: PictureIntake, cast: Cast) -> Rescue:
    """Let the injured buyer complain, and everyone do what is theirs."""
    for name, line in scalding.OPERATOR.items():
        platform.change_parameter(name, line, actor=OFFICER)
    with _connected(platform) as receiver:
        filed = platform.run(lambda work: platform.investigate.complaints.file(work, scalding.complaint()))
        settle(platform, pictures)
        hazard = _suspected(platform)
        _confirm(platform, pictures, cast, hazard)
        settle(platform, pictures)
        _review(platform)
        settle(platform, pictures)
        refused = [one for one in _measures(platform, hazard) if one.state == "failed"]
        receiver.manners.refused = frozenset()
        _replay(platform)
        settle(platform, pictures)
        on = legal_time(platform.clock()).date()
        platform.prevent.merchants.apply(scalding.seller(9, on))
        returned = platform.submit_listing(scalding.comeback(cast, on))
        report = _report(platform, hazard)
        helped = platform.run(lambda work: platform.assist.ask(work, _cry()))
        settle(platform, pictures)
        taken = _measures(platform, hazard)
        settle(platform, pictures)
        with platform.reading() as conn:
            course = timeline(conn, platform.pack, ("complaint", filed.receipt), platform.clock(), limit=_WHOLE)
        offered = [
            one
            for one in platform.listings(after=_SOLD_ON, limit=_WHOLE)
            if one.id.startswith(_SOLD_ON) and one.outcome in ("pass", "notice")
        ]
        with platform.reading() as conn:
            return Rescue(
                hazard=hazard,
                severity=filed.severity,
                matched=matches.ranked(conn, hazard),
                removed=frozenset(one.listing for one in taken if one.kind == "takedown" and one.state == "confirmed"),
                on_sale=frozenset(one.id for one in offered),
                refused_first=refused[0].listing if refused else "",
                retried=sum(one.kind == EffectRetried.KIND for one in course.lines),
                swept=_swept(platform, hazard),
                doubled=sum(count - 1 for count in receiver.executions.values()),
                comeback=returned,
                report=report,
                reach=buyers.reach_of(conn, hazard),
                help=helped,
                timeline=course.lines,
                complaint=filed.receipt,
            )


def settle(platform: Platform, pictures: PictureIntake) -> None:
    """Until nothing is left to do."""
    while platform.advance() + pictures.settle():
        pass


@contextmanager
def _connected(platform: Platform) -> Iterator[Receiver]:
    manners = Manners(fail_first=1, refused=frozenset({scalding.REFUSED}), unreachable=scalding.UNREACHABLE)
    patience = platform.delivery.patience
    with receiving(manners) as receiver:
        made = platform.run(lambda work: platform.delivery.add_endpoint(work, receiver.url, actor=OFFICER))
        receiver.secrets.append(made.secret)
        platform.delivery.patience = _FAST
        yield receiver
        platform.delivery.patience = patience


def _suspected(platform: Platform) -> str:
    with platform.reading() as conn:
        found = [one.event(HazardSuspected) for one in platform.entries(conn, kind=HazardSuspected.KIND)]
    [event] = [one for one in found if one.listing == scalding.SOURCE]
    return event.hazard


def _confirm(platform: Platform, pictures: PictureIntake, cast: Cast, hazard: str) -> None:
    """The officer has the goods tested and states what they are recognised by, the picture in all its disguises."""
    known = (
        Fingerprint(kind="brand", value=scalding.BRAND),
        Fingerprint(kind="model", value=scalding.MODEL),
        Fingerprint(kind="title", value=scalding.OFFERS[0].title),
        *(Fingerprint(kind="picture", value=one) for one in pictures.fingerprints(cast.pictures["danger/plain"])),
    )
    confirmation = Confirmation(
        advice_en="Do not charge it and do not carry it with you.",
        advice_zh="请勿充电、勿随身携带。",
        basis="抽样检测：过充保护缺失，表面温度超过限值",
        fingerprints=known,
        nameable=True,
        severity=5,
        sold=True,
    )
    platform.run(lambda work: platform.investigate.confirm(work, hazard, confirmation, actor=OFFICER))


def _review(platform: Platform) -> None:
    """What is alike but not certain goes to a person, who sees the goods; at random to a second one too."""
    for person in (REVIEWER, SECOND):
        while True:
            case = platform.cases.next(kinds=("hazard_match",), actor=person).case
            if case is None:
                break
            same = case.subjects["listing"] in scalding.DANGEROUS
            outcome, reason = ("remove", "同一商品") if same else ("keep", "品牌、型号均不同")
            platform.run(
                lambda work, one=case.id, who=person, what=outcome, why=reason: platform.cases.decide(  # type: ignore[misc]
                    work, one, person=who, outcome=what, reason=why
                )
            )


def _replay(platform: Platform) -> None:
    """The officer sends the refused takedowns again."""
    with platform.reading() as conn:
        dead = [one.id for one in outbox.listed(conn, state="dead", topic="listing.takedown")]
    platform.delivery.replay(tuple(dead), actor=OFFICER)


def _report(platform: Platform, hazard: str) -> str:
    """The officer has the report to the authority drafted from the case and sends it; its title."""
    violation = next(one.violation for one in _measures(platform, hazard) if one.listing == scalding.SOURCE)
    name = platform.run(lambda work: platform.remove.draft_report(work, violation, actor=OFFICER))
    sent = Sent(channel="政务平台在线报送", receipt="示监收〔2026〕88 号")
    platform.run(lambda work: platform.remove.record_report_sent(work, name, sent, actor=OFFICER))
    with platform.reading() as conn:
        return reports.letter_of(conn, name).title.get(system_language())


def _cry() -> HelpRequest:
    return HelpRequest(
        buyer=scalding.VICTIM,
        harm="health",
        help="identity",
        id=_HELP,
        order=scalding.VICTIM_ORDER,
        statement="被烫伤，要向商家索赔",
    )


def _measures(platform: Platform, hazard: str) -> list[Measure]:
    with platform.reading() as conn:
        return [one for one in measures.listed(conn, limit=1_000) if one.hazard == hazard]


def _swept(platform: Platform, hazard: str) -> tuple[int, int]:
    with platform.reading() as conn:
        [first, *_] = platform.ledger.entries(conn, 0, 1, kind=HazardSwept.KIND, subject=("hazard", hazard))
    coverage = first.event(HazardSwept).coverage
    return coverage.looked, coverage.listings
