"""Changes of the rules: each is back-tested when it is proposed; a light one takes effect, a heavy one needs a second
person (复核).

Heavy is: another policy; more than ``change.share`` per mille of past listings decided otherwise; more than
``change.terms_removed`` terms gone. While nothing has been screened yet the platform is being set up, and all is light.

Invariants
- Who proposed a change never confirms it.
- A proposal takes effect once, not after it lapsed, was refused, or the rules it was tried against have changed.
- A confirmed change never takes effect before its confirmation.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

from anbao.cases.persons import Person, check_name, identity_of, key_of, keys_required, person_of, require_key
from anbao.engine.core import Core
from anbao.engine.work import Placed, Projector, Work
from anbao.errors import Conflict, Forbidden, NotFound
from anbao.law.deadlines import due_at
from anbao.model.backtest import Backtest
from anbao.model.base import given_reason
from anbao.model.events.rules import (
    ACTIVATED,
    BACKTESTED,
    EXPIRED,
    PROPOSED,
    REFUSED,
    ROLES,
    ActivationExpired,
    ActivationProposed,
    ActivationRefused,
    ModelDeactivated,
    Role,
    VersionActivated,
    VersionBacktested,
)
from anbao.rules import backtest, rulesets
from anbao.rules.backtest import Judge, Window
from anbao.rules.rulesets import Rulesets
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, rows_of, sql
from anbao.text import Text

SHARE, TERMS_REMOVED, SAMPLE = "change.share", "change.terms_removed", "change.sample"
CONFIRM = "change.confirm"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a proposal. ``because`` says why it needs a second person, empty where it took effect."""

    backtest: Backtest
    because: tuple[Text, ...]
    digest: str
    entry: int
    state: Literal["in_force", "proposed"]


class Proposal(msgspec.Struct, frozen=True):
    """One row of ``proposal``; instants in UTC milliseconds."""

    entry: int
    role: Role
    digest: str
    effective: int | None
    proposer: str
    expires: int
    state: Literal["open", "confirmed", "refused", "expired"]


