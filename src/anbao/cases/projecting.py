"""Entries → ``case_file``: each kind of entry moves the cases that it names, and nothing else does (but leases).

A listing that screening holds, by its words or by a picture, is a case by that very entry: one row in the same batch,
no entry more. A later screening or a person's decision on the listing closes what nobody decided before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from anbao.cases import bulk
from anbao.cases.adding import NEWS
from anbao.cases.opening import case_id, main_subject
from anbao.cases.persons import folded, key_of
from anbao.cases.reading import NO_TIME, SUPERSEDED
from anbao.engine.core import Core
from anbao.engine.work import Placed, Projector
from anbao.law.deadlines import due_at
from anbao.model.entry import Sealed
from anbao.model.events.cases import (
    BulkFinished,
    BulkOrdered,
    BulkUndone,
    CaseAdded,
    CaseAssigned,
    CaseConfirmed,
    CaseDecided,
    CaseOpened,
    CaseReopened,
    CaseWidened,
)
from anbao.model.events.prevent import ListingDecided, ListingScreenedEvent, PictureScreenedEvent
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql

COLUMNS = (
    "id",
    "kind",
    "state",
    "rank",
    "due_at",
    "waiting_since",
    "assignee",
    "desk",
    "leased_by",
    "leased_until",
    "barred",
    "decider",
    "outcome",
    "disputed",
    "subject",
    "subjects",
    "about",
    "opened_by",
    "opened_at",
    "changed_by",
    "decider_key",
    "lease_key",
    "waits",
    "count",
)

LISTING_REVIEW = "listing_review"

_PER_QUERY = 5_000


class CaseProjection:
    """What entries mean for the table of cases."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield ListingScreenedEvent.KIND, self.screened
        yield PictureScreenedEvent.KIND, self.picture_screened
        yield ListingDecided.KIND, self.listing_decided
        yield CaseOpened.KIND, self.opened
        yield CaseAdded.KIND, self.added
        yield CaseWidened.KIND, self.widened
        yield CaseAssigned.KIND, assigned
        yield CaseDecided.KIND, decided
        yield CaseDecided.KIND, bulk.project_decided
        yield CaseConfirmed.KIND, confirmed
        yield CaseReopened.KIND, reopened
        yield BulkOrdered.KIND, bulk.project_ordered
        yield BulkUndone.KIND, bulk.project_undone
        yield BulkFinished.KIND, bulk.project_finished

    def opened(self, conn: Connection, placed: Sequence[Placed]) -> None:
        """``case.opened``. Raises InvalidInput for a kind of case that the pack does not know."""
        rows = []
        for index, sealed in placed:
            subjects = {role: name for role, name in sealed.subjects.items() if role != "case"}
            rows.append(
                self._row(conn, index, sealed, sealed.subjects["case"], str(sealed.facts["case_kind"]), subjects)
            )
        insert_many(conn, tables.case_file, COLUMNS, rows)

    def added(self, conn: Connection, placed: Sequence[Placed]) -> None:
        """``case.added``: one report more; the case is as grave as the gravest of them."""
        for index, sealed in placed:
            event = sealed.event(CaseAdded)
            self._raise(conn, index, sealed.at, event)
            sql(conn, "UPDATE case_file SET count = count + 1 WHERE id = ?", (event.case,))

    def widened(self, conn: Connection, placed: Sequence[Placed]) -> None:
        """``case.widened``: of another kind, and about more."""
        for index, sealed in placed:
            event = sealed.event(CaseWidened)
            self._raise(conn, index, sealed.at, event)
            row = sql(conn, "SELECT subjects FROM case_file WHERE id = ?", (event.case,)).scalar_one()
            about = event.others | msgspec.json.decode(bytes(row), type=dict[str, str])
            sql(
                conn,
                "UPDATE case_file SET kind = ?, subjects = ?, subject = ? WHERE id = ?",
                (
                    event.case_kind,
                    msgspec.json.encode(dict(sorted(about.items()))),
                    main_subject(about),
                    event.case,
                ),
            )

    def _raise(self, conn: Connection, index: int, at: int, event: CaseAdded | CaseWidened) -> None:
        """What was added makes a case no less grave and due no later."""
        rank, due = 5 - event.severity, self._due(conn, event.case_kind, at, index)
        sql(
            conn,
            "UPDATE case_file SET rank = CASE WHEN rank > ? THEN ? ELSE rank END,"
            " due_at = CASE WHEN due_at > ? THEN ? ELSE due_at END, changed_by = ? WHERE id = ?",
            (rank, rank, due, due, index, event.case),
        )
        insert_many(conn, tables.case_part, ("case_id", "entry"), [(event.case, index)])

    def screened(self, conn: Connection, placed: Sequence[Placed]) -> None:
        """``listing.screened``: of several screenings of one listing the last counts."""
        self._review(conn, placed)

    def picture_screened(self, conn: Connection, placed: Sequence[Placed]) -> None:
        """``listing.picture_screened``: where a picture made the outcome of its listing graver."""
        self._review(conn, [(index, sealed) for index, sealed in placed if sealed.facts.get("raised")])

    def _review(self, conn: Connection, placed: Sequence[Placed]) -> None:
        """The newest of these decisions on each listing takes the place of the review before; held is a new one."""
        newest = {sealed.subjects["listing"]: (index, sealed) for index, sealed in placed}
        overtaken = {listing: index for listing, (index, _) in newest.items()}
        _close_reviews(conn, overtaken, lambda _: SUPERSEDED, also="OR waits = 1")
        rows = []
        for index, sealed in newest.values():
            if sealed.facts["outcome"] == "review":
                name = case_id(LISTING_REVIEW, sealed.subjects, str(index))
                about = {role: one for role, one in sealed.subjects.items() if role != "picture"}
                rows.append(self._row(conn, index, sealed, name, LISTING_REVIEW, about))
        insert_many(conn, tables.case_file, COLUMNS, rows)

    def listing_decided(self, conn: Connection, placed: Sequence[Placed]) -> None:
        """``listing.decided``: also where the decision did not come by way of the case."""
        newest = {sealed.subjects["listing"]: (index, str(sealed.facts["outcome"])) for index, sealed in placed}
        indexes = {listing: index for listing, (index, _) in newest.items()}
        _close_reviews(conn, indexes, lambda listing: newest[listing][1])

    def _row(
        self, conn: Connection, index: int, sealed: Sealed, name: str, kind: str, subjects: Mapping[str, str]
    ) -> tuple[Any, ...]:
        facts = sealed.facts
        due = facts.get("due")
        if due is None:
            due = self._due(conn, kind, sealed.at, index)
        severity = max(1, int(facts.get("severity", 0)))
        return (
            name,
            kind,
            "open",
            5 - severity,
            due,
            sealed.at,
            "",
            "",
            "",
            0,
            facts.get("barred", ""),
            "",
            "",
            0,
            main_subject(subjects),
            msgspec.json.encode(dict(sorted(subjects.items()))),
            facts.get("about", index),
            index,
            sealed.at,
            index,
            "",
            "",
            0,
            1,
        )

    def _due(self, conn: Connection, kind: str, at: int, index: int) -> int:
        setting = self._core.pack.case_kind(kind).due
        if not setting:
            return NO_TIME
        period = self._core.settings.in_force(conn, setting, at, before=index)
        return due_at(at, period, self._core.pack.calendar)


