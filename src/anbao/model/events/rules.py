"""The rules by which listings are judged: lexicon, policy and model as versions, their trial and activation."""

from typing import Annotated, Literal

from msgspec import Meta

from anbao.model.backtest import Backtest
from anbao.model.events.base import LedgerEvent, Subject, Whole
from anbao.text import Text

Role = Literal["lexicon", "policy", "model"]
"""What an officer may change; the role of the version in the subjects of its entries, too."""

ROLES: tuple[Role, ...] = ("lexicon", "policy", "model")

LexiconRole = Annotated[str, Meta(extra={"subject": "lexicon"})]
PolicyRole = Annotated[str, Meta(extra={"subject": "policy"})]
ModelRole = Annotated[str, Meta(extra={"subject": "model"})]


class VersionEvent(LedgerEvent, frozen=True, kw_only=True):
    """What each entry of a version names: its digest."""

    version: Subject


class VersionImported(VersionEvent, frozen=True, kw_only=True):
    """A version was imported. ``digest``: its name, 16 hex digits; ``sha256``: of its bytes as stored, all 64."""

    digest: str
    sha256: str = ""


class LexiconImported(VersionImported, frozen=True, kw_only=True):
    """A lexicon was imported; ``terms``: how many it has."""

    KIND = "lexicon.imported"

    terms: int
    version: LexiconRole


class PolicyImported(VersionImported, frozen=True, kw_only=True):
    """A policy was imported."""

    KIND = "policy.imported"

    version: PolicyRole


class ModelImported(VersionImported, frozen=True, kw_only=True):
    """A model was imported; ``blocked`` and ``passed``: of how many texts it was trained on."""

    KIND = "model.imported"

    blocked: int
    passed: int
    version: ModelRole


class VersionBacktested(VersionEvent, frozen=True, kw_only=True):
    """A version was tried on past listings."""

    result: Whole[Backtest]


class VersionActivated(VersionEvent, frozen=True, kw_only=True):
    """A version is in force from ``effective`` (UTC ms). ``backtest``: the entry of its trial.

    ``proposal`` and ``proposer``: of a change that a second person confirmed. ``identity`` is ``stated`` where nobody
    signed in.
    """

    backtest: int | None = None
    digest: str
    effective: int
    identity: str = ""
    proposal: int | None = None
    proposer: str = ""


class ActivationProposed(VersionEvent, frozen=True, kw_only=True):
    """Putting a version in force waits for a second person until ``expires`` (UTC ms). ``because`` says why."""

    backtest: int
    because: tuple[Text, ...]
    digest: str
    effective: int | None = None
    expires: int
    identity: str = ""


class ActivationRefused(VersionEvent, frozen=True, kw_only=True):
    """A proposal was turned down, or taken back."""

    proposal: int
    reason: str


class ActivationExpired(VersionEvent, frozen=True, kw_only=True):
    """A proposal lapsed."""

    proposal: int


class ModelDeactivated(VersionEvent, frozen=True, kw_only=True):
    """No listing is scored by a model from ``effective`` (UTC ms) on."""

    KIND = "model.deactivated"

    effective: int
    version: ModelRole


class LexiconBacktested(VersionBacktested, frozen=True, kw_only=True):
    """A lexicon was tried on past listings."""

    KIND = "lexicon.backtested"

    version: LexiconRole


class PolicyBacktested(VersionBacktested, frozen=True, kw_only=True):
    """A policy was tried on past listings."""

    KIND = "policy.backtested"

    version: PolicyRole


class ModelBacktested(VersionBacktested, frozen=True, kw_only=True):
    """A model was tried on past listings."""

    KIND = "model.backtested"

    version: ModelRole


class LexiconActivated(VersionActivated, frozen=True, kw_only=True):
    """A lexicon was put in force."""

    KIND = "lexicon.activated"

    version: LexiconRole


class PolicyActivated(VersionActivated, frozen=True, kw_only=True):
    """A policy was put in force."""

    KIND = "policy.activated"

    version: PolicyRole


