"""The service for prevention (危险防范), built on the core: merchants, listings, and the rules that decide on them."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from anbao.detect.contact import load_fraud_book
from anbao.detect.text import finding
from anbao.engine.acts import act
from anbao.engine.core import CaseHandler, Core, Probe, Probed, Service, Step
from anbao.engine.entered import decoded
from anbao.engine.reactions import Reaction
from anbao.engine.readmodels.bars import ENDINGS
from anbao.engine.readmodels.bars import standing as standing_against
from anbao.engine.work import Placed, Projector, Work
from anbao.law.deadlines import legal_day
from anbao.model.base import Reason
from anbao.model.entry import Receipt, Sealed
from anbao.model.events.investigate import HazardConfirmed, HazardLifted
from anbao.model.events.prevent import MessageDecided, MessageScreenedEvent
from anbao.model.events.remove import MeasureLifted, MeasureTakenEvent, SanctionImposed
from anbao.model.events.rules import ListingCleared, ModelImported
from anbao.model.events.values import ParameterChanged
from anbao.model.listing import Listing
from anbao.model.message import Message
from anbao.model.options import ActingPerson, Option
from anbao.model.texts import with_texts
from anbao.prevent.explaining import Explainer
from anbao.prevent.listings import records as listings
from anbao.prevent.listings import relisting, standing
from anbao.prevent.listings.records import ScreenedListing
from anbao.prevent.listings.screening import judge, screen
from anbao.prevent.merchants.service import MerchantService
from anbao.prevent.messages import records as messages
from anbao.prevent.pictures.service import PictureService
from anbao.prevent.probes import ACTOR, Screen, try_cases, try_guard, try_lexicon
from anbao.rules import changes, clearances, dangers, pack_defaults, rulesets, suggestions
from anbao.rules.changes import Change, Changes
from anbao.rules.fraud_books import OWN_DOMAINS, Books
from anbao.rules.rulesets import Ruleset, Rulesets
from anbao.rules.suggestions import Acceptance, Suggestions
from anbao.store import Connection
from anbao.text import Text

if TYPE_CHECKING:
    from anbao.prevent.pictures.probe import Take
    from anbao.rules.learning import Model

TRAINED_ON = 50_000
"""Latest decisions of reviewers that a model is trained on."""


ReviewOutcome = Annotated[Literal["pass", "notice", "block"], Option("决定", "the decision")]


class Prevent(Service):
    """Who may sell, and what may be offered. ``merchants`` is where merchants are dealt with."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.books = Books(load_fraud_book(core.where / "fraud"), core.parameters)
        self.rulesets = Rulesets(core.catalogue, self.books)
        self.changes = Changes(core, self.rulesets, judge)
        self.merchants = MerchantService(core)
        self.pictures = PictureService(core, self.rulesets)
        self.explainer = Explainer(core.pack, core.catalogue, core.where)

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield from changes.projectors()
        yield HazardConfirmed.KIND, dangers.project_confirmed
        yield HazardLifted.KIND, dangers.project_lifted
        yield HazardLifted.KIND, clearances.project_end
        yield MeasureTakenEvent.KIND, clearances.project_end
        yield ListingCleared.KIND, clearances.project
        yield from self.merchants.projectors()
        yield SanctionImposed.KIND, standing.project_sanctions
        for kind in ENDINGS:
            yield kind, standing.project_ends
        yield MessageScreenedEvent.KIND, messages.project_messages
        yield MessageDecided.KIND, messages.project_rulings
        yield ParameterChanged.KIND, self._keep_book
        yield from self.pictures.projectors()

    def reactions(self) -> Iterable[Reaction]:
        lifted = partial(clearances.follow_lifting, self.core.ledger)
        yield Reaction("prevent.clear", frozenset({MeasureLifted.KIND}), lifted)
        yield from self.merchants.reactions()

    def case_handlers(self) -> Iterable[tuple[str, CaseHandler]]:
        yield listings.CASE_KIND, listings.follow_case
        yield messages.CASE, messages.follow_case
        yield self.merchants.case_handler()

    def probes(self) -> Iterable[tuple[str, Probe]]:
        screen, apply = partial(self.screen, actor=ACTOR), partial(self.merchants.apply, actor=ACTOR)
        yield "lexicon", lambda: try_lexicon(self.core, self.ruleset().lexicon, screen)
        yield "hazard_guard", partial(try_guard, self.core, screen)
        take = partial(self.pictures.take, actor=ACTOR)
        yield "picture_check", partial(self._try_pictures, screen, take)
        for control in self.core.pack.controls:
            if control.cases:
                yield control.id, partial(try_cases, self.core, screen, apply, control.cases)

    def _try_pictures(self, screen: Screen, take: "Take") -> Probed:
        from anbao.prevent.pictures.probe import try_pictures  # loads the libraries that read pictures

        return try_pictures(self.core, screen, take)

    def steps(self) -> Iterable[Step]:
        yield from self.merchants.steps()
        yield self.changes.expire

    @decoded
    def screen(
        self, work: Work, batch: Sequence[Listing], *, at: int | None = None, actor: str = "platform"
    ) -> list[ScreenedListing]:
        """Screen listings, in order, under the ruleset in force; decide; record."""
        when = work.now if at is None else at
        ruleset = self.rulesets.in_force(work.conn, work.now)
        batch = [with_texts(one) for one in batch]
        bars = standing_against(work.conn, "listing", (listing.id for listing in batch))
        screened = screen(batch, ruleset, standing.on_file(work.conn, batch), legal_day(work.now))
        screened = relisting.apply(screened, bars, ruleset.catalogue)
        for one in batch:
            listings.refuse_person_numbers(one)
        sealed = [listings.seal_screened(one, when, work.now, actor) for one in screened]
        indexes = listings.record_screened(work, sealed)
        return [
            ScreenedListing(
                decision=one,
                receipt=_receipt(index, item.entry),
                pictures=tuple(self.pictures.decide_known(work, one.listing.id)) if one.pictures else (),
            )
            for one, index, item in zip(screened, indexes, sealed, strict=True)
        ]

    def worst_word(self, work: Work, text: str) -> int:
        """The worst severity that the lexicon in force finds in a text, as it stands or disguised; 0 for nothing."""
        ruleset = self.rulesets.in_force(work.conn, work.now)
        [hits] = ruleset.matcher.scan([text])
        return max((finding(hit, "text", ruleset.lexicon).severity for hit in hits), default=0)

    @act(
        title=Text(
            "人工决定一件商品；须第二人复核的，待其同意后生效",
            "A person decides on a listing; where a second review is required it takes effect when that person agrees",
        ),
        scope="officer",
        path="/v1/listings/{listing}/review",
        second_review=True,
    )
    def review(
        self,
        work: Work,
        listing: str,
        outcome: ReviewOutcome,
        reason: Reason,
        *,
        actor: str,
        person: ActingPerson = "",
    ) -> int:
        """Raises NotFound for a listing that was never screened, Conflict where another has leased its case.

        Raises InvalidInput, Forbidden.
        """
        who = person or actor
        return listings.review(self.core, work, listing, outcome, reason, person=who, actor=actor, at=work.now)

    def screen_messages(
        self, work: Work, batch: Sequence[Message], *, at: int | None = None, actor: str = "platform"
    ) -> list[messages.ScreenedMessage]:
        """Screen messages together; decide; record."""
        when = work.now if at is None else at
        matcher = self.books.in_force(work.conn, work.now)
        return messages.record(work, self.core.vault, matcher, batch, actor, when)

    def _keep_book(self, conn: Connection, placed: Sequence[Placed]) -> None:
        for _, sealed in placed:
            changed = sealed.event(ParameterChanged)
            if changed.parameter == OWN_DOMAINS:
                self.books.keep(conn, changed.value)

    def suggest(self) -> Suggestions:
        """What people's decisions suggest for the lexicon."""
        return suggestions.suggest(self.core, self.rulesets)

    def accept(self, work: Work, one: Acceptance, *, actor: str) -> str:
        """Make a new version of the lexicon with a suggestion; its digest. Raises InvalidInput, NotFound."""
        return suggestions.accept(work, self.rulesets, one, actor=actor)

    def train(self, *, actor: str) -> "Model":
        """Learn from the reviewers' decisions and keep the model as a version, not in force.

        Raises InvalidInput where there are too few.
        """
        from anbao.rules.learning.training import train  # loads scikit-learn, which nothing else here needs

        blocked, passed = suggestions.decided(self.core, TRAINED_ON)
        model = train([one.text for one in blocked], [one.text for one in passed])
        self.core.run(lambda work: self.keep_model(work, model, actor=actor))
        return model

    def keep_model(self, work: Work, model: "Model", *, actor: str) -> int:
        """Keep a model as a version; the entry's index."""
        weights, digest = model.weights, model.digest
        imported = ModelImported(blocked=weights.blocked, digest=digest, passed=weights.passed, version=digest)
        return rulesets.import_version(work, imported, model.to_bytes(), actor)

    def defaults(self) -> list[pack_defaults.DefaultView]:
        """How the lexicon and the policy in force stand to the pack's defaults."""
        return pack_defaults.views(self.core, self.rulesets, self.changes)

    def propose_default(self, role: pack_defaults.DefaultRole, *, actor: str, signed_in: str = "") -> Change:
        """Propose the pack's default, under the key that signed in. Raises Conflict where it is in force."""
        return pack_defaults.propose(self.core, self.rulesets, self.changes, role, actor=actor, signed_in=signed_in)

    def ruleset(self) -> Ruleset:
        """The ruleset in force now."""
        with self.core.reading() as conn:
            return self.rulesets.in_force(conn, self.core.clock())


def _receipt(index: int, item: Sealed) -> Receipt:
    return Receipt(entry=index, leaf=item.leaf.hex())
