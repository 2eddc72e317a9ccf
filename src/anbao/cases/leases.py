"""Who works on a case: leases, which lapse by themselves, and assignments, which are entries.

A lease says who works on a case at this moment. It lapses, proves nothing and would fill the ledger, so it is no
entry; who decided, and to whom a case was given, are (docs/decisions/0023). All of it happens inside the store's one
write transaction: no two persons, threads or processes ever hold the same case.
"""

from collections.abc import Iterable

from anbao.cases import reading
from anbao.cases.persons import KEY_PREFIX, Person, check_name, folded, person_of
from anbao.cases.reading import Case
from anbao.engine.work import Work
from anbao.errors import Conflict, InvalidInput
from anbao.model.events.cases import CaseAssigned
from anbao.store import Connection
from anbao.store.bulk import sql
from anbao.text import Text

LEASE_MINUTES = 30
LONGEST_LEASE_MINUTES = 480


def next_case(work: Work, person: str, kinds: Iterable[str], minutes: int = LEASE_MINUTES) -> Case | None:
    """Lease the worst case that this person may decide and nobody holds; None where there is none.

    A case lies in a queue: that of anyone (""), of the person it was given to, or, where it waits for a second look, of
    everyone but the one who decided it (``~name``). The heads of all queues that this person may take from are
    compared, so that the cost does not grow with what lies on any of them.
    """
    who = person_of(work, person)
    until = _until(work, minutes)
    mine = (person, folded(person))
    barred = (*mine, who.key, f"\n{folded(person)}\n", f"\n{who.key}\n", *mine, who.key)
    names: list[str] = []
    given: list[str | int] = []
    for kind in sorted(set(kinds)):
        for queue in dict.fromkeys(("", *mine, who.key)):
            names.append(_IN_A_QUEUE)
            given += [queue, kind, work.now, *barred]
        names.append(_ON_OTHERS)
        given += [kind, work.now, *barred, *(f"~{name}" for name in (*mine, who.key))]
    if not names:
        return None
    statement = (
        f"{_SECOND_QUEUES} SELECT id FROM case_file WHERE id IN ({' UNION ALL '.join(names)})"
        " ORDER BY rank, due_at, waiting_since, id LIMIT 1"
    )
    found = sql(work.conn, statement, tuple(given)).scalar()
    if found is not None and not _may_decide(reading.find(work.conn, found), who, work.now):
        found = _next_of_all(work, who, kinds)
    if found is None:
        return None
    _hold(work.conn, found, who, until)
    return reading.find(work.conn, found)


def _next_of_all(work: Work, who: Person, kinds: Iterable[str]) -> str | None:
    """The worst case that this person may decide, one after the other: for names that differ only when folded."""
    after = None
    while page := reading.worst(work.conn, kinds, after=after):
        for case in page:
            if case.leased_until <= work.now and _may_decide(case, who, work.now):
                return case.id
        after = page[-1].position
    return None


# ORDER BY names the columns of the index that follow the queue and the kind, so that reading stops at the first row
# that fits. Names in ``barred`` are parted by line feeds; one that is replaced away changes it.
_HEAD = (
    "SELECT id FROM case_file WHERE waiting_since IS NOT NULL AND desk = {desk} AND kind = ? AND leased_until <= ?"
    " AND (barred = '' OR (barred NOT IN (?, ?, ?) AND"
    " replace(replace('\n' || barred || '\n', ?, ''), ?, '') = '\n' || barred || '\n'))"
    " AND (state <> 'second' OR (decider NOT IN (?, ?) AND (decider_key = '' OR decider_key <> ?)))"
    " ORDER BY rank, due_at, waiting_since, id LIMIT 1"
)

# SQLite takes ORDER BY and LIMIT inside UNION ALL in a subquery only; PostgreSQL wants a name for it. In ``_ON_OTHERS``
# they are a value: the head of each queue of second reviews, NULL for an empty one.
_IN_A_QUEUE = f"SELECT id FROM ({_HEAD.format(desk='?')}) AS head"
_ON_OTHERS = f"SELECT ({_HEAD.format(desk='second.name')}) FROM second WHERE name NOT IN (?, ?, ?)"
_SECOND_QUEUES = (
    "WITH RECURSIVE second(name) AS (SELECT min(desk) FROM case_file WHERE waiting_since IS NOT NULL AND desk >= '~'"
    " UNION ALL SELECT (SELECT min(desk) FROM case_file WHERE waiting_since IS NOT NULL AND desk > second.name)"
    " FROM second WHERE second.name IS NOT NULL)"
)
"""The queues of second reviews, one after the other: one look into the index for each. DISTINCT would read all rows."""


def lease(work: Work, name: str, person: str, minutes: int = LEASE_MINUTES) -> Case:
    """Lease this case, or hold it longer. Raises NotFound, Conflict where another has it or it needs nobody."""
    who = person_of(work, person)
    until = _until(work, minutes)
    check_may_decide(reading.find(work.conn, name), who, work.now)
    _hold(work.conn, name, who, until)
    return reading.find(work.conn, name)


