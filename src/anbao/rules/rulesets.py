"""Lexicon and policy as versions: imported once, in force from a stated time, stored for replay.

Each version is an artefact under its digest; which one is in force is said by ``lexicon.activated`` and
``policy.activated`` entries, projected to the table ``activation``.
"""

import gc
import sys
import threading
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

import msgspec

from anbao.detect.contact import load_fraud_book
from anbao.detect.text import Lexicon
from anbao.engine.work import Placed, Work
from anbao.errors import NotFound
from anbao.law.catalogue import Catalogue, load_catalogue
from anbao.ledger.artefacts import ArtefactKind, artefact, digests, exists, store_artefact
from anbao.model.events.rules import (
    ACTIVATED,
    LexiconImported,
    ModelDeactivated,
    Role,
    VersionActivated,
    VersionImported,
)
from anbao.model.listing import Versions
from anbao.rules import clearances, dangers
from anbao.rules.activations import Activations, RulesInForce, is_settled, note_change
from anbao.rules.dangers import Guarded
from anbao.rules.fraud_books import Books
from anbao.rules.policy import Policy
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text
from anbao.version import VERSION

if TYPE_CHECKING:
    from anbao.detect.contact.matcher import ContactMatcher
    from anbao.detect.likeness.dangers import DangerIndex
    from anbao.detect.text.matcher import Matcher
    from anbao.rules.learning import Model

ENGINE = VERSION


class Ruleset(msgspec.Struct, frozen=True):
    """All that a decision depends on besides the listing and the merchant's licences.

    ``contact`` is None in decisions from before descriptions were searched for fraud, ``model`` where none is in force.
    """

    lexicon: Lexicon
    matcher: "Matcher"
    policy: Policy
    catalogue: Catalogue
    contact: "ContactMatcher | None"
    guarded: Guarded
    versions: Versions
    model: "Model | None" = None


def ruleset_of_pack(where: Path) -> Ruleset:
    """The defaults of a pack, without a store. Raises PackError."""
    from anbao.detect.contact.matcher import ContactMatcher  # these load numpy and the tables
    from anbao.detect.likeness.dangers import DangerIndex
    from anbao.detect.text.matcher import Matcher

    lexicon = Lexicon.from_csv(where / "lexicon" / "hazard.csv")
    policy = Policy.from_bytes((where / "policy" / "default.json").read_bytes())
    catalogue, book = load_catalogue(where), load_fraud_book(where / "fraud")
    return Ruleset(
        lexicon,
        Matcher(lexicon, catalogue.contexts),
        policy,
        catalogue,
        ContactMatcher(book),
        Guarded(DangerIndex(())),
        Versions(engine=ENGINE, fraud=book.digest, lexicon=lexicon.digest, pack=catalogue.digest, policy=policy.digest),
    )


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """An imported version, and when it took or takes effect (UTC ms; None: never activated)."""

    digest: str
    effective: int | None
    entry: int | None


class Lexicons:
    """The latest few lexicons of this process with their matchers, which all its platforms share."""

    def __init__(self) -> None:
        self._built: dict[str, tuple[Lexicon, Matcher]] = {}
        self._building = threading.Lock()

    def get(self, conn: Connection, digest: str) -> "tuple[Lexicon, Matcher]":
        """The lexicon with this digest, out of the artefacts. Raises NotFound."""
        with self._building:
            if digest not in self._built:
                while len(self._built) > 3:
                    del self._built[next(iter(self._built))]
                from anbao.detect.text.matcher import Matcher

                lexicon = Lexicon.from_bytes(artefact(conn, digest))
                self._built[digest] = lexicon, Matcher(lexicon)
                # The terms live long: without this the collector would look at each of 100,000 again and again.
                gc.collect()
                gc.freeze()
                _return_memory()
            return self._built[digest]


def _return_memory() -> None:
    """Give back to the system what building took and let go of, which glibc would hold: some 45 MB of 100,000 terms."""
    import ctypes  # only here: it takes time to load

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


_LEXICONS = Lexicons()


