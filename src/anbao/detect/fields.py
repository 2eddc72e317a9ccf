"""What is read of listings: each text by the caller's own name for it, as a buyer sees it. Pure.

- Title and description come first, then the further texts in their order. Empty texts hold nothing to read.
- A text named like one of the listing's own fields is ``texts.title``, so that a finding names one field only.
- Text is judged as it is shown (``markup``); findings give their place in the source as well.
- Pictures that texts show, and texts that are nothing but addresses of pictures, are pictures and no contact details.
  Links are.
- A bare number is no contact where its digits are those of a barcode, or where the field's name says what it counts.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import msgspec

from anbao.detect.html import codes
from anbao.model.listing import MAX_TEXT, Finding, Listing, ListingRecord, Unjudged

if TYPE_CHECKING:
    from anbao.detect.html.markup import Shown

OWN = frozenset(Listing.__struct_fields__)
_PREFIX = "texts."

MAX_SURFACE = 200
"""Characters of markup shown with a finding."""

_ADDRESS = 200
"""Characters of an address that are named."""

_SHORT = 64
"""Characters of texts whose kind is remembered."""

_EMBEDDED = re.compile(r"data:image/[^\s\"')>]{200}", re.IGNORECASE)
"""A picture in the text itself that is more than a spacer of a few pixels."""

Use = Literal["all", "words", "links"]
"""Read for everything · not for contact details · a field's links, for contact details alone."""


class Fields(msgspec.Struct, frozen=True):
    """The texts of some listings. ``ends``: behind which field each listing's end. ``shown``: by field, those in which
    the visible text is not the source. ``pictures`` and ``unjudged``: by listing.
    """

    names: list[str]
    texts: list[str]
    uses: list[Use]
    ends: list[int]
    shown: dict[int, tuple[str, "Shown"]]
    pictures: dict[int, list[str]]
    unjudged: dict[int, list[Unjudged]]

    def of(self, row: int) -> range:
        """The fields of a listing."""
        return range(self.ends[row - 1] if row else 0, self.ends[row])

    def place(self, field: int, finding: Finding) -> Finding:
        """A finding in the visible text of a field, placed in the source."""
        known = self.shown.get(field)
        return finding if known is None else _in_source(finding, *known, links=self.uses[field] == "links")

    def left_from(self, field: int, start: int) -> Unjudged:
        """The rest of a field from a place of its visible text on, which holds too much to be searched."""
        known = self.shown.get(field)
        if known is not None:
            start = known[1].source_span(start, start + 1)[0]
        return Unjudged(field=self.names[field], reason="too_many_findings", start=start)


def read(listings: Sequence[Listing], reading: int) -> Fields:
    """The texts of listings, under a ``READING``."""
    fields = Fields([], [], [], [], {}, {}, {})
    names, texts, uses, ends = fields.names, fields.texts, fields.uses, fields.ends
    for row, listing in enumerate(listings):
        title, description = listing.title, listing.description
        names += ("title", "description")
        uses += ("all", "all")
        texts += (title, description)
        if reading:
            field = len(names) - 2
            if len(title) > MAX_TEXT or has_markup(title):
                _read_one(fields, row, field, title)
            if len(description) > MAX_TEXT or has_markup(description):
                _read_one(fields, row, field + 1, description)
            if listing.texts:
                _read_more(fields, row, listing)
        ends.append(len(names))
    return fields


def placed(fields: Fields, row: int, finding: Finding) -> Finding:
    """A finding that names a field of a listing, placed in its source."""
    if not fields.shown or finding.end <= finding.start:
        return finding
    for field in fields.of(row):
        if fields.names[field] == finding.field and fields.uses[field] != "links":
            return fields.place(field, finding)
    return finding


def has_markup(text: str) -> bool:
    """Whether a text may be shown as another; cheap, and sometimes wrongly true."""
    return "<" in text or "&" in text or "%" in text or "\\" in text


