"""The provisions on which a matter rests, in the wording that was in force on the day of each entry."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from anbao.errors import InvalidInput, NotFound
from anbao.law.deadlines import legal_day
from anbao.law.pack import Pack
from anbao.law.provisions import Provision
from anbao.prove.timeline import TimelineLine
from anbao.text import Text


class CitedProvision(msgspec.Struct, frozen=True, kw_only=True):
    """One provision. ``source``: where its text is from; ``doubtful``: text or dates rest on memory or a summary.

    ``days``: on which entries rest on it; ``text`` is empty where the pack does not hold it.
    """

    ref: str
    label: Text
    text: str
    source: str
    status: str
    dates: str
    doubtful: bool
    in_force_from: str
    in_force_until: str
    match: str
    days: tuple[str, ...]


def provisions_of(pack: Pack, lines: Sequence[TimelineLine], others: Sequence[str], day: date) -> list[CitedProvision]:
    """Returns the provisions that lines rest on, each as in force on the line's day; ``others`` on ``day``."""
    wanted: dict[tuple[str, date], None] = {}
    for line in lines:
        on = legal_day(line.at)
        for ref in _refs(pack, line):
            wanted[ref, on] = None
    wanted.update(dict.fromkeys((ref, day) for ref in others))
    found: dict[str, tuple[Provision | None, set[str]]] = {}
    for ref, on in wanted:
        try:
            provision = pack.provision(ref, on)
        except (InvalidInput, NotFound):
            found.setdefault(ref, (None, set()))[1].add(on.isoformat())
        else:
            found.setdefault(provision.ref, (provision, set()))[1].add(on.isoformat())
    return [_cited(ref, *found[ref]) for ref in sorted(found)]


def _refs(pack: Pack, line: TimelineLine) -> Iterator[str]:
    for owed in line.owes:
        if (norm := pack.norm(owed.norm)) is not None:
            yield from norm.provisions
    yield from _named(line.body)


def _named(value: Any) -> Iterator[str]:
    """What stands under ``provisions`` anywhere in a body."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "provisions" and isinstance(one, list):
                yield from (ref for ref in one if isinstance(ref, str))
            else:
                yield from _named(one)
    elif isinstance(value, list):
        for one in value:
            yield from _named(one)


def _cited(ref: str, provision: Provision | None, days: set[str]) -> CitedProvision:
    if provision is None:
        return CitedProvision(
            ref=ref,
            label=Text(ref, ref),
            text="",
            source="",
            status="",
            dates="",
            doubtful=True,
            in_force_from="",
            in_force_until="",
            match="",
            days=tuple(sorted(days)),
        )
    one = provision.instrument
    return CitedProvision(
        ref=ref,
        label=provision.label,
        text=provision.text,
        source=one.source,
        status=one.status,
        dates=one.dates,
        doubtful=one.doubtful or provision.match == "guess",
        in_force_from=one.in_force.from_.isoformat(),
        in_force_until=one.in_force.until.isoformat() if one.in_force.until else "",
        match=provision.match,
        days=tuple(sorted(days)),
    )