class Rulesets:
    """The rulesets of one store; building one costs time, so the latest few are cached."""

    def __init__(self, catalogue: Catalogue, books: Books) -> None:
        self._catalogue = catalogue
        self.books = books
        self._built: dict[tuple[str, str, str], Ruleset] = {}
        self._dangers: dict[int, DangerIndex] = {}
        self._guarded: dict[int, Guarded] = {}
        self._models: dict[str, Model] = {}
        self._activations = Activations()
        self._whole: tuple[tuple[str, str, int, str, str], Ruleset] | None = None
        self._building = threading.Lock()

    def __reduce__(self) -> tuple[type["Rulesets"], tuple[Catalogue, Books]]:
        """What goes to another process by pickling is built anew there."""
        return Rulesets, (self._catalogue, self.books)

    def in_force(self, conn: Connection, now: int) -> Ruleset:
        """The ruleset in force at ``now``."""
        seen = self._activations.seen(conn)
        lexicon, policy = _required(seen, "lexicon", now), _required(seen, "policy", now)
        fraud, model = self.books.in_force(conn, now).book.digest, seen.digest("model", now) or ""
        key = (lexicon, policy, seen.hazards, fraud, model)
        if is_settled(conn) and (known := self._whole) is not None and known[0] == key:
            return known[1]
        built = self.build(conn, lexicon, policy, self._catalogue.digest, seen.hazards, fraud, model)
        if is_settled(conn):
            self._whole = key, built
        return built

    def build(
        self,
        conn: Connection,
        lexicon: str,
        policy: str,
        catalogue: str,
        hazards: int,
        fraud: str = "",
        model: str = "",
    ) -> Ruleset:
        """The ruleset with these digests, out of the artefacts, and the hazards of this size. Raises NotFound."""
        rules = self._rules(conn, lexicon, policy, catalogue)
        if not hazards and not fraud and not model:
            return rules
        return msgspec.structs.replace(
            rules,
            contact=self.books.load(conn, fraud) if fraud else None,
            guarded=self._guard(conn, hazards) if hazards else rules.guarded,
            model=self._model(conn, model) if model else None,
            versions=msgspec.structs.replace(rules.versions, fraud=fraud, hazards=hazards, model=model),
        )

    def _model(self, conn: Connection, digest: str) -> "Model":
        with self._building:
            if digest not in self._models:
                while len(self._models) > 3:
                    del self._models[next(iter(self._models))]
                from anbao.rules.learning import Model  # loads numpy

                self._models[digest] = Model.from_bytes(artefact(conn, digest))
            return self._models[digest]

    def _guard(self, conn: Connection, size: int) -> Guarded:
        with self._building:
            settled = is_settled(conn)
            if settled and size in self._guarded:
                return self._guarded[size]
            found = Guarded(self._index(conn, dangers.changed_at(conn, size)), clearances.load(conn, size))
            if settled:
                while len(self._guarded) > 3:
                    del self._guarded[next(iter(self._guarded))]
                self._guarded[size] = found
            return found

    def _index(self, conn: Connection, size: int) -> "DangerIndex":
        settled = is_settled(conn)
        if settled and size in self._dangers:
            return self._dangers[size]
        found = dangers.load(conn, size)
        if settled:
            while len(self._dangers) > 3:
                del self._dangers[next(iter(self._dangers))]
            self._dangers[size] = found
        return found

    def _rules(self, conn: Connection, lexicon: str, policy: str, catalogue: str) -> Ruleset:
        key = (lexicon, policy, catalogue)
        with self._building:
            if key not in self._built:
                while len(self._built) > 3:
                    del self._built[next(iter(self._built))]
                self._built[key] = self._load(conn, *key)
            return self._built[key]

    def with_version(self, conn: Connection, base: Ruleset, role: Role, digest: str) -> Ruleset:
        """``base`` with another version in one role. Raises NotFound."""
        require(conn, role, digest)
        versions = msgspec.structs.replace(base.versions, **{role: digest})
        used = (versions.lexicon, versions.policy, versions.pack, versions.hazards, versions.fraud, versions.model)
        return self.build(conn, *used)

    def _load(self, conn: Connection, lexicon: str, policy: str, catalogue: str) -> Ruleset:
        from anbao.detect.likeness.dangers import DangerIndex

        terms, matcher = _LEXICONS.get(conn, lexicon)
        known = self._catalogue
        if catalogue != known.digest:
            known = Catalogue.from_bytes(artefact(conn, catalogue))
        return Ruleset(
            terms,
            matcher.with_rules(known.contexts),
            Policy.from_bytes(artefact(conn, policy), checked=True),
            known,
            None,
            Guarded(DangerIndex(())),
            Versions(engine=ENGINE, lexicon=lexicon, pack=catalogue, policy=policy),
        )


