"""The one object that API, command line and tests open: store, ledger, law pack and services, assembled."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from anbao import listing_view
from anbao.assist.doubts import DOUBTS
from anbao.assist.service import Assist
from anbao.cases import Case, Cases
from anbao.cases.dispatch import check_handlers
from anbao.controls.service import Controls
from anbao.delivery.service import Delivery
from anbao.detect.text import Lexicon
from anbao.engine.acts import act
from anbao.engine.core import Core, Step, system_clock
from anbao.engine.entered import entered
from anbao.engine.obligations import read, recompute, tick
from anbao.engine.readmodels.service import ReadModels
from anbao.engine.upgrading import fill_new_tables
from anbao.engine.work import Work
from anbao.errors import NotFound
from anbao.investigate.complaints.service import Complaints
from anbao.investigate.service import Investigate
from anbao.law.norms import Period
from anbao.law.pack import default_pack_path
from anbao.law.parameters import MOST
from anbao.ledger import artefacts, search, verify_store
from anbao.ledger.report import VerificationReport
from anbao.listing_view import ListingLine, ListingState, ListingView
from anbao.model.base import Reason, given_reason
from anbao.model.event import Event
from anbao.model.events.cases import CaseAdded, CaseOpened
from anbao.model.events.engine import ObligationWaived, PlatformOpened
from anbao.model.events.reported import ReportedEvent
from anbao.model.events.rules import PolicyImported
from anbao.model.listing import Listing
from anbao.model.message import Message
from anbao.prevent.listings.records import ScreenedListing
from anbao.prevent.merchants.service import MerchantService
from anbao.prevent.messages.records import ScreenedMessage
from anbao.prevent.service import Prevent
from anbao.prove.figures import FigureService
from anbao.prove.index import SubjectIndex
from anbao.prove.integrity import Integrity
from anbao.prove.pack.service import Packs
from anbao.prove.persons import Persons
from anbao.prove.timestamps import Timestamps
from anbao.prove.witnesses import Witnesses
from anbao.remove.service import Remove
from anbao.replaying import Replaying
from anbao.rules import pack_defaults, rulesets
from anbao.rules.exceptions import require_known_licences
from anbao.rules.policy import Policy
from anbao.store import Connection, Store, meta, open_store
from anbao.text import Text
from anbao.warn.service import Warn

OBLIGATIONS_OF = "obligations.pack"
"""Key in ``meta``: the digest of the pack under which the obligations were derived."""

_STEPS_AT_ONCE = 1_000


NewValue = Annotated[int, Meta(ge=0, le=MOST)] | Annotated[str, Meta(max_length=4_000)]
"""A parameter's value."""


