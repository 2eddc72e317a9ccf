"""Where a merchant stands, and what that means for its listings (电子商务法 27, 36): one look-up for a batch.

What bars a merchant is the state of its file and each sanction that holds; which standing that is, and whether it
blocks whatever the policy says, stands in the catalogue. Sanctions come as ``sanction.imposed`` and end with their
measure, so what is left when one is lifted is what the others say. For replay the ledger alone gives the same.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from anbao.engine.readmodels import merchants
from anbao.engine.readmodels.bars import ENDINGS
from anbao.engine.readmodels.bars import MOVING as BARRING
from anbao.engine.work import Placed
from anbao.law.catalogue import Catalogue, StandingKind
from anbao.ledger import Ledger, Stored, search
from anbao.model.events.merchants import (
    InfoAccepted,
    MerchantApplied,
    MerchantClosed,
    MerchantReopened,
    MerchantWaiting,
)
from anbao.model.events.remove import SanctionImposed
from anbao.model.listing import Finding, Listing
from anbao.model.merchant import Licence
from anbao.prevent.merchants.decision import OUTCOMES, decision_of
from anbao.rules.policy import Verdict
from anbao.store import Connection, tables
from anbao.store.bulk import sql, upsert_many

DETECTOR = "merchant"

_FILE = frozenset({MerchantApplied.KIND, MerchantClosed.KIND, InfoAccepted.KIND, MerchantReopened.KIND, *OUTCOMES})
MOVING = frozenset({*_FILE, SanctionImposed.KIND, *ENDINGS})
"""Kinds of entries after which a merchant may stand elsewhere."""

_PER_QUERY = 5_000

Bar = tuple[str, str]
"""A state of the file, or the sanction that was imposed; and its measure, empty for the file."""


class OnFile(msgspec.Struct, frozen=True):
    """What screening asks of a merchant: its licences, if it is verified, and what bars it."""

    licences: tuple[Licence, ...] = ()
    bars: tuple[Bar, ...] = ()


NOBODY = OnFile()

Merchants = Mapping[str, OnFile]
"""Merchants that ever applied or were sanctioned; of others nothing is known."""


class _FiledMerchant(msgspec.Struct):
    licences: tuple[Licence, ...] = ()


_file = msgspec.json.Decoder(_FiledMerchant)


def on_file(conn: Connection, listings: Iterable[Listing]) -> dict[str, OnFile]:
    """What is known of the merchants behind these listings."""
    names = list({listing.merchant for listing in listings if listing.merchant})
    found: dict[str, OnFile] = {}
    for start in range(0, len(names), _PER_QUERY):
        some = tuple(names[start : start + _PER_QUERY])
        marks = ", ".join("?" * len(some))
        rows = sql(
            conn,
            merchants.standing_statement(marks)
            + f" UNION ALL SELECT merchant, sanction, NULL, measure FROM merchant_bar WHERE merchant IN ({marks})",
            (*some, *some),
        )
        for name, bar, file, measure in rows:
            known = found.get(name, NOBODY)
            if file is not None:
                found[name] = OnFile(_file.decode(file).licences, known.bars)
            else:
                found[name] = OnFile(known.licences, tuple(sorted((*known.bars, (bar, measure)))))
    return found


def changed_at(conn: Connection) -> int:
    """The newest entry after which a merchant or a listing may stand elsewhere; -1 for none."""
    return search.newest_of_kinds(conn, sorted(MOVING | BARRING))


def on_file_before(conn: Connection, ledger: Ledger, merchant: str, index: int) -> OnFile:
    """As ``on_file``, as it was before entry ``index``, out of the merchant's entries."""
    state, start = _State(), 0
    while True:
        page = ledger.entries(conn, start, 500, end=index, subject=("merchant", merchant))
        for stored in page:
            if stored.kind in MOVING:
                state.follow(stored)
        if len(page) < 500:
            return state.on_file()
        start = page[-1].index + 1


class _State:
    """A merchant's status, file and sanctions after some of its entries, as the projections have them."""

    def __init__(self) -> None:
        self._status = ""
        self._licences: tuple[Licence, ...] = ()
        self._sanctions: dict[str, str] = {}

    def follow(self, stored: Stored) -> None:
        kind = stored.kind
        if kind == SanctionImposed.KIND:
            imposed = stored.event(SanctionImposed)
            if not imposed.live:
                self._sanctions[imposed.name or imposed.sanction] = imposed.measure
        elif kind in ENDINGS:
            self._sanctions.pop(stored.subjects["measure"], None)
        elif kind == MerchantApplied.KIND:
            self._status, self._licences = "applied", stored.event(MerchantApplied).licences
        elif kind == InfoAccepted.KIND:
            given = stored.event(InfoAccepted).change.licences
            replaced = {one.kind for one in given}
            self._licences = (*(one for one in self._licences if one.kind not in replaced), *given)
        elif kind == MerchantReopened.KIND:
            self._status = "applied"
        elif kind == MerchantClosed.KIND:
            self._status = "closed"
        else:
            decided = decision_of(stored)
            again = isinstance(decided, MerchantWaiting) and decided.occasion == "reverify"
            if self._status != "verified" or not again:
                self._status = OUTCOMES[kind]

    def on_file(self) -> OnFile:
        bars = [(sanction, measure) for measure, sanction in self._sanctions.items()]
        if self._status == "verified":
            return OnFile(self._licences, tuple(sorted(bars)))
        return OnFile((), tuple(sorted([*bars, (self._status, "")] if self._status else bars)))


def kinds_of(bars: Sequence[Bar], catalogue: Catalogue) -> list[tuple[StandingKind, str]]:
    """The standings that these bars are, with the measure of each, the strictest first."""
    found = [(kind, measure) for bar, measure in bars if (kind := catalogue.standings.get(bar)) is not None]
    return sorted(found, key=lambda one: (catalogue.strictness[one[0].id], one[1]))


def findings(standings: Iterable[tuple[StandingKind, str]]) -> list[Finding]:
    """One finding for each: the term is the standing, the surface the measure that put the merchant there."""
    return [
        Finding(
            category=f"merchant.{kind.id}",
            detector=DETECTOR,
            provisions=kind.provisions,
            severity=kind.severity,
            surface=measure,
            term=kind.id,
        )
        for kind, measure in standings
    ]


def raised(verdict: Verdict, standings: Sequence[tuple[StandingKind, str]]) -> Verdict:
    """The verdict, made a block where the merchant stands where nothing passes."""
    if not standings or not standings[0][0].blocks:
        return verdict
    reason = f"merchant.{standings[0][0].id}"
    others = tuple(code for code in verdict.reasons if code != reason)
    return Verdict("block", (reason, *others))


def project_sanctions(conn: Connection, placed: Sequence[Placed]) -> None:
    """``sanction.imposed`` → ``merchant_bar``; what bars a live room alone bars no listing."""
    rows = []
    for _, sealed in placed:
        imposed = sealed.event(SanctionImposed)
        if not imposed.live:
            rows.append((imposed.merchant, imposed.name or imposed.sanction, imposed.measure))
    upsert_many(conn, tables.merchant_bar, ("merchant", "measure", "sanction"), rows)


def project_ends(conn: Connection, placed: Sequence[Placed]) -> None:
    """``measure.lifted`` and ``measure.ended`` → ``merchant_bar``."""
    for _, sealed in placed:
        if merchant := sealed.subjects.get("merchant"):
            about = (merchant, sealed.subjects["measure"])
            sql(conn, "DELETE FROM merchant_bar WHERE merchant = ? AND measure = ?", about)
