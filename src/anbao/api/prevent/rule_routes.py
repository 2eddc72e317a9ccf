"""How officers change the rules: versions of lexicon and policy, back-tests, proposals, the second person."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from anbao.api.answers import EntryIndex, ImportedLexicon, VersionPage
from anbao.api.context import Caller, body_of, commit, context_of, operation, recorded
from anbao.api.reading import IdempotencyKey, event_time, no_nul, wrong_type
from anbao.detect.text import Lexicon
from anbao.engine.work import Work
from anbao.errors import NotFound
from anbao.model.backtest import Backtest
from anbao.model.base import Reason
from anbao.model.events.rules import PolicyImported, Role
from anbao.rules import rulesets
from anbao.rules.backtest import Window
from anbao.rules.changes import Change, Proposal
from anbao.rules.exceptions import require_known_licences
from anbao.rules.pack_defaults import ROLES, DefaultView
from anbao.rules.policy import Policy
from anbao.rules.suggestions import Acceptance, Suggestions
from anbao.text import Text

MAX_LEXICON = 64 << 20
"""Bytes of a lexicon's CSV."""

Effective = Annotated[
    str | None,
    QueryParameter(name="effective", description="RFC 3339 with offset, or UTC milliseconds; at once by default"),
]

_ROLES: dict[str, Role] = {"lexicons": "lexicon", "policies": "policy", "models": "model"}