def give_back(work: Work, name: str, person: str) -> Case:
    """End this person's lease before it lapses. Raises NotFound."""
    who = person_of(work, person)
    if not reading.find(work.conn, name).leased_to_another(who, work.now):
        sql(work.conn, "UPDATE case_file SET leased_by = '', lease_key = '', leased_until = 0 WHERE id = ?", (name,))
    return reading.find(work.conn, name)


def assign(work: Work, name: str, to: str, *, by: str, note: str = "", actor: str = "officer") -> int:
    """Give a case to a person ("" to nobody, so that anyone may take it); the entry's index. Ends any lease.

    Handing one's own case over is the same act, with ``by`` who had it.
    Raises NotFound, Conflict where it waits for nobody or that person may not decide it.
    """
    case = reading.find(work.conn, name)
    if case.waiting_since is None:
        raise _not_waiting(case)
    check_name(by, work.signed_in, "by")
    if to:
        _check_not_barred(case, _assigned_to(to))
    held = case.assignee or (case.leased_by if case.leased_until > work.now else "")
    event = CaseAssigned(before=held, by=by, case=name, note=note, others=dict(case.subjects), to=to)
    return work.append(event, actor=actor)


def hand_over(work: Work, name: str, *, person: str, to: str, note: str = "", actor: str = "officer") -> int:
    """Give a case that one holds to another person; the entry's index.

    Raises NotFound, InvalidInput, Conflict where ``person`` does not hold it.
    """
    case = reading.find(work.conn, name)
    if not to:
        raise InvalidInput(Text("须写明移交给谁", "say who takes it over"), field="to")
    who = person_of(work, person)
    leased = case.leased_until > work.now and case.leased_by and not case.leased_to_another(who, work.now)
    if not leased and not who.is_also(case.assignee, case.assignee):
        raise Conflict(
            Text(f"事项 {name} 不在 {person} 手中", f"{person} does not hold the case {name}"),
            hint=Text("由持有人移交，或由主管指派", "its holder hands it over, or an officer assigns it"),
        )
    return assign(work, name, to, by=person, note=note, actor=actor)


def check_may_decide(case: Case, person: Person, now: int) -> None:
    """Raises Conflict where the case waits for nobody, for another person, or not for this one."""
    if case.waiting_since is None:
        raise _not_waiting(case)
    if case.leased_to_another(person, now):
        raise Conflict(
            Text(f"事项 {case.id} 正由 {case.leased_by} 处理", f"{case.leased_by} is working on the case {case.id}"),
            hint=Text("取下一件，或请对方移交", "take the next one, or ask for it to be handed over"),
        )
    if case.assignee and not person.is_also(case.assignee, case.assignee):
        raise Conflict(
            Text(f"事项 {case.id} 已指派给 {case.assignee}", f"the case {case.id} was given to {case.assignee}")
        )
    _check_not_barred(case, person)


def _check_not_barred(case: Case, person: Person) -> None:
    before = (case.decider, case.decider_key) if case.state == "second" else ()
    check_not_barred(person, [*case.barred.split("\n"), *before])


def check_not_barred(person: Person, barred: Iterable[str]) -> None:
    """Raises Conflict where one of these names or keys is the person's."""
    names = [name for name in barred if name]
    if person.key and person.key in names:
        raise Conflict(
            Text(
                "此前的决定是用同一密钥作出的，须由另一人用另一密钥决定",
                "what was decided before was decided under the same key; another person needs another key",
            ),
            hint=Text("用 anbao key create 为每人建立密钥", "make a key for each person with anbao key create"),
        )
    if any(person.is_also(name, name) for name in names):
        raise Conflict(
            Text(
                f"{person.name} 已就此作过决定，须换一人",
                f"{person.name} has decided on this before; it needs another person",
            )
        )


def _may_decide(case: Case, person: Person, now: int) -> bool:
    try:
        check_may_decide(case, person, now)
    except Conflict:
        return False
    return True


def _assigned_to(name: str) -> Person:
    """Somebody who is given a case: by name, or by the name of a key."""
    key = name if name.startswith(KEY_PREFIX) else ""
    check_name(name, key, "to")
    return Person(name, key)


def _until(work: Work, minutes: int) -> int:
    if not 1 <= minutes <= LONGEST_LEASE_MINUTES:
        raise InvalidInput(
            Text(
                f"占用时间为 1 至 {LONGEST_LEASE_MINUTES} 分钟",
                f"a lease lasts from 1 to {LONGEST_LEASE_MINUTES} minutes",
            ),
            field="minutes",
        )
    return work.now + minutes * 60_000


def _hold(conn: Connection, name: str, person: Person, until: int) -> None:
    sql(
        conn,
        "UPDATE case_file SET leased_by = ?, lease_key = ?, leased_until = ? WHERE id = ?",
        (person.name, person.key, until, name),
    )


def _not_waiting(case: Case) -> Conflict:
    return Conflict(
        Text(f"事项 {case.id} 不在等待决定", f"the case {case.id} waits for no decision ({case.state})"),
        hint=Text("需要再议的，先重新打开", "reopen it first where it must be decided again"),
    )