def field_name(name: str) -> str:
    """What findings in a further text of this name call their field."""
    return _PREFIX + name if name in OWN or name.startswith(_PREFIX) else name


def source_of(record: Listing | ListingRecord, field: str) -> str:
    """The source text of a field as findings name it; empty where there is none."""
    if field in ("title", "description"):
        return record.title if field == "title" else record.description
    return dict(record.texts).get(field.removeprefix(_PREFIX), "")


def words_of(listing: Listing | ListingRecord) -> str:
    """What there is to read in a listing: the texts as shown, a line each, without codes and addresses of pictures."""
    texts = dict(listing.texts)
    if not texts:
        return f"{shown_text(listing.title)}\n{shown_text(listing.description)}"
    found = [listing.title, listing.description]
    found += [text for text in texts.values() if not codes.is_bare(text) and not codes.picture_addresses(text)]
    return "\n".join(map(shown_text, found))


def shown_text(text: str) -> str:
    """The text as a buyer sees it, up to ``MAX_TEXT``."""
    return _show(text[:MAX_TEXT]).text if has_markup(text) else text[:MAX_TEXT]


def _read_more(fields: Fields, row: int, listing: Listing) -> None:
    for name, text in listing.texts.items():
        if not text:
            continue
        addresses, use = _short_kind(name, text) if len(text) <= _SHORT else _kind(name, text)
        if addresses:
            fields.pictures.setdefault(row, []).extend(addresses)
            continue
        fields.names.append(field_name(name))
        fields.texts.append(text)
        fields.uses.append(use)
        if len(text) > MAX_TEXT or has_markup(text):
            _read_one(fields, row, len(fields.names) - 1, text)


def _kind(name: str, text: str) -> tuple[list[str], Use]:
    """The addresses of pictures of which a further text consists; else what it is read for."""
    return codes.picture_addresses(text), "words" if codes.is_code(name, text) else "all"


_short_kind = lru_cache(maxsize=4_096)(_kind)
"""Categories, brands and units are the same in many listings."""


def _read_one(fields: Fields, row: int, field: int, text: str) -> None:
    """Put what is shown of a text in its place; what lies beyond the limit is named."""
    name = fields.names[field]
    if len(text) > MAX_TEXT:
        fields.unjudged.setdefault(row, []).append(Unjudged(field=name, reason="too_long", start=MAX_TEXT))
        text = text[:MAX_TEXT]
    fields.texts[field] = text
    shown = _show(text)
    if shown.places is not None:
        fields.texts[field] = shown.text
        fields.shown[field] = text, shown
    if shown.pictures:
        fields.pictures.setdefault(row, []).extend(shown.pictures)
    left = [Unjudged(field=name, reason="video", value=address[:_ADDRESS]) for address in shown.videos]
    if shown.embedded and _EMBEDDED.search(text):
        left.append(Unjudged(field=name, reason="picture_embedded"))
    if left:
        fields.unjudged.setdefault(row, []).extend(left)
    if shown.links:
        fields.names.append(name)
        fields.texts.append("\n".join(shown.links))
        fields.uses.append("links")
        fields.shown[len(fields.names) - 1] = text, shown


def _show(text: str) -> "Shown":
    from anbao.detect.html.markup import show  # loads numpy, which plain texts do without

    return show(text)


def _in_source(finding: Finding, source: str, shown: "Shown", *, links: bool) -> Finding:
    start, end = finding.start, finding.end
    if links:
        line = "\n".join(shown.links).count("\n", 0, start)
        start, end = shown.link_spans[line]
        return msgspec.structs.replace(finding, start=start, end=end)
    if end <= start:
        return finding
    first, last = shown.source_span(start, end)
    surface = source[first:last]
    return msgspec.structs.replace(
        finding,
        end=last,
        seen=shown.text[start:end],
        seen_end=end,
        seen_start=start,
        start=first,
        surface=surface if len(surface) <= MAX_SURFACE else surface[: MAX_SURFACE - 1] + "…",
    )
