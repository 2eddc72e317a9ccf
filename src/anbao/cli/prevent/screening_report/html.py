"""The report as one self-contained HTML file: no scripts, nothing loaded from elsewhere, all text escaped."""

import math
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import TypeVar

import jinja2
import msgspec

from anbao.cli.prevent.screening_report.words import EMPTY, NOT_ADVICE, share, visible
from anbao.connect.summary import Summary
from anbao.model.base import legal_time
from anbao.model.listing import Versions
from anbao.prevent.words import CHANNELS, FIELDS, OUTCOMES, SEVERITIES, Meaning, unchecked
from anbao.text import Language, Text

Key = TypeVar("Key", str, int)

SHOWN_CATEGORIES = 15
SHOWN_TERMS = 30

OUTCOME_COLOURS = {"block": "#b3362c", "review": "#c98a1b", "notice": "#3f74a8", "pass": "#7fa08c"}
SEVERITY_COLOURS = {5: "#8f1d1d", 4: "#b3362c", 3: "#c98a1b", 2: "#7b93a8", 1: "#a9b6c2"}
BAR_COLOUR = "#456b8c"

_RING = 2 * math.pi * 40
"""Length of the ring of the outcomes' chart, whose radius is 40."""


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """About the run: the file, the store (shown without password), versions, and the time in UTC milliseconds.

    ``names`` are what identifiers of categories and provisions are called; others are shown as they are.
    """

    file: str
    store: str
    versions: Versions
    at: int
    names: Mapping[str, Text] = msgspec.field(default_factory=dict)


class HistogramBar(msgspec.Struct, frozen=True):
    """One bar of a chart: ``width`` in per cent of the longest."""

    name: str
    count: int
    share: str
    width: float
    colour: str


class Arc(msgspec.Struct, frozen=True):
    """One outcome's part of the ring: lengths along it."""

    length: float
    rest: float
    offset: float
    colour: str


def render_html(summary: Summary, meta: Meta, language: Language) -> str:
    """The whole document, zh-CN or English."""
    names = {key: name.get(language) for key, name in meta.names.items()}
    shown_at = legal_time(meta.at)
    categories = sorted(summary.categories.items(), key=lambda item: (-item[1], item[0]))
    terms = sorted(summary.terms.items(), key=lambda item: (-item[1].findings, item[0]))
    return _template().render(
        t=lambda zh, en: Text(zh, en).get(language),
        say=lambda text: text.get(language),
        name=lambda key: names.get(key, key),
        basis=lambda worst: [
            *(names.get(key, key) for key in worst.provisions),
            *([unchecked(worst.source).get(language)] if worst.source else []),
        ],
        visible=visible,
        share=share,
        language="en" if language == "en" else "zh-CN",
        summary=summary,
        meta=meta,
        store=re.sub(r"//[^/]*@", "//", meta.store),
        at=shown_at.strftime("%Y-%m-%d %H:%M"),
        screened=summary.rows - summary.errors,
        arcs=list(_arcs(summary)),
        outcome_colours=OUTCOME_COLOURS,
        severity_colours=SEVERITY_COLOURS,
        outcomes=OUTCOMES,
        severities=SEVERITIES,
        channels=CHANNELS,
        fields=FIELDS,
        category_bars=_bars((names.get(key, key), count, BAR_COLOUR) for key, count in categories[:SHOWN_CATEGORIES]),
        categories_left=len(categories) - SHOWN_CATEGORIES,
        severity_bars=_meaning_bars(SEVERITIES, summary.severities, SEVERITY_COLOURS, language),
        channel_bars=_meaning_bars(CHANNELS, summary.channels, dict.fromkeys(CHANNELS, BAR_COLOUR), language),
        terms=terms[:SHOWN_TERMS],
        terms_left=len(terms) - SHOWN_TERMS,
        not_advice=NOT_ADVICE,
        empty=EMPTY,
    )


def _template() -> jinja2.Template:
    source = files("anbao.cli.prevent.screening_report").joinpath("report.html.j2").read_text("utf-8")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["number"] = lambda count: f"{count:,}"
    return environment.from_string(source)


def _arcs(summary: Summary) -> Iterable[Arc]:
    total = sum(summary.outcomes.values())
    offset = 0.0
    for outcome in OUTCOMES:
        if count := summary.outcomes[outcome]:
            length = _RING * count / total
            yield Arc(round(length, 3), round(_RING - length, 3), round(-offset, 3), OUTCOME_COLOURS[outcome])
            offset += length


def _meaning_bars(
    meanings: Mapping[Key, Meaning], counts: Mapping[Key, int], colours: Mapping[Key, str], language: Language
) -> list[HistogramBar]:
    return _bars((meaning.name.get(language), counts.get(key, 0), colours[key]) for key, meaning in meanings.items())


def _bars(counted: Iterable[tuple[str, int, str]]) -> list[HistogramBar]:
    bars = list(counted)
    total = sum(count for _, count, _ in bars)
    longest = max((count for _, count, _ in bars), default=0) or 1
    return [
        HistogramBar(name, count, share(count, total), round(100 * count / longest, 2), colour)
        for name, count, colour in bars
    ]
