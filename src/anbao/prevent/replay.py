"""Replays an old decision from its entry: the same bytes, or what differs."""

from typing import Any

import msgspec

from anbao.detect.picture.candidates import ListingStanding
from anbao.engine.readmodels.bars import before as bars_before
from anbao.engine.readmodels.screened import listing_of
from anbao.errors import InvalidInput, NotFound
from anbao.law.deadlines import legal_day
from anbao.ledger import Ledger, Vault
from anbao.ledger.canonical import seal_event
from anbao.ledger.log import Stored
from anbao.ledger.whole import whole_record
from anbao.model.events.prevent import ListingScreenedEvent, MessageScreenedEvent, PictureRead, PictureScreenedEvent
from anbao.model.listing import GIVEN_REASONS
from anbao.model.message import MessageScreened
from anbao.model.picture import PictureScreened
from anbao.prevent.listings import relisting
from anbao.prevent.listings.records import seal_screened
from anbao.prevent.listings.screening import screen
from anbao.prevent.listings.standing import on_file_before
from anbao.prevent.messages import records as messages
from anbao.prevent.pictures.dangers import dangers_at
from anbao.prevent.pictures.judge import PictureCase, judge
from anbao.rules.clearances import cleared_of_entry
from anbao.rules.rulesets import ENGINE, Rulesets
from anbao.store import Connection
from anbao.text import Text


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """``same``: the decision was made again to the same bytes. Otherwise ``recorded`` and ``replayed`` show both.

    ``engine_differs`` says that another version of the program made the record.
    """

    entry: int
    same: bool
    engine_differs: bool
    recorded: Any = None
    replayed: Any = None


class Erased(NotFound):
    """The text of a message that was erased cannot be judged again."""


REPLAYED = (ListingScreenedEvent.KIND, PictureScreenedEvent.KIND, MessageScreenedEvent.KIND)
"""Kinds of entries that can be replayed."""

_Decision = PictureScreened | MessageScreened


def replay(conn: Connection, ledger: Ledger, rulesets: Rulesets, index: int, vault: Vault | None = None) -> Replay:
    """Decide entry ``index`` again with the versions it names and what was on file before it.

    A message's text comes from the vault. Raises NotFound for a missing entry or version, Erased for a text that was,
    InvalidInput for an entry that is no screening.
    """
    stored = ledger.entry(conn, index)
    if stored.kind == MessageScreenedEvent.KIND and vault is not None:
        return _replay_message(conn, rulesets, stored, vault)
    if stored.kind == PictureScreenedEvent.KIND:
        return _replay_picture(conn, ledger, rulesets, stored)
    if stored.kind != ListingScreenedEvent.KIND:
        raise InvalidInput(
            Text(f"第 {index} 号条目不是商品审核（{stored.kind}）", f"entry {index} is no screening ({stored.kind})"),
            hint=Text(f"只能重放 {'、'.join(REPLAYED)}", f"only {', '.join(REPLAYED)} can be replayed"),
        )
    old = stored.event(ListingScreenedEvent).screened
    record, versions = whole_record(conn, old.listing), old.versions
    listing = listing_of(record)
    used = (versions.lexicon, versions.policy, versions.pack, versions.hazards, versions.fraud, versions.model)
    ruleset = rulesets.build(conn, *used)
    merchants = {record.merchant: on_file_before(conn, ledger, record.merchant, index)} if record.merchant else {}
    unread = tuple(one for one in old.unjudged if one.reason in GIVEN_REASONS)
    given = {0: unread} if unread else {}
    bars = {record.id: bars_before(conn, ledger, record.id, index)} if ruleset.catalogue.listing_standings else {}
    [new] = relisting.apply(
        screen([listing], ruleset, merchants, legal_day(stored.recorded), old.reading, given), bars, ruleset.catalogue
    )
    new = msgspec.structs.replace(
        new,
        unlawful=old.unlawful,  # follows from what is compared; earlier entries do not say it
        versions=msgspec.structs.replace(new.versions, engine=versions.engine),
    )
    again = seal_screened(new, stored.at, stored.recorded, stored.actor).entry
    same = again.data == stored.data
    return Replay(
        entry=index,
        same=same,
        engine_differs=versions.engine != ENGINE,
        recorded=None if same else msgspec.to_builtins(old),
        replayed=None if same else msgspec.to_builtins(new),
    )


def _replay_picture(conn: Connection, ledger: Ledger, rulesets: Rulesets, stored: Stored) -> Replay:
    """Decide on a picture again, from what was read in it and the dangers known then."""
    event = stored.event(PictureScreenedEvent)
    old = event.screened
    versions = old.versions
    used = (versions.lexicon, versions.policy, versions.pack, versions.hazards, versions.fraud)
    ruleset = rulesets.build(conn, *used)
    reading = None
    if old.reading >= 0:
        reading = ledger.entry(conn, old.reading).event(PictureRead).reading
    case = PictureCase(
        category=old.category,
        entry=old.reading,
        harmless=cleared_of_entry(ruleset.guarded.cleared, ledger, conn, event.listing, old.screened),
        place=old.place,
        problem=old.problem if reading is None else "",
        reading=reading,
        screened=old.screened,
        source=old.source,
        standing=ListingStanding(old.before, 0),
        why=old.text,
    )
    new = judge(case, ruleset, dangers_at(conn, versions.hazards), old.rules)
    new = msgspec.structs.replace(new, versions=msgspec.structs.replace(new.versions, engine=versions.engine))
    return _compared(stored, old, msgspec.structs.replace(event, screened=new))


def _replay_message(conn: Connection, rulesets: Rulesets, stored: Stored, vault: Vault) -> Replay:
    event = stored.event(MessageScreenedEvent)
    old = event.screened
    try:
        _, text = vault.reveal(conn, old.text)
    except NotFound as error:
        raise Erased(
            Text(
                f"第 {stored.index} 号条目的消息正文已删除",
                f"the text of the message of entry {stored.index} was erased",
            ),
            hint=Text("只能核对承诺值", "only its commitment is left"),
        ) from error
    new = messages.again(rulesets.books.load(conn, old.versions.fraud), old, text)
    return _compared(stored, old, msgspec.structs.replace(event, screened=new))


def _compared(stored: Stored, old: _Decision, event: PictureScreenedEvent | MessageScreenedEvent) -> Replay:
    again = seal_event(event, actor=stored.actor, at=stored.at, recorded=stored.recorded)
    same, new = again.data == stored.data, event.screened
    return Replay(
        entry=stored.index,
        same=same,
        engine_differs=old.versions.engine != ENGINE,
        recorded=None if same else msgspec.to_builtins(old),
        replayed=None if same else msgspec.to_builtins(new),
    )