class ProposalPage(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a second person, the oldest first."""

    items: list[Proposal]


class DefaultPage(msgspec.Struct, frozen=True, kw_only=True):
    """The lexicon and the policy."""

    items: list[DefaultView]


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a proposal is turned down."""

    reason: Reason


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which past listings: RFC 3339 or UTC milliseconds; ``sample``: about so many, all by default."""

    since: str | None = None
    until: str | None = None
    sample: Annotated[int, Meta(ge=1, lt=2**53)] | None = None


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A back-test and the entry that keeps it."""

    entry: int
    result: Backtest


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The version that was made."""

    digest: str


def _paths(tail: str) -> list[str]:
    return [f"/v1/{plural}{tail}" for plural in _ROLES]


def _role(request: Caller) -> Role:
    return _ROLES[request.url.path.split("/")[2]]


@get(_paths(""), **operation("规则的各版本与现行版本", "The versions, and which is in force", "officer"))
async def versions(request: Caller) -> VersionPage:
    """Of the lexicon, the policy or the classifier."""
    platform, role = context_of(request).platform, _role(request)

    def read() -> VersionPage:
        with platform.reading() as conn:
            current = getattr(platform.prevent.rulesets.in_force(conn, platform.clock()).versions, role)
            return VersionPage(in_force=current, items=rulesets.versions(conn, role))

    return await asyncio.to_thread(read)


@post(
    "/v1/lexicons",
    request_max_body_size=MAX_LEXICON,
    **operation(
        "上传词库 CSV（term,category,severity…），存为一个版本，未启用",
        "Upload a lexicon as CSV (term,category,severity…): stored as a version, not in force",
        "officer",
    ),
)
async def upload(request: Caller, key: IdempotencyKey = None) -> Response[ImportedLexicon]:
    """Raises InvalidInput with the lines at fault."""
    if request.content_type[0] != "text/csv":
        raise wrong_type("text/csv")
    data, actor = await body_of(request), request.auth.actor
    lexicon = await asyncio.to_thread(Lexicon.from_csv, data)
    require_known_licences(lexicon, context_of(request).platform.catalogue)
    content = lexicon.to_bytes()
    symbols = lexicon.symbols()

    def job(work: Work) -> ImportedLexicon:
        entry = rulesets.import_version(work, rulesets.imported_lexicon(lexicon), content, actor)
        return ImportedLexicon(digest=lexicon.digest, entry=entry, terms=len(lexicon.terms), symbols=symbols)

    return await commit(request, key, job)


@post(
    "/v1/policies",
    **operation(
        "上传决策表（JDM JSON），逐一验证后存为一个版本，未启用",
        "Upload a decision table (JDM JSON): tried on every combination of facts, stored as a version, not in force",
        "officer",
    ),
)
async def upload_policy(request: Caller, key: IdempotencyKey = None) -> Response[ImportedLexicon]:
    """Raises InvalidInput where it is no decision table, has a hole or blocks on a guess."""
    data, actor = await body_of(request), request.auth.actor
    policy = await asyncio.to_thread(Policy.given, data)

    def job(work: Work) -> ImportedLexicon:
        imported = PolicyImported(digest=policy.digest, version=policy.digest)
        entry = rulesets.import_version(work, imported, data, actor)
        return ImportedLexicon(digest=policy.digest, entry=entry, terms=0)

    return await commit(request, key, job)


@post(
    _paths("/{digest:str}/backtest"),
    **operation("以过去的商品回测一个版本", "Try a version on past listings: what would differ", "officer"),
)
async def backtest(request: Caller, digest: FromPath[str], data: JSONBody[Span]) -> Tried:
    """Raises NotFound."""
    no_nul(digest=digest)
    changes, actor = context_of(request).platform.prevent.changes, request.auth.actor
    window = Window(since=_instant(data.since), until=_instant(data.until), sample=data.sample)
    entry, result = await asyncio.to_thread(changes.backtest, _role(request), digest, window, actor=actor)
    return Tried(entry=entry, result=result)


@post(
    _paths("/{digest:str}/activate"),
    **operation(
        "提出启用一个版本：回测后即启用，影响大的须第二人复核",
        "Put a version in force after a back-test; a heavy change waits for a second person",
        "officer",
    ),
)
async def activate(
    request: Caller, digest: FromPath[str], effective: Effective = None, key: IdempotencyKey = None
) -> Response[Change]:
    """Other processes follow with their next decision. Raises NotFound, Conflict."""
    no_nul(digest=digest)
    changes, actor, role = context_of(request).platform.prevent.changes, request.auth.actor, _role(request)
    when = event_time(effective, 2**53)
    result = await asyncio.to_thread(changes.trial, role, digest)
    return await commit(
        request, key, lambda work: changes.settle(work, role, digest, result, actor=actor, effective=when)
    )


@post(
    _paths("/{digest:str}/confirm"),
    **operation(
        "第二人复核并启用；提议人不能自己复核", "A second person, never the proposer, puts it in force", "officer"
    ),
)
async def confirm(request: Caller, digest: FromPath[str], key: IdempotencyKey = None) -> Response[EntryIndex]:
    """Raises NotFound, Forbidden, Conflict."""
    no_nul(digest=digest)
    changes, actor, role = context_of(request).platform.prevent.changes, request.auth.actor, _role(request)
    return await recorded(request, key, lambda work: changes.confirm(work, role, digest, actor=actor))


@post(
    _paths("/{digest:str}/refuse"),
    **operation("否决或者撤回一项启用提议", "Refuse a proposal, or take one's own back", "officer"),
)
async def refuse(
    request: Caller, digest: FromPath[str], data: JSONBody[Refusal], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound."""
    no_nul(digest=digest, reason=data.reason)
    changes, actor, role = context_of(request).platform.prevent.changes, request.auth.actor, _role(request)
    return await recorded(request, key, lambda work: changes.refuse(work, role, digest, data.reason, actor=actor))


@get(
    "/v1/proposals",
    sync_to_thread=True,
    **operation("待第二人复核的规则变更", "Changes that wait for a second person", "officer"),
)
def proposals(request: Caller) -> ProposalPage:
    """The oldest first."""
    return ProposalPage(items=context_of(request).platform.prevent.changes.waiting())


@get(
    "/v1/defaults",
    sync_to_thread=True,
    **operation(
        "现行词库、策略与随包默认版本的异同",
        "How the lexicon and the policy in force stand to the pack's defaults",
        "officer",
    ),
)
def defaults_standing(request: Caller) -> DefaultPage:
    """A newer release changes no store by itself."""
    return DefaultPage(items=context_of(request).platform.prevent.defaults())


@post(
    "/v1/defaults/{role:str}",
    **operation(
        "提出改用随包的默认版本：回测后即启用，影响大的须第二人复核",
        "Propose the pack's default of `lexicon` or `policy`; a heavy change waits for a second person",
        "officer",
    ),
)
async def adopt_default(request: Caller, role: FromPath[str]) -> Change:
    """Raises NotFound, Conflict."""
    wanted = next((one for one in ROLES if one == role), None)
    if wanted is None:
        raise NotFound(Text(f"没有 {role} 的默认版本", f"there is no default of {role}"), field="role")
    prevention, actor = context_of(request).platform.prevent, request.auth.actor
    return await asyncio.to_thread(prevention.propose_default, wanted, actor=actor, signed_in=actor)


@get(
    "/v1/lexicons/suggestions",
    sync_to_thread=True,
    **operation("由人工决定与已确认的危险得出的新词与例外", "Terms and exceptions that decisions suggest", "officer"),
)
def suggested(request: Caller) -> Suggestions:
    """With their counts and examples; nothing is changed."""
    return context_of(request).platform.prevent.suggest()


@post(
    "/v1/lexicons/accept",
    **operation(
        "采纳一条建议，得到词库新版本（未启用）", "Accept a suggestion: a new version, not in force", "officer"
    ),
)
async def accept(request: Caller, data: JSONBody[Acceptance], key: IdempotencyKey = None) -> Response[Accepted]:
    """Raises InvalidInput, NotFound."""
    no_nul(term=data.term, reason=data.reason, exception=data.exception)
    prevention, actor = context_of(request).platform.prevent, request.auth.actor
    return await commit(request, key, lambda work: Accepted(digest=prevention.accept(work, data, actor=actor)))


@post(
    "/v1/models/train",
    **operation(
        "由人工决定训练分类模型，存为一个版本，未启用", "Learn a classifier from reviewers' decisions", "officer"
    ),
)
async def train(request: Caller) -> Accepted:
    """Raises InvalidInput where there are too few decisions."""
    prevention, actor = context_of(request).platform.prevent, request.auth.actor
    model = await asyncio.to_thread(prevention.train, actor=actor)
    return Accepted(digest=model.digest)


@post(
    "/v1/models/deactivate",
    **operation("停用分类模型", "Score no listing by a model from now on", "officer"),
)
async def deactivate(request: Caller, key: IdempotencyKey = None) -> Response[EntryIndex]:
    """Raises NotFound where none is in force."""
    actor = request.auth.actor
    return await recorded(request, key, lambda work: rulesets.deactivate_model(work, actor))


def _instant(given: str | None) -> int | None:
    return event_time(given, 2**53)