class Platform(Core):
    """A store opened for work: the core and its duty services. Close it, or use it in a ``with``.

    The services' own methods act inside an open ``Work``; the methods here open one.
    """

    def __init__(self, store: Store, where: Path, clock: Callable[[], int]) -> None:
        super().__init__(store, where, clock)
        self.readmodels = ReadModels(self)
        self.cases = Cases(self)
        self.prevent = Prevent(self)
        self.investigate = Investigate(self)
        self.investigate.complaints.look = self.prevent.worst_word
        self.warn = Warn(self)
        self.remove = Remove(self)
        self.delivery = Delivery(self)
        self.controls = Controls(self)
        self.assist = Assist(self)
        self.index = SubjectIndex(self)
        self.integrity = Integrity(self)
        self.figures = FigureService(self)
        self.timestamps = Timestamps(self)
        self.persons = Persons(self)
        self.witnesses = Witnesses(self)
        self.packs = Packs(self)
        self.packs.replayer = Replaying(self, self.prevent.rulesets).again
        self.packs.ask_outside = lambda note: [*self.timestamps.stamp_all(note), *self.witnesses.ask_all(note)]
        self.views = listing_view.Sources(self, self.prevent.explainer, self.remove.rules)
        for service in (
            self.readmodels,
            self.cases,
            self.prevent,
            self.investigate,
            self.warn,
            self.remove,
            self.delivery,
            self.controls,
            self.assist,
            self.index,
            self.integrity,
            self.figures,
            self.timestamps,
            self.persons,
            self.witnesses,
        ):
            self.join(service)
        check_handlers(self)

    @property
    def core(self) -> Core:
        """Returns itself: what is declared here is done in its own transactions."""
        return self

    def __enter__(self) -> "Platform":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def advance(self) -> int:
        """Do what time and entries have made due: deadlines, reactions, background steps; how much was done."""
        return self.keep_time() + sum(map(self.work_off, self.steps)) + self.keep_time()

    def keep_time(self) -> int:
        """Record deadlines that have passed, and let the services react; how much was done."""
        done = self.tick()
        while count := self.run(self.react):
            done += count
        return done

    def work_off(self, step: Step) -> int:
        """Take a background step until there is nothing left for it, a bounded number of times; how often."""
        return next((done for done in range(_STEPS_AT_ONCE) if not step()), _STEPS_AT_ONCE)

    # ── prevent ───────────────────────────────────────────────────────────────────────────────────────────────────

    def submit_listing(self, listing: Listing, *, at: int | None = None, actor: str = "platform") -> ScreenedListing:
        """Screen one listing; decide; record."""
        return self.submit_listings([listing], at=at, actor=actor)[0]

    def submit_listings(
        self, batch: Sequence[Listing], *, at: int | None = None, actor: str = "platform"
    ) -> list[ScreenedListing]:
        """Screen listings in one transaction, in order."""
        given = entered(list(batch))
        return self.run(lambda work: self.prevent.screen(work, given, at=entered(at, "at", work.now), actor=actor))

    def listing(self, listing: str) -> ListingView:
        """A listing as it stands: decision, measures, hazards, cases, history. Raises NotFound."""
        with self.reading() as conn:
            return listing_view.view(self.views, conn, listing, self.clock())

    def listings(
        self,
        *,
        state: ListingState | None = None,
        merchant: str = "",
        category: str = "",
        after: str = "",
        limit: int = 100,
    ) -> list[ListingLine]:
        """Listings and how they stand, by id; ``after``: the last id of the page before."""
        with self.reading() as conn:
            return listing_view.page(
                self, conn, state=state, merchant=merchant, category=category, after=after, limit=limit
            )

    def submit_messages(
        self, batch: Sequence[Message], *, at: int | None = None, actor: str = "platform"
    ) -> list[ScreenedMessage]:
        """Screen messages in one transaction, in order."""
        return self.run(lambda work: self.prevent.screen_messages(work, batch, at=at, actor=actor))

    def import_lexicon(self, lexicon: Lexicon, *, actor: str = "officer") -> str:
        """Keep a lexicon as a version; its digest. Raises InvalidInput where it names a licence that no one knows."""
        require_known_licences(lexicon, self.catalogue)
        data = lexicon.to_bytes()
        self.run(lambda work: rulesets.import_version(work, rulesets.imported_lexicon(lexicon), data, actor))
        return lexicon.digest

    def activate_lexicon(self, digest: str, *, effective: int | None = None, actor: str = "officer") -> int:
        """Put a lexicon in force, now or from a stated time, at the word of the embedding program; the entry's index.

        Officers go through ``prevent.changes``, where a heavy change needs a second person. Raises NotFound.
        """
        return self.run(lambda work: rulesets.activate(work, "lexicon", digest, actor, effective))

    def import_policy(self, policy: Policy, data: bytes, *, actor: str = "officer") -> str:
        """Keep a policy as a version; its digest."""
        imported = PolicyImported(digest=policy.digest, version=policy.digest)
        self.run(lambda work: rulesets.import_version(work, imported, data, actor))
        return policy.digest

    def activate_policy(self, digest: str, *, effective: int | None = None, actor: str = "officer") -> int:
        """As ``activate_lexicon``, for a policy."""
        return self.run(lambda work: rulesets.activate(work, "policy", digest, actor, effective))

    # ── events, obligations ───────────────────────────────────────────────────────────────────────────────────────

    @act(
        title=Text("报告法规包词汇表中的一个事件", "Report an event in the vocabulary of the law pack"),
        scope="events",
        path="/v1/events",
    )
    def record_event(self, work: Work, event: Event, *, at: int | None = None, actor: str = "platform") -> int:
        """``at`` stands in the event or beside it. Raises InvalidInput."""
        kind = self.pack.check_event(event.kind, event.subjects, event.facts, has_consumer=bool(event.buyer))
        subjects = dict(event.subjects)
        if event.buyer:
            subjects["consumer"] = self.vault.consumer(work.conn, event.buyer)
        when = at if at is not None else work.now if event.at is None else entered(event.at, "at", work.now)
        reported = ReportedEvent(about=subjects, facts=event.facts, note=event.note, of=kind.id)
        return work.append(reported, actor=actor, at=when)

    @act(
        title=Text("修改平台自定期限", "Change one of the platform's own deadlines"),
        scope="officer",
        path="/v1/settings/{setting}",
    )
    def change_setting(self, work: Work, setting: str, value: Period, *, actor: str) -> int:
        """What is open keeps its deadline. Raises InvalidInput for an unknown setting."""
        return self.settings.change(work, setting, value, actor=actor)

    @act(
        title=Text("修改平台自定的数值或选择", "Change a number or choice that the platform sets itself"),
        scope="officer",
        path="/v1/parameters/{parameter}",
    )
    def change_parameter(self, work: Work, parameter: str, value: NewValue, *, actor: str) -> int:
        """Raises InvalidInput for an unknown one, one that the law sets, and a value that does not fit."""
        return self.parameters.change(work, parameter, value, actor=actor)

    @act(
        title=Text(
            "豁免一项义务，写明理由；何人何故记入存证", "Waive an obligation: by whom and why stands in the ledger"
        ),
        scope="officer",
        path="/v1/obligations/{opened_by}/{norm}/waive",
    )
    def waive(self, work: Work, opened_by: int, norm: str, reason: Reason, *, actor: str) -> int:
        """Raises NotFound, InvalidInput."""
        given_reason(reason)
        one = read.find(work.conn, opened_by, norm)
        if one is None:
            raise NotFound(Text(f"没有义务 {opened_by}/{norm}", f"there is no obligation {opened_by}/{norm}"))
        about = read.view(one, work.now).subjects
        return work.append(ObligationWaived(norm=norm, opened_by=opened_by, others=about, reason=reason), actor=actor)

    def obligations(self, *, overdue_only: bool = False, limit: int = 100) -> list[read.ObligationView]:
        """What is owed, the longest overdue first."""
        with self.reading() as conn:
            return read.unfinished(conn, self.clock(), overdue_only=overdue_only, limit=limit)

    def why_case(self, conn: Connection, case: Case) -> tuple[Text, ...]:
        """Why a case needs a person, in words: what decided so, and what its package said of it."""
        about, opened = (self.ledger.entry(conn, index) for index in (case.about, case.opened_by))
        gates = {parameter.id: parameter.title for parameter in self.pack.parameters}
        words = {**self.investigate.complaints.rules.reasons, **DOUBTS, **gates}
        said = opened.event(CaseOpened).reasons if opened.kind == CaseOpened.KIND else ()
        added = self.ledger.entries(conn, kind=CaseAdded.KIND, subject=("case", case.id)) if case.count > 1 else ()
        codes = dict.fromkeys((*said, *(code for one in added for code in one.event(CaseAdded).reasons)))
        return (*self.prevent.explainer.entry(about), *(words[code] for code in codes if code in words))

    def tick(self) -> int:
        """Record the deadlines that have passed and the calendar windows that have opened; how many."""
        total = 0
        while count := self.run(self._tick):
            total += count
        return total

    def _tick(self, work: Work) -> int:
        opened = search.first_happened_at(work.conn, PlatformOpened.KIND)
        elapsed = tick.opened_periods(work.conn, self.pack.norms, work.now if opened is None else opened, work.now)
        elapsed = elapsed or tick.missed_deadlines(work.conn, work.now)
        work.record_sealed([one.sealed(work.now) for one in elapsed])
        return len(elapsed)

    # ── proof ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def checkpoint(self) -> str:
        """Sign the ledger as it stands; the checkpoint."""

        def job(work: Work) -> str:
            return self.ledger.checkpoint(work.conn, work.now)

        return self.run(job)

    def verify(self) -> VerificationReport:
        """Check the whole ledger."""
        return verify_store(self.store)

    def obligation_differences(self) -> list[Any]:
        """Where the stored obligations differ from those that the entries alone give; empty when sound."""
        with self.reading() as conn:
            return list(recompute.differences(conn, self.engine, self.recorded(conn)))


