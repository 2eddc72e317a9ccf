"""A listing that is submitted again while a measure or a confirmed hazard stands against it: it never passes.

What stands means stands in the catalogue, whose digest each decision names. So a decision from before there were such
standings asks its old catalogue, finds none, and replays to the same bytes.
"""

from collections.abc import Sequence

import msgspec

from anbao.engine.readmodels.bars import Bar, Bars
from anbao.law.catalogue import Catalogue, StandingKind
from anbao.model.listing import MAX_FINDINGS, Finding, ListingScreened

DETECTOR = "listing"


def apply(screened: Sequence[ListingScreened], bars: Bars, catalogue: Catalogue) -> list[ListingScreened]:
    """The decisions, made stricter where something stands against the listing, which is named first. Pure."""
    if not bars:
        return list(screened)
    return [_raised(one, bars.get(one.listing.id, ()), catalogue) for one in screened]


def _raised(one: ListingScreened, bars: Sequence[Bar], catalogue: Catalogue) -> ListingScreened:
    strictness = {kind: place for place, kind in enumerate(dict.fromkeys(catalogue.listing_standings.values()))}
    known = [(kind, bar) for bar in bars if (kind := catalogue.listing_standings.get(bar.what)) is not None]
    if not known:
        return one
    known.sort(key=lambda pair: (strictness[pair[0]], pair[1].name))
    findings = [*(_finding(kind, bar.name) for kind, bar in known), *one.findings]
    reasons = dict.fromkeys([*(f"{DETECTOR}.{kind.id}" for kind, _ in known), *one.reasons])
    blocked = one.outcome == "block" or any(kind.blocks for kind, _ in known)
    return msgspec.structs.replace(
        one,
        findings=tuple(findings[:MAX_FINDINGS]),
        findings_cut=one.findings_cut + max(0, len(findings) - MAX_FINDINGS),
        outcome="block" if blocked else "review",
        reasons=tuple(reasons),
        severity=max(one.severity, *(kind.severity for kind, _ in known)),
    )


def _finding(kind: StandingKind, name: str) -> Finding:
    """The term is the standing, the surface the measure or hazard that put the listing there."""
    return Finding(
        category=f"{DETECTOR}.{kind.id}",
        detector=DETECTOR,
        provisions=kind.provisions,
        severity=kind.severity,
        surface=name,
        term=kind.id,
    )