_OUT_OF_QUEUES = "assignee = '', desk = '', leased_by = '', leased_until = 0"


def assigned(conn: Connection, placed: Sequence[Placed]) -> None:
    """``case.assigned``; what is given to nobody lies where it lay before."""
    for index, sealed in placed:
        to = sealed.event(CaseAssigned).to
        sql(
            conn,
            "UPDATE case_file SET assignee = ?, leased_by = '', leased_until = 0, changed_by = ?,"
            " desk = CASE WHEN ? = '' AND state = 'second' THEN '~' || CASE decider_key WHEN '' THEN decider"
            " ELSE decider_key END ELSE ? END WHERE id = ?",
            (to, index, to, to, sealed.subjects["case"]),
        )


def decided(conn: Connection, placed: Sequence[Placed]) -> None:
    """``case.decided``: closed, or waiting for a second person, whom nobody has chosen yet."""
    for index, sealed in placed:
        event = sealed.event(CaseDecided)
        key = key_of(sealed.actor, event.identity, event.key)
        queue = f"~{key or folded(event.person)}"
        state, since, queue = ("second", sealed.at, queue) if event.second_look else ("closed", None, "")
        sql(
            conn,
            "UPDATE case_file SET assignee = '', leased_by = '', leased_until = 0, desk = ?, state = ?,"
            " waiting_since = ?, decider = ?, decider_key = ?, outcome = ?, waits = ?, changed_by = ? WHERE id = ?",
            (queue, state, since, event.person, key, event.outcome, int(event.waits), index, event.case),
        )


def confirmed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``case.confirmed``."""
    for index, sealed in placed:
        sql(
            conn,
            f"UPDATE case_file SET {_OUT_OF_QUEUES}, state = 'closed', waiting_since = NULL, disputed = 0,"
            " waits = 0, changed_by = ? WHERE id = ?",
            (index, sealed.subjects["case"]),
        )


def reopened(conn: Connection, placed: Sequence[Placed]) -> None:
    """``case.reopened``: after a disagreement two must agree; where something new was reported that stays so."""
    for index, sealed in placed:
        cause = sealed.event(CaseReopened).cause
        disputed = None if cause == NEWS else int(cause == "disagreement")
        sql(
            conn,
            f"UPDATE case_file SET {_OUT_OF_QUEUES}, state = 'open', waiting_since = ?, decider = '', outcome = '',"
            " decider_key = '', waits = 0, disputed = COALESCE(?, disputed), changed_by = ? WHERE id = ?",
            (sealed.at, disputed, index, sealed.subjects["case"]),
        )


def _close_reviews(
    conn: Connection, listings: Mapping[str, int], outcome: Callable[[str], str], also: str = ""
) -> None:
    """Close the undecided reviews of listings (``also`` those); the index is that of the entry that closes each."""
    names = list(listings)
    for start in range(0, len(names), _PER_QUERY):
        some = names[start : start + _PER_QUERY]
        marks = ", ".join("?" * len(some))
        rows = sql(
            conn,
            "SELECT subject, id FROM case_file WHERE state <> 'closed' AND subject IN"
            f" ({marks}) AND kind = '{LISTING_REVIEW}' AND ((state IN ('open', 'pending') AND disputed = 0) {also})",
            tuple(f"listing:{name}" for name in some),
        )
        for subject, name in rows.all():
            listing = subject.partition(":")[2]
            sql(
                conn,
                f"UPDATE case_file SET {_OUT_OF_QUEUES}, state = 'closed', waiting_since = NULL, outcome = ?,"
                " waits = 0, changed_by = ? WHERE id = ?",
                (outcome(listing), listings[listing], name),
            )