SERVICES: tuple[tuple[str, type], ...] = (
    ("", Platform),
    ("cases", Cases),
    ("prevent", Prevent),
    ("prevent.merchants", MerchantService),
    ("investigate", Investigate),
    ("investigate.complaints", Complaints),
    ("remove", Remove),
    ("warn", Warn),
    ("assist", Assist),
    ("delivery", Delivery),
    ("controls", Controls),
    ("index", SubjectIndex),
    ("figures", FigureService),
    ("timestamps", Timestamps),
    ("persons", Persons),
    ("witnesses", Witnesses),
)
"""What declares acts and reads (``engine.acts``), with its place as an attribute of the platform."""


def open_platform(
    url: str, *, pack: Path | None = None, clock: Callable[[], int] = system_clock, create: bool = True
) -> Platform:
    """Open a store; a new one gets the pack's default lexicon and policy. Raises StoreError, PackError."""
    where = pack or default_pack_path()
    store = open_store(url, create=create)
    platform = Platform(store, where, clock)
    _establish(platform, where)
    return platform


def _establish(platform: Platform, where: Path) -> None:
    """Record the platform's opening and put the pack's defaults in force, once per store."""

    def job(work: Work) -> None:
        fill_new_tables(platform, work)
        artefacts.store_artefact(work.conn, "catalogue", platform.catalogue.digest, platform.catalogue.to_bytes())
        platform.prevent.books.keep_in_force(work.conn, work.now)
        _follow_pack(platform, work)
        if search.first_happened_at(work.conn, PlatformOpened.KIND) is not None:
            return
        work.append(PlatformOpened(engine=rulesets.ENGINE, pack=platform.pack.digest), actor="engine")
        pack_defaults.establish(work, where)

    platform.run(job)


def _follow_pack(platform: Platform, work: Work) -> None:
    """Where the law pack changed since the obligations were derived, derive them again from the entries."""
    digest = platform.pack.digest.encode()
    known = meta.read(work.conn, OBLIGATIONS_OF)
    if known == digest:
        return
    if known is not None:
        recompute.rebuild(work.conn, platform.engine, platform.recorded(work.conn))
    meta.write(work.conn, OBLIGATIONS_OF, digest)
