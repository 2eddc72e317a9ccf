"""The pack's default lexicon and policy, against what is in force: a newer release changes no store by itself.

A store keeps the defaults that it was opened with. Where the pack now brings others, that is said, and an officer can
propose them like any other change: back-tested, and with a second person where it is heavy.
"""

from pathlib import Path
from typing import Literal

import msgspec

from anbao.detect.text import Lexicon
from anbao.engine.core import Core
from anbao.engine.work import Work
from anbao.errors import Conflict
from anbao.ledger import artefacts
from anbao.model.events.rules import IMPORTED, PolicyImported, VersionImported
from anbao.rules import rulesets
from anbao.rules.changes import Change, Changes
from anbao.rules.policy import Policy
from anbao.rules.rulesets import Rulesets
from anbao.store import Connection
from anbao.text import Text

ENGINE = "engine"

DefaultRole = Literal["lexicon", "policy"]
ROLES: tuple[DefaultRole, ...] = ("lexicon", "policy")
TITLES: dict[DefaultRole, Text] = {
    "lexicon": Text("词库", "the lexicon"),
    "policy": Text("处置策略", "the policy"),
}

State = Literal["current", "older", "own"]
"""The pack's default · one that an earlier release brought · a version of the platform's own."""


class DefaultView(msgspec.Struct, frozen=True, kw_only=True):
    """How what is in force stands to the pack's default; ``proposed``: the default waits for a second person."""

    default: str
    in_force: str
    proposed: bool
    role: DefaultRole
    state: State


class _Default(msgspec.Struct, frozen=True):
    """A default of the pack, ready to be stored as a version."""

    imported: VersionImported
    data: bytes

    @property
    def digest(self) -> str:
        return self.imported.digest


def default_of(where: Path, role: DefaultRole) -> _Default:
    """The default of the pack in folder ``where``. Raises PackError."""
    if role == "lexicon":
        lexicon = Lexicon.from_csv(where / "lexicon" / "hazard.csv")
        return _Default(rulesets.imported_lexicon(lexicon), lexicon.to_bytes())
    data = (where / "policy" / "default.json").read_bytes()
    digest = Policy.from_bytes(data).digest
    return _Default(PolicyImported(digest=digest, version=digest), data)


def establish(work: Work, where: Path) -> None:
    """Put the defaults in force in a new store, from the beginning of time on."""
    for role in ROLES:
        default = default_of(where, role)
        rulesets.import_version(work, default.imported, default.data, ENGINE)
        rulesets.activate(work, role, default.digest, ENGINE, 0)


def views(core: Core, known: Rulesets, changes: Changes) -> list[DefaultView]:
    """How each default stands. Raises PackError."""
    waiting = {(one.role, one.digest) for one in changes.waiting()}
    with core.reading() as conn:
        versions = known.in_force(conn, core.clock()).versions
        found = []
        for role in ROLES:
            default, in_force = default_of(core.where, role).digest, str(getattr(versions, role))
            state: State = (
                "current" if default == in_force else "older" if _was_default(core, conn, role, in_force) else "own"
            )
            found.append(
                DefaultView(
                    default=default, in_force=in_force, proposed=(role, default) in waiting, role=role, state=state
                )
            )
    return found


def propose(
    core: Core, known: Rulesets, changes: Changes, role: DefaultRole, *, actor: str, signed_in: str = ""
) -> Change:
    """Keep the pack's default as a version and propose it as any other. Raises Conflict where it is in force."""
    default = default_of(core.where, role)

    def job(work: Work) -> None:
        if getattr(known.in_force(work.conn, work.now).versions, role) == default.digest:
            raise Conflict(
                Text(
                    f"{TITLES[role].zh}已是随包的默认版本", f"{TITLES[role].en} in force is the pack's default already"
                )
            )
        if not artefacts.exists(work.conn, role, default.digest):
            rulesets.import_version(work, default.imported, default.data, ENGINE)

    core.run(job)
    return changes.propose(role, default.digest, actor=actor, signed_in=signed_in)


def _was_default(core: Core, conn: Connection, role: DefaultRole, digest: str) -> bool:
    """Whether the engine itself brought this version."""
    imported = core.ledger.entries(conn, kind=IMPORTED[role].KIND, subject=(role, digest))
    return any(stored.actor == ENGINE for stored in imported)
