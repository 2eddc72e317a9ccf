"""Cases over HTTP: the worst first, one person at a time, decisions, and many at once with a window to undo them.

``person`` says who acts, where several people share one key; by default it is the key itself. It is recorded beside the
key and proves nothing: where two persons are needed, the second needs another key.
"""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from anbao.api.answers import EntryAnswer
from anbao.api.context import Caller, context_of, operation
from anbao.api.reading import Cursor, Limit, cursor_position, cursor_text, no_nul
from anbao.cases import Case, bulk, leases, reading
from anbao.engine.values import CaseRule
from anbao.errors import InvalidInput
from anbao.investigate.complaints.joining import ComplaintInCase
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

    ``why``: why it needs a person, in words. ``complaints``: those that it answers, the gravest first.
    """

    case: Case
    complaints: list[ComplaintInCase]
    entries: list[EntryAnswer]
    why: tuple[Text, ...]


class BulkWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which cases shall be decided how."""

    cases: Annotated[tuple[CaseId, ...], Meta(min_length=1, max_length=bulk.MOST_CASES)]
    outcome: Annotated[str, Meta(min_length=1, max_length=64)]
    person: Person = ""


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
        complaints = platform.investigate.complaints.in_case(conn, found)
        return CaseFile(case=found, complaints=complaints, entries=entries, why=platform.why_case(conn, found))


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