def import_version(work: Work, imported: VersionImported, data: bytes, actor: str) -> int:
    """Keep a version and record that it was imported; the entry's index."""
    store_artefact(work.conn, role_of(imported.subjects), imported.digest, data)
    # The same table in other words has the same name: what is stored is the bytes that came first.
    stored = artefact(work.conn, imported.digest)
    return work.append(msgspec.structs.replace(imported, sha256=sha256(stored).hexdigest()), actor=actor)


def imported_lexicon(lexicon: Lexicon) -> LexiconImported:
    """What is recorded of a lexicon that is imported."""
    return LexiconImported(digest=lexicon.digest, terms=len(lexicon.terms), version=lexicon.digest)


def role_of(subjects: Mapping[str, str]) -> Role:
    """The role of the version that an entry is about."""
    [role] = subjects
    return cast(Role, role)


def require(conn: Connection, role: Role, digest: str) -> None:
    """Raises NotFound where no version of that role was imported under the digest."""
    if not exists(conn, role, digest):
        raise NotFound(
            Text(f"没有版本 {digest}", f"there is no version {digest}"),
            hint=Text(f"用 anbao {role} list 查看", f"see anbao {role} list"),
        )


class Known(TypedDict, total=False):
    """What is known of how a version was put in force; see ``VersionActivated``."""

    backtest: int
    identity: str
    proposal: int
    proposer: str


def activate(
    work: Work, role: Role, digest: str, actor: str, effective: int | None = None, known: Known | None = None
) -> int:
    """Put an imported version in force from ``effective`` (now by default); the entry's index. Raises NotFound."""
    require(work.conn, role, digest)
    when = work.now if effective is None else effective
    activated = ACTIVATED[role](digest=digest, effective=when, version=digest, **(known or {}))
    return work.append(activated, actor=actor)


def deactivate_model(work: Work, actor: str) -> int:
    """Score no listing by a model from now on; the entry's index. Raises NotFound where none is in force."""
    digest = Activations().seen(work.conn).digest("model", work.now)
    if not digest:
        raise NotFound(Text("没有生效的模型", "no model is in force"))
    return work.append(ModelDeactivated(effective=work.now, version=digest), actor=actor)


def project_activation(conn: Connection, placed: Sequence[Placed]) -> None:
    """``*.activated`` → ``activation``."""
    note_change(conn)
    rows = []
    for index, sealed in placed:
        role = role_of(sealed.subjects)
        activated: VersionActivated = sealed.event(ACTIVATED[role])
        rows.append((role, activated.effective, index, activated.digest))
    insert_many(conn, tables.activation, ("kind", "effective", "entry", "digest"), rows)


def project_deactivation(conn: Connection, placed: Sequence[Placed]) -> None:
    """``model.deactivated`` → ``activation``: from then on no version is in force."""
    note_change(conn)
    rows = [("model", sealed.event(ModelDeactivated).effective, index, "") for index, sealed in placed]
    insert_many(conn, tables.activation, ("kind", "effective", "entry", "digest"), rows)


def versions(conn: Connection, kind: ArtefactKind) -> list[Version]:
    """All imported versions of a kind, each with its latest activation: those without one first, then in its order."""
    found = {digest: Version(digest=digest, effective=None, entry=None) for digest in digests(conn, kind)}
    activated = "SELECT digest, effective, entry FROM activation WHERE kind = ? AND digest <> '' ORDER BY entry"
    for digest, effective, entry in sql(conn, activated, (kind,)):
        found.pop(digest, None)
        found[digest] = Version(digest=digest, effective=effective, entry=entry)
    return list(found.values())


def _required(seen: RulesInForce, role: Role, now: int) -> str:
    digest = seen.digest(role, now)
    if digest is None:
        raise NotFound(Text(f"没有生效的 {role} 版本", f"no version of the {role} is in force"))
    return digest
