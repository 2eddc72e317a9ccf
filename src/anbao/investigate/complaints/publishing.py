"""Notices, counter-statements and results made public (电子商务法 44).

- Nothing is public before a person found prima facie proof or sent the notice on: false notices would harm the shop.
- The public reads which right, shop and listing, when, and how it stands; words, names and papers stay where they are.
  Who asked not to be named is not identified by the number of their right either.
"""

from anbao.engine.core import Core
from anbao.engine.readmodels import merchants
from anbao.engine.work import Work
from anbao.errors import Conflict
from anbao.investigate.complaints import notices, reading, records
from anbao.investigate.complaints.records import KnownComplaint
from anbao.ledger import Stored, search
from anbao.model.base import Noun
from anbao.model.events.rights import (
    IpCountered,
    IpForwarded,
    IpFoundLacking,
    IpProceedingsKnown,
    IpPublished,
    IpResolved,
)
from anbao.store import Connection
from anbao.text import Text

PUBLISHED = frozenset(
    {IpForwarded.KIND, IpCountered.KIND, IpProceedingsKnown.KIND, IpResolved.KIND, IpFoundLacking.KIND}
)
"""Entries after which the public reads something new."""

MOST_PUBLIC = 500

STANDING = {
    "notified": Text("已收到通知", "A notice was received"),
    "measured": Text("已采取必要措施", "Necessary measures were taken"),
    "countered": Text("商家已提交不侵权声明", "The merchant declared that there is no infringement"),
    "waiting": Text("不侵权声明已转送权利人，等待期内", "The statement reached the right holder, who may go to law"),
    "proceedings": Text("权利人已投诉或者起诉，措施保持", "The right holder went to law; the measures stay"),
    "ended": Text("等待期满，措施已终止", "The waiting period is over and the measures were ended"),
    "upheld": Text(
        "法院或者主管部门认定侵权，措施保持", "A court or authority found an infringement; the measures stay"
    ),
    "cleared": Text(
        "法院或者主管部门未认定侵权，措施已终止", "No court or authority found an infringement; the measures were ended"
    ),
    "lacking": Text(
        "经复核，通知欠缺要件，措施已终止", "Looked at again, the notice was found wanting; no measure stands"
    ),
}


class PublicNotice(Noun, frozen=True, kw_only=True):
    """What the public reads of a notice; instants in UTC milliseconds, ``countered_at`` 0 without a statement."""

    at: int
    countered_at: int
    entry: int
    listing: str
    notified_at: int
    right: str
    shop: str
    state: str


def follow(core: Core, work: Work, stored: Stored) -> None:
    """Publish what is new; a notice that was found wanting only where it was public before."""
    one = records.find(work.conn, stored.subjects["complaint"])
    was = notices.published_by(work.conn, one.id)
    if stored.kind != IpFoundLacking.KIND or was is not None:
        publish(core, work, one, "engine")


def publish(core: Core, work: Work, one: KnownComplaint, actor: str) -> int:
    """Publish a notice as it stands; the entry's index. Raises Conflict for what is no IP notice, or a lacking one."""
    notice = notices.find(work.conn, one.id)
    was = notices.published_by(work.conn, one.id)
    if notice is None or notice.track != "ip" or (notice.state == "lacking" and was is None):
        raise Conflict(Text("没有可公示的知识产权通知", "there is no IP notice to publish"))
    shop = merchants.shop_name(work.conn, one.merchant)
    right = "" if one.conceal else reading.received(core, work, one).right
    history = core.ledger.entries(work.conn, subject=("complaint", one.id), kind=IpCountered.KIND, limit=1)
    event = IpPublished(
        countered_at=history[0].at if history else 0,
        notice=one.id,
        notified_at=one.at,
        right=right,
        shop=shop or one.merchant,
        state=notice.state,
        **one.about,
    )
    return work.append(event, actor=actor)


def public(conn: Connection, limit: int = MOST_PUBLIC) -> list[PublicNotice]:
    """What is to be read now, the newest first."""
    shown = search.stored(conn, notices.last_published(conn, limit))
    return [_public(stored) for stored in reversed(shown)]


def _public(stored: Stored) -> PublicNotice:
    event = stored.event(IpPublished)
    return PublicNotice(
        at=stored.at,
        countered_at=event.countered_at,
        entry=stored.index,
        listing=event.listing,
        notified_at=event.notified_at,
        right=event.right,
        shop=event.shop,
        state=event.state,
    )
