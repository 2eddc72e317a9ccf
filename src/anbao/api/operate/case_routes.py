"""Cases over HTTP: the worst first, one person at a time, decisions, and many at once with a window to undo them.

``person`` says who acts, where several people share one key; by default it is the key itself. It is recorded beside the
key and proves nothing: where two persons are needed, the second needs another key.
"""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from anbao.api.answers import EntryAnswer, EntryIndex
from anbao.api.context import WAITS, Caller, commit, context_of, operation, recorded
from anbao.api.reading import Cursor, IdempotencyKey, Limit, cursor_position, cursor_text, no_nul
from anbao.cases import Case, bulk, leases, reading
from anbao.cases.told import OpenedStatements
from anbao.engine.values import CaseRule
from anbao.errors import InvalidInput
from anbao.model.base import MAX_REASON, Reason
from anbao.model.decision import Decision
from anbao.text import Text

PAGE = 50

Person = Annotated[str, Meta(max_length=128)]
CaseId = Annotated[str, Meta(min_length=1, max_length=128)]
Minutes = Annotated[int, Meta(ge=1, le=leases.LONGEST_LEASE_MINUTES)]

KindQuery = Annotated[str | None, QueryParameter(name="kind", description="one kind of case, as GET /v1/case-kinds")]
AboutQuery = Annotated[
    str | None, QueryParameter(name="about", description="role:id, such as listing:L1; also what is closed")
]
HolderQuery = Annotated[str | None, QueryParameter(name="holder", description="what this person has leased")]


class KindAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of case, its outcomes, how it is handled, and how many wait."""

    id: str
    title: Text
    outcomes: dict[str, Text]
    rule: CaseRule
    waiting: int


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """Cases; ``next`` is the cursor of the next page, null on the last."""

    items: list[Case]
    next: str | None


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """A case and all entries that moved it, in ledger order, beginning with what it is about.

    ``why``: why it needs a person, in words.
    """

    case: Case
    entries: list[EntryAnswer]
    why: tuple[Text, ...]


class LeasedCase(msgspec.Struct, frozen=True, kw_only=True):
    """The case that was leased; null where nothing waits."""

    case: Case | None


class Next(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks for work, of which kinds (all by default), and for how many minutes."""

    kinds: tuple[str, ...] = ()
    minutes: Minutes = leases.LEASE_MINUTES
    person: Person = ""


class LeaseRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who holds a case, and for how many minutes from now."""

    minutes: Minutes = leases.LEASE_MINUTES
    person: Person = ""


class ReadRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who reads."""

    person: Person = ""


class Assigned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom a case is given; "" to nobody, so that anyone may take it."""

    note: Annotated[str, Meta(max_length=MAX_REASON)] = ""
    person: Person = ""
    to: Person


class CaseVerdict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was decided, by whom and why."""

    outcome: Annotated[str, Meta(min_length=1, max_length=64)]
    person: Person = ""
    reason: Reason