class ModelActivated(VersionActivated, frozen=True, kw_only=True):
    """A model was put in force."""

    KIND = "model.activated"

    version: ModelRole


class LexiconActivationProposed(ActivationProposed, frozen=True, kw_only=True):
    """Putting a lexicon in force waits for a second person."""

    KIND = "lexicon.activation_proposed"

    version: LexiconRole


class PolicyActivationProposed(ActivationProposed, frozen=True, kw_only=True):
    """Putting a policy in force waits for a second person."""

    KIND = "policy.activation_proposed"

    version: PolicyRole


class ModelActivationProposed(ActivationProposed, frozen=True, kw_only=True):
    """Putting a model in force waits for a second person."""

    KIND = "model.activation_proposed"

    version: ModelRole


class LexiconActivationRefused(ActivationRefused, frozen=True, kw_only=True):
    """Putting a lexicon in force was refused."""

    KIND = "lexicon.activation_refused"

    version: LexiconRole


class PolicyActivationRefused(ActivationRefused, frozen=True, kw_only=True):
    """Putting a policy in force was refused."""

    KIND = "policy.activation_refused"

    version: PolicyRole


class ModelActivationRefused(ActivationRefused, frozen=True, kw_only=True):
    """Putting a model in force was refused."""

    KIND = "model.activation_refused"

    version: ModelRole


class LexiconActivationExpired(ActivationExpired, frozen=True, kw_only=True):
    """A proposal to put a lexicon in force lapsed."""

    KIND = "lexicon.activation_expired"

    version: LexiconRole


class PolicyActivationExpired(ActivationExpired, frozen=True, kw_only=True):
    """A proposal to put a policy in force lapsed."""

    KIND = "policy.activation_expired"

    version: PolicyRole


class ModelActivationExpired(ActivationExpired, frozen=True, kw_only=True):
    """A proposal to put a model in force lapsed."""

    KIND = "model.activation_expired"

    version: ModelRole


class ArtefactStated(LedgerEvent, frozen=True, kw_only=True):
    """What a stored artefact holds, where no import says so: ``sha256`` of its bytes, in lower-case hex."""

    KIND = "artefact.stated"

    artefact: Subject
    sha256: str


IMPORTED: dict[Role, type[VersionImported]] = {
    "lexicon": LexiconImported,
    "policy": PolicyImported,
    "model": ModelImported,
}
BACKTESTED: dict[Role, type[VersionBacktested]] = {
    "lexicon": LexiconBacktested,
    "policy": PolicyBacktested,
    "model": ModelBacktested,
}
ACTIVATED: dict[Role, type[VersionActivated]] = {
    "lexicon": LexiconActivated,
    "policy": PolicyActivated,
    "model": ModelActivated,
}
PROPOSED: dict[Role, type[ActivationProposed]] = {
    "lexicon": LexiconActivationProposed,
    "policy": PolicyActivationProposed,
    "model": ModelActivationProposed,
}
REFUSED: dict[Role, type[ActivationRefused]] = {
    "lexicon": LexiconActivationRefused,
    "policy": PolicyActivationRefused,
    "model": ModelActivationRefused,
}
EXPIRED: dict[Role, type[ActivationExpired]] = {
    "lexicon": LexiconActivationExpired,
    "policy": PolicyActivationExpired,
    "model": ModelActivationExpired,
}


class SuggestionAccepted(LedgerEvent, frozen=True, kw_only=True):
    """An officer took over a suggestion into a new lexicon, ``digest``, made from ``base``."""

    KIND = "suggestion.accepted"

    base: str
    category: str
    digest: str
    exception: str
    lexicon: Subject
    reason: str
    severity: int
    term: str


class ListingCleared(LedgerEvent, frozen=True, kw_only=True):
    """The offer with this digest was found not to be a danger, as the entry ``cause`` says."""

    KIND = "listing.cleared"

    cause: int
    hazard: Subject
    listing: Subject
    merchant: Subject = ""
    offer: str