class Changes:
    """Proposes, confirms, refuses; ``project`` keeps the table of proposals."""

    def __init__(self, core: Core, known: Rulesets, judge: Judge) -> None:
        self._core = core
        self._judge = judge
        self._rulesets = known

    def backtest(self, role: Role, digest: str, window: Window, *, actor: str) -> tuple[int, Backtest]:
        """Try a version over past listings and record what would differ; the entry's index, the result.

        Raises NotFound.
        """
        result = self._try(role, digest, window)
        tried = BACKTESTED[role](result=result, version=digest)
        return self._core.run(lambda work: work.append(tried, actor=actor)), result

    def propose(
        self, role: Role, digest: str, *, actor: str, effective: int | None = None, signed_in: str = ""
    ) -> Change:
        """Try a version over past listings, then put it in force or let it wait for a second person.

        ``signed_in``: the key under which the caller acts, "" where nobody signed in. Raises NotFound, and Conflict
        where the rules changed meanwhile.
        """
        result = self._try(role, digest, self._window())

        def job(work: Work) -> Change:
            work.signed_in = signed_in
            return self.settle(work, role, digest, result, actor=actor, effective=effective)

        return self._core.run(job)

    def trial(self, role: Role, digest: str) -> Backtest:
        """The back-test on which ``settle`` decides. Raises NotFound."""
        return self._try(role, digest, self._window())

    def settle(
        self, work: Work, role: Role, digest: str, result: Backtest, *, actor: str, effective: int | None = None
    ) -> Change:
        """Record a back-test and the change that rests on it. Raises Conflict where the rules changed meanwhile."""
        if result.base != backtest.name_of(self._rulesets.in_force(work.conn, work.now)):
            raise Conflict(
                Text("回测期间现行规则已变，请重新提出", "the rules changed during the back-test; propose again")
            )
        tried = work.append(BACKTESTED[role](result=result, version=digest), actor=actor)
        because = tuple(self._weigh(work.conn, role, result))
        if not because:
            entry = rulesets.activate(work, role, digest, actor, effective, {"backtest": tried})
            return Change(backtest=result, because=(), digest=digest, entry=entry, state="in_force")
        waits = self._core.settings.in_force(work.conn, CONFIRM, work.now)
        check_name(actor, work.signed_in, "actor")
        proposed = PROPOSED[role](
            backtest=tried,
            because=because,
            digest=digest,
            effective=effective,
            expires=due_at(work.now, waits, self._core.pack.calendar),
            identity=identity_of(work),
            version=digest,
        )
        entry = work.append(proposed, actor=actor)
        return Change(backtest=result, because=because, digest=digest, entry=entry, state="proposed")

    def confirm(self, work: Work, role: Role, digest: str, *, actor: str) -> int:
        """A second person puts the proposed version in force; the entry's index.

        Raises NotFound where nothing is proposed, Forbidden for the proposer and where it takes a key, Conflict where
        the rules have changed.
        """
        proposal = self._open(work, role, digest)
        require_key(self._core.parameters, work)
        stored = self._core.ledger.entry(work.conn, proposal.entry)
        proposed: ActivationProposed = stored.event(PROPOSED[role])
        proposer = Person(proposal.proposer, key_of(stored.actor, proposed.identity))
        if keys_required(self._core.parameters, work) and not proposer.key:
            raise Forbidden(
                Text("提议人未以接口密钥登录，不能复核", "who proposed it was only stated; this platform takes keys"),
                hint=Text("用接口密钥重新提出", "propose it again with a key"),
            )
        if person_of(work, actor).is_also(proposer.name, proposer.key):
            raise Forbidden(
                Text("提议人不能自己复核", "who proposed a change cannot confirm it"),
                hint=Text("请由另一人复核", "ask another person"),
            )
        tried: VersionBacktested = self._core.ledger.entry(work.conn, proposed.backtest).event(BACKTESTED[role])
        if tried.result.base != backtest.name_of(self._rulesets.in_force(work.conn, work.now)):
            raise Conflict(
                Text("提议之后现行规则已变，请重新提出", "the rules have changed since the proposal; propose again")
            )
        when = work.now if proposal.effective is None else max(work.now, proposal.effective)
        known: rulesets.Known = {"proposal": proposal.entry, "proposer": proposal.proposer}
        known["identity"] = identity_of(work)
        return rulesets.activate(work, role, digest, actor, when, known)

    def refuse(self, work: Work, role: Role, digest: str, reason: str, *, actor: str) -> int:
        """Turn a proposal down, or take one's own back; the entry's index. Raises NotFound, InvalidInput."""
        given_reason(reason)
        proposal = self._open(work, role, digest)
        refused = REFUSED[role](proposal=proposal.entry, reason=reason, version=digest)
        return work.append(refused, actor=actor)

    def waiting(self) -> list[Proposal]:
        """The proposals that wait for a second person, the oldest first."""
        with self._core.reading() as conn:
            return _proposals(conn, "state = 'open' AND expires > ? ORDER BY entry", (self._core.clock(),))

    def expire(self) -> bool:
        """Record the proposals that have lapsed; whether there were any."""
        with self._core.reading() as conn:
            if not _lapsed(conn, self._core.clock()):
                return False

        def job(work: Work) -> None:
            for one in _lapsed(work.conn, work.now):
                work.append(EXPIRED[one.role](proposal=one.entry, version=one.digest), actor="clock")

        self._core.run(job)
        return True

    def _window(self) -> Window:
        with self._core.reading() as conn:
            return Window(sample=self._core.parameters.number(conn, SAMPLE, self._core.clock()))

    def _try(self, role: Role, digest: str, window: Window) -> Backtest:
        with self._core.reading() as conn:
            base = self._rulesets.in_force(conn, self._core.clock())
            candidate = self._rulesets.with_version(conn, base, role, digest)
        return backtest.run(self._core, self._judge, base, candidate, window)

    def _weigh(self, conn: Connection, role: Role, result: Backtest) -> Iterator[Text]:
        """Why a change is heavy; nothing where it is light."""
        if not result.examined or result.base == result.candidate:
            return
        share, removed = (
            self._core.parameters.number(conn, name, self._core.clock()) for name in (SHARE, TERMS_REMOVED)
        )
        if role == "policy":
            yield Text("更换处置策略", "another policy")
        if result.share > share:
            yield Text(
                f"千分之 {result.share} 的商品结论会变（上限 {share}）",
                f"{result.share} per mille of past listings would be decided otherwise (limit {share})",
            )
        if result.terms_removed > removed:
            yield Text(
                f"删除 {result.terms_removed} 个词（上限 {removed}）",
                f"{result.terms_removed} terms are removed (limit {removed})",
            )

    def _open(self, work: Work, role: Role, digest: str) -> Proposal:
        found = _proposals(
            work.conn,
            "state = 'open' AND kind = ? AND digest = ? AND expires > ? ORDER BY entry DESC",
            (role, digest, work.now),
        )
        if not found:
            raise NotFound(Text(f"没有待复核的 {digest}", f"no proposal of {digest} waits"), field="digest")
        return found[0]