class Because(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who, and why."""

    person: Person = ""
    reason: Reason


class BulkWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which cases shall be decided how."""

    cases: Annotated[tuple[CaseId, ...], Meta(min_length=1, max_length=bulk.MOST_CASES)]
    outcome: Annotated[str, Meta(min_length=1, max_length=64)]
    person: Person = ""


class BulkVerdict(BulkWish, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """And why; with the ``token`` of a preview it is refused if what that showed has changed."""

    reason: Reason
    token: Annotated[str, Meta(max_length=64)] = ""


class RuleChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What changes; null leaves it."""

    second_look: Annotated[int, Meta(ge=0, le=100)] | None = None
    undo_minutes: Annotated[int, Meta(ge=0, le=10_080)] | None = None


@get(
    "/v1/case-kinds",
    sync_to_thread=True,
    **operation("事项种类与待办数", "The kinds of cases, and how many wait", "officer"),
)
def kinds(request: Caller) -> list[KindAnswer]:
    """As the pack has them, under the rules in force."""
    platform = context_of(request).platform
    with platform.reading() as conn:
        waiting = reading.counts(conn)
        return [
            KindAnswer(
                id=one.id,
                title=one.title,
                outcomes=one.outcomes,
                rule=platform.case_rules.of_kind(conn, one.id),
                waiting=waiting.get(one.id, 0),
            )
            for one in platform.cases.kinds.values()
        ]


@post(
    "/v1/case-kinds/{kind:str}",
    **operation("修改抽查比例与撤销时间", "Change the share of second looks, or the undo window", "officer"),
)
async def change_kind(
    request: Caller, kind: FromPath[str], data: JSONBody[RuleChange], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises InvalidInput for an unknown kind."""
    no_nul(kind=kind)
    platform, actor = context_of(request).platform, request.auth.actor
    return await recorded(
        request,
        key,
        lambda work: platform.cases.change(
            work, kind, second_look=data.second_look, undo_minutes=data.undo_minutes, actor=actor
        ),
    )


@get(
    "/v1/cases",
    sync_to_thread=True,
    **operation(
        "待人工决定的事项，最紧要者在前；about 查某对象的全部事项",
        "What waits for a person, the worst first; with about, all cases of a subject",
        "officer",
    ),
)
def cases(
    request: Caller,
    kind: KindQuery = None,
    about: AboutQuery = None,
    holder: HolderQuery = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> CasePage:
    """Severity first, then due time, then age. Raises InvalidInput for an unknown kind."""
    no_nul(kind=kind, about=about, holder=holder)
    platform = context_of(request).platform
    with platform.reading() as conn:
        if about is not None:
            role, sign, subject = about.partition(":")
            if not sign:
                raise InvalidInput(Text("写作 角色:编号", "write it as role:id"), field="about")
            return CasePage(items=reading.about(conn, role, subject, limit), next=None)
        if holder is not None:
            return CasePage(items=reading.held_by(conn, holder, platform.clock()), next=None)
        after = cursor_position(cursor, tuple[int, int, int, str]) if cursor else None
        found = platform.cases.worst(conn, kinds=[kind] if kind else (), after=after, limit=limit + 1)
    more = len(found) > limit
    return CasePage(items=found[:limit], next=cursor_text(*found[limit - 1].position) if more else None)


@get(
    "/v1/cases/{case:str}",
    sync_to_thread=True,
    **operation("一个事项及其全部条目", "A case with all its entries", "officer"),
)
def case(request: Caller, case: FromPath[str]) -> CaseFile:
    """Raises NotFound."""
    no_nul(case=case)
    platform = context_of(request).platform
    with platform.reading() as conn:
        found = reading.find(conn, case)
        history = platform.ledger.entries(conn, subject=("case", case))
        cause = [] if any(one.index == found.about for one in history) else [platform.ledger.entry(conn, found.about)]
        entries = [EntryAnswer(index=one.index, entry=one.entry()) for one in [*cause, *history]]
        return CaseFile(case=found, entries=entries, why=platform.why_case(conn, found))


@post(
    "/v1/cases/next",
    **operation("领取最紧要的一件，他人不会同时得到", "Take the worst case; nobody else gets it meanwhile", "officer"),
)
async def take_next(request: Caller, data: JSONBody[Next], key: IdempotencyKey = None) -> Response[LeasedCase]:
    """The lease lapses by itself. Raises InvalidInput for an unknown kind."""
    platform, person = context_of(request).platform, data.person or request.auth.actor
    return await commit(
        request,
        key,
        lambda work: LeasedCase(case=platform.cases.next(work, person, kinds=data.kinds, minutes=data.minutes)),
    )


@post("/v1/cases/{case:str}/lease", **operation("占用一件，或延长占用", "Lease a case, or hold it longer", "officer"))
async def lease(
    request: Caller, case: FromPath[str], data: JSONBody[LeaseRequest], key: IdempotencyKey = None
) -> Response[LeasedCase]:
    """Raises NotFound, Conflict."""
    no_nul(case=case)
    person = data.person or request.auth.actor
    return await commit(request, key, lambda work: LeasedCase(case=leases.lease(work, case, person, data.minutes)))


@post(
    "/v1/cases/{case:str}/read",
    **operation(
        "查阅当事人所述原文；查阅入存证", "Read what the parties told, in the clear; the reading is an entry", "officer"
    ),
)
async def read(request: Caller, case: FromPath[str], data: JSONBody[ReadRequest]) -> Response[OpenedStatements]:
    """Opened each time it is asked for, and kept nowhere. Raises NotFound."""
    no_nul(case=case)
    platform, actor = context_of(request).platform, request.auth.actor
    return await commit(
        request, None, lambda work: platform.cases.read(work, case, person=data.person or actor, actor=actor)
    )


@post("/v1/cases/{case:str}/give-back", **operation("放回队列", "Give a case back to the queue", "officer"))
async def give_back(
    request: Caller, case: FromPath[str], data: JSONBody[LeaseRequest], key: IdempotencyKey = None
) -> Response[LeasedCase]:
    """Raises NotFound."""
    no_nul(case=case)
    person = data.person or request.auth.actor
    return await commit(request, key, lambda work: LeasedCase(case=leases.give_back(work, case, person)))


@post("/v1/cases/{case:str}/assign", **operation("指派给某人", "Give a case to a person", "officer"))
async def assign(
    request: Caller, case: FromPath[str], data: JSONBody[Assigned], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound, Conflict."""
    no_nul(case=case, to=data.to)
    actor, by = request.auth.actor, data.person or request.auth.actor
    return await recorded(
        request, key, lambda work: leases.assign(work, case, data.to, by=by, note=data.note, actor=actor)
    )


@post(
    "/v1/cases/{case:str}/hand-over", **operation("把手中的事项移交他人", "Hand over a case that one holds", "officer")
)
async def hand_over(
    request: Caller, case: FromPath[str], data: JSONBody[Assigned], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound, Conflict where ``person`` does not hold it."""
    no_nul(case=case, to=data.to)
    actor, person = request.auth.actor, data.person or request.auth.actor
    return await recorded(
        request, key, lambda work: leases.hand_over(work, case, person=person, to=data.to, note=data.note, actor=actor)
    )


@post(
    "/v1/cases/{case:str}/decide",
    responses=WAITS,
    **operation(
        "决定一件，写明理由；抽中的再由另一人决定",
        "Decide a case, saying why; some are decided by a second person too",
        "officer",
    ),
)
async def decide(
    request: Caller, case: FromPath[str], data: JSONBody[CaseVerdict], key: IdempotencyKey = None
) -> Response[Decision]:
    """Raises NotFound, Conflict where it waits for another person, InvalidInput for an unknown outcome."""
    no_nul(case=case)
    platform, actor = context_of(request).platform, request.auth.actor
    person = data.person or actor
    return await commit(
        request,
        key,
        lambda work: platform.cases.decide(
            work, case, person=person, outcome=data.outcome, reason=data.reason, actor=actor
        ),
    )


@post("/v1/cases/{case:str}/reopen", **operation("重新打开已结案的事项", "Open a closed case again", "officer"))
async def reopen(
    request: Caller, case: FromPath[str], data: JSONBody[Because], key: IdempotencyKey = None
) -> Response[EntryIndex]:
    """Raises NotFound, Conflict."""
    no_nul(case=case)
    platform, actor = context_of(request).platform, request.auth.actor
    person = data.person or actor
    return await recorded(
        request, key, lambda work: platform.cases.reopen(work, case, person=person, reason=data.reason, actor=actor)
    )


@post(
    "/v1/cases/bulk/preview",
    status_code=200,
    sync_to_thread=True,
    **operation(
        "预览批量决定：逐件说明结果，不写入",
        "Preview a bulk decision: each case's result; nothing is written",
        "officer",
    ),
)
def preview_bulk(request: Caller, data: JSONBody[BulkWish]) -> bulk.Preview:
    """Raises InvalidInput."""
    platform, actor = context_of(request).platform, request.auth.actor
    person = data.person or actor
    with platform.reading() as conn:
        return platform.cases.preview(conn, data.cases, outcome=data.outcome, person=person, signed_in=actor)


@post(
    "/v1/cases/bulk",
    **operation("批量决定；撤销期届满后生效", "Decide many cases; it takes effect after the undo window", "officer"),
)
async def order_bulk(
    request: Caller, data: JSONBody[BulkVerdict], key: IdempotencyKey = None
) -> Response[bulk.BulkOrder]:
    """Raises InvalidInput, Conflict where what the preview showed has changed."""
    platform, actor = context_of(request).platform, request.auth.actor
    person = data.person or actor
    return await commit(
        request,
        key,
        lambda work: platform.cases.order(
            work,
            data.cases,
            outcome=data.outcome,
            reason=data.reason,
            person=person,
            actor=actor,
            token=data.token,
        ),
    )


@get("/v1/bulk", sync_to_thread=True, **operation("最近的批量决定", "The newest bulk decisions", "officer"))
def bulk_orders(request: Caller, limit: Limit = PAGE) -> list[bulk.BulkOrder]:
    """Without their items."""
    with context_of(request).platform.reading() as conn:
        return bulk.recent(conn, limit)


@get(
    "/v1/bulk/{order:str}",
    sync_to_thread=True,
    **operation("一个批量决定，逐件的结果", "A bulk decision, case by case", "officer"),
)
def bulk_order(request: Caller, order: FromPath[str]) -> bulk.BulkOrder:
    """Raises NotFound."""
    no_nul(order=order)
    with context_of(request).platform.reading() as conn:
        return bulk.find(conn, order)


@post(
    "/v1/bulk/{order:str}/undo",
    **operation("在撤销期内撤销批量决定", "Undo a bulk decision while its window is open", "officer"),
)
async def undo_bulk(
    request: Caller, order: FromPath[str], data: JSONBody[Because], key: IdempotencyKey = None
) -> Response[bulk.BulkOrder]:
    """Raises NotFound, Conflict."""
    no_nul(order=order)
    actor = request.auth.actor
    person = data.person or actor
    return await commit(
        request, key, lambda work: bulk.undo(work, order, person=person, reason=data.reason, actor=actor)
    )
