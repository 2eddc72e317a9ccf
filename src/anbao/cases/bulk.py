"""Many cases decided at once: a preview, a result for each case, and a window in which all of it can be undone.

The order is an entry at once; the decisions (``case.decided``), and with them all that the packages do about them,
leave only when its window has passed. Until then the cases are ``pending`` and nobody else gets them.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

import msgspec

from anbao.cases import reading
from anbao.cases.deciding import Determination, HowMade, check_outcome, first_decision, with_conflicts
from anbao.cases.leases import check_may_decide
from anbao.cases.persons import Person, identity_of, key_of, person_of, require_key
from anbao.cases.reading import Case
from anbao.engine.core import Core
from anbao.engine.work import Placed, Work
from anbao.errors import AnbaoError, Conflict, InvalidInput, NotFound
from anbao.ledger import search
from anbao.model.base import Noun, given_reason
from anbao.model.events import read as read_event
from anbao.model.events.cases import BulkFinished, BulkOrdered, BulkUndone
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text

MOST_CASES = 1_000
"""Cases of one order: an entry names them all."""

RELEASED_AT_ONCE = 100


class Previewed(Noun, frozen=True, kw_only=True):
    """What would happen to one case: ``problem`` is empty where it would be decided."""

    case: str
    kind: str
    problem: Text | None
    severity: int
    subjects: dict[str, str]


class Preview(Noun, frozen=True, kw_only=True):
    """All rows, and a ``token`` that stands for what was seen: an order that names it is refused if that changed."""

    decided: int
    rows: tuple[Previewed, ...]
    token: str


class BulkItem(Noun, frozen=True, kw_only=True):
    """One case of an order: ``result`` is waiting, decided, undone or superseded; ``entry`` recorded it."""

    case: str
    entry: int
    result: str


class BulkOrder(Noun, frozen=True, kw_only=True):
    """An order as it stands; instants in UTC milliseconds. Cases that could not be decided stand in ``refused``."""

    at: int
    entry: int
    id: str
    items: tuple[BulkItem, ...]
    leaves_at: int
    outcome: str
    person: str
    reason: str
    refused: dict[str, str]
    state: Literal["waiting", "undone", "done"]


_COLUMNS = ("id", "state", "outcome", "reason", "person", "at", "leaves_at", "entry")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM bulk_order"


def preview(core: Core, conn: Connection, names: Sequence[str], outcome: str, person: Person, now: int) -> Preview:
    """What an order would do to each case; writes nothing. Raises InvalidInput for none or too many."""
    wanted = list(dict.fromkeys(names))
    if not 1 <= len(wanted) <= MOST_CASES:
        raise InvalidInput(
            Text(f"一次可处理 1 至 {MOST_CASES} 件", f"an order takes 1 to {MOST_CASES} cases"), field="cases"
        )
    found = reading.find_many(conn, wanted)
    rows = tuple(_previewed(core, conn, name, found.get(name), outcome, person, now) for name in wanted)
    seen = [(one, found[one].changed_by if one in found else -1) for one in wanted]
    token = sha256(msgspec.json.encode([outcome, person.name, seen, [row.problem is None for row in rows]])).hexdigest()
    return Preview(decided=sum(row.problem is None for row in rows), rows=rows, token=token[:32])


def order(
    core: Core,
    work: Work,
    names: Sequence[str],
    *,
    outcome: str,
    reason: str,
    person: str,
    actor: str,
    token: str = "",
) -> BulkOrder:
    """Order a decision on many cases. Raises InvalidInput, and Conflict where what a preview showed has changed."""
    given_reason(reason)
    seen = preview(core, work.conn, names, outcome, person_of(work, person), work.now)
    if token and token != seen.token:
        raise Conflict(
            Text("预览之后情况已变，未执行", "things have changed since the preview; nothing was done"),
            hint=Text("重新预览", "preview it again"),
        )
    accepted = [row for row in seen.rows if row.problem is None]
    if not accepted:
        raise Conflict(Text("没有一件可以如此决定", "none of these cases can be decided so"))
    rules = [core.case_rules.of_kind(work.conn, kind) for kind in {row.kind for row in accepted}]
    if any(rule.second_look for rule in rules):
        require_key(core.parameters, work)
    window = max(rule.undo_minutes for rule in rules)
    name = "bulk-" + sha256(f"{work.now}:{person}:{seen.token}".encode()).hexdigest()[:16]
    event = BulkOrdered(
        bulk=name,
        cases=tuple(row.case for row in accepted),
        identity=identity_of(work),
        leaves_at=work.now + window * 60_000,
        outcome=outcome,
        person=person,
        reason=reason,
        refused=tuple((row.case, row.problem.en) for row in seen.rows if row.problem is not None),
    )
    work.append(event, actor=actor)
    return _read(work, name)


def undo(work: Work, name: str, *, person: str, reason: str, actor: str) -> BulkOrder:
    """Take an order back while its window is open. Raises NotFound, Conflict once decisions have left."""
    given_reason(reason)
    one = _row(work.conn, name)
    if one.state != "waiting" or one.leaves_at <= work.now:
        raise Conflict(
            Text(f"批量决定 {name} 的撤销期已过", f"the order {name} can no longer be undone"),
            hint=Text("逐件重新打开", "reopen its cases one by one"),
        )
    work.append(BulkUndone(bulk=name, person=person, reason=reason), actor=actor)
    return _read(work, name)


def due(conn: Connection, now: int) -> str | None:
    """An order whose window has passed and whose decisions have not all left."""
    found: str | None = sql(
        conn,
        "SELECT id FROM bulk_order WHERE state = 'waiting' AND leaves_at <= ? ORDER BY leaves_at, id LIMIT 1",
        (now,),
    ).scalar()
    return found


def release(core: Core, work: Work) -> bool:
    """Let a bounded number of decisions leave; whether there was anything to do. Each leaves once."""
    name = due(work.conn, work.now)
    if name is None:
        return False
    one = _row(work.conn, name)
    items = sql(
        work.conn,
        "SELECT case_id FROM bulk_item WHERE bulk = ? AND result = 'waiting' ORDER BY case_id LIMIT ?",
        (name, RELEASED_AT_ONCE),
    ).all()
    cases = reading.find_many(work.conn, [case for (case,) in items])
    given = Determination(actor="bulk", outcome=one.outcome, person=one.person, reason=one.reason)
    made = _ordered_by(core, work, one)
    for case in cases.values():
        if case.state == "pending":
            rule = core.case_rules.of_kind(work.conn, case.kind)
            first_decision(work, rule, case, given, made, bulk=name)
        else:
            _settle(work.conn, name, case.id, "superseded", case.changed_by)
    if len(items) < RELEASED_AT_ONCE:
        work.append(BulkFinished(bulk=name, person=one.person), actor="bulk")
    return True


def find(conn: Connection, name: str) -> BulkOrder:
    """An order with its items. Raises NotFound."""
    one = _row(conn, name)
    rows = sql(conn, "SELECT case_id, result, entry FROM bulk_item WHERE bulk = ? ORDER BY case_id", (name,))
    items = tuple(BulkItem(case=case, entry=entry, result=result) for case, result, entry in rows)
    refused = dict(read_event(BulkOrdered, search.data_of(conn, one.entry)).refused)
    return msgspec.structs.replace(one, items=items, refused=refused)


def recent(conn: Connection, limit: int = 50) -> list[BulkOrder]:
    """The newest orders, without their items."""
    return [_order(row) for row in sql(conn, f"{_SELECT} ORDER BY entry DESC LIMIT ?", (limit,))]


def project_ordered(conn: Connection, placed: Sequence[Placed]) -> None:
    """``bulk.ordered`` → the order, its items, and its cases, which wait for nobody now."""
    for index, sealed in placed:
        event = sealed.event(BulkOrdered)
        name = event.bulk
        order_row = (
            name,
            "waiting",
            event.outcome,
            event.reason,
            event.person,
            sealed.at,
            event.leaves_at,
            index,
        )
        insert_many(
            conn,
            tables.bulk_order,
            _COLUMNS,
            [order_row],
        )
        insert_many(
            conn,
            tables.bulk_item,
            ("bulk", "case_id", "result", "entry"),
            [(name, case, "waiting", index) for case in event.cases],
        )
        _move(conn, name, "state = 'pending', waiting_since = NULL, leased_by = '', leased_until = 0", index)


def project_undone(conn: Connection, placed: Sequence[Placed]) -> None:
    """``bulk.undone``: its cases wait again, as long as they did."""
    for index, sealed in placed:
        name = sealed.subjects["bulk"]
        _move(conn, name, "state = 'open', waiting_since = opened_at", index, "AND state = 'pending'")
        sql(conn, "UPDATE bulk_item SET result = 'undone', entry = ? WHERE bulk = ?", (index, name))
        sql(conn, "UPDATE bulk_order SET state = 'undone' WHERE id = ?", (name,))


def project_decided(conn: Connection, placed: Sequence[Placed]) -> None:
    """``case.decided`` by way of an order → its item."""
    for index, sealed in placed:
        if name := sealed.subjects.get("bulk"):
            _settle(conn, name, sealed.subjects["case"], "decided", index)


def project_finished(conn: Connection, placed: Sequence[Placed]) -> None:
    """``bulk.finished``."""
    for _index, sealed in placed:
        sql(conn, "UPDATE bulk_order SET state = 'done' WHERE id = ?", (sealed.subjects["bulk"],))


def _ordered_by(core: Core, work: Work, one: BulkOrder) -> HowMade:
    """How the person who ordered it was known: the key, or that they were stated."""
    stored = core.ledger.entry(work.conn, one.entry)
    identity = stored.event(BulkOrdered).identity
    key = key_of(stored.actor, identity)
    return HowMade(identity="" if key else identity, key=key)


def _previewed(
    core: Core, conn: Connection, name: str, case: Case | None, outcome: str, person: Person, now: int
) -> Previewed:
    if case is None:
        unknown = Text(f"没有事项 {name}", f"there is no case {name}")
        return Previewed(case=name, kind="", problem=unknown, severity=0, subjects={})
    problem = None
    try:
        check_outcome(core.pack.case_kind(case.kind), outcome)
        check_may_decide(with_conflicts(core, conn, case), person, now)
        if case.state == "second":
            raise Conflict(Text("第二人复核须逐件进行", "a second review is made one by one"))
    except AnbaoError as error:
        problem = error.what
    return Previewed(case=name, kind=case.kind, problem=problem, severity=case.severity, subjects=case.subjects)


def _read(work: Work, name: str) -> BulkOrder:
    return find(work.conn, name)


def _row(conn: Connection, name: str) -> BulkOrder:
    row = sql(conn, f"{_SELECT} WHERE id = ?", (name,)).first()
    if row is None:
        raise NotFound(Text(f"没有批量决定 {name}", f"there is no bulk order {name}"), field="bulk")
    return _order(row)


def _order(row: Sequence[object]) -> BulkOrder:
    held = dict(zip(_COLUMNS, row, strict=True))
    return msgspec.convert({**held, "items": (), "refused": {}}, BulkOrder)


def _move(conn: Connection, name: str, change: str, index: int, where: str = "") -> None:
    sql(
        conn,
        f"UPDATE case_file SET {change}, changed_by = ? WHERE id IN"
        f" (SELECT case_id FROM bulk_item WHERE bulk = ?) {where}",
        (index, name),
    )


def _settle(conn: Connection, name: str, case: str, result: str, entry: int) -> None:
    sql(conn, "UPDATE bulk_item SET result = ?, entry = ? WHERE bulk = ? AND case_id = ?", (result, entry, name, case))