def project_proposed(conn: Connection, placed: Sequence[Placed]) -> None:
    """``*.activation_proposed`` → ``proposal``."""
    rows = []
    for index, sealed in placed:
        role = rulesets.role_of(sealed.subjects)
        event: ActivationProposed = sealed.event(PROPOSED[role])
        rows.append((index, role, event.digest, event.effective, sealed.actor, event.expires, "open"))
    insert_many(conn, tables.proposal, ("entry", "kind", "digest", "effective", "proposer", "expires", "state"), rows)


def project_activated(conn: Connection, placed: Sequence[Placed]) -> None:
    """``*.activated`` because of a proposal → ``proposal``."""
    for _, sealed in placed:
        event: VersionActivated = sealed.event(ACTIVATED[rulesets.role_of(sealed.subjects)])
        if event.proposal is not None:
            _close(conn, event.proposal, "confirmed")


def project_refused(conn: Connection, placed: Sequence[Placed]) -> None:
    """``*.activation_refused`` → ``proposal``."""
    for _, sealed in placed:
        event: ActivationRefused = sealed.event(REFUSED[rulesets.role_of(sealed.subjects)])
        _close(conn, event.proposal, "refused")


def project_expired(conn: Connection, placed: Sequence[Placed]) -> None:
    """``*.activation_expired`` → ``proposal``."""
    for _, sealed in placed:
        event: ActivationExpired = sealed.event(EXPIRED[rulesets.role_of(sealed.subjects)])
        _close(conn, event.proposal, "expired")


def projectors() -> Iterator[tuple[str, Projector]]:
    """What writes the versions' entries to their tables, by kind."""
    for role in ROLES:
        yield ACTIVATED[role].KIND, rulesets.project_activation
        yield PROPOSED[role].KIND, project_proposed
        yield ACTIVATED[role].KIND, project_activated
        yield REFUSED[role].KIND, project_refused
        yield EXPIRED[role].KIND, project_expired
    yield ModelDeactivated.KIND, rulesets.project_deactivation


def _close(conn: Connection, proposal: int, state: str) -> None:
    sql(conn, "UPDATE proposal SET state = ? WHERE entry = ?", (state, proposal))


def _proposals(conn: Connection, where: str, given: tuple[Any, ...]) -> list[Proposal]:
    columns = "entry, kind AS role, digest, effective, proposer, expires, state"
    return rows_of(conn, Proposal, f"SELECT {columns} FROM proposal WHERE {where}", given)


def _lapsed(conn: Connection, now: int) -> list[Proposal]:
    return _proposals(conn, "state = 'open' AND expires <= ? ORDER BY entry", (now,))
