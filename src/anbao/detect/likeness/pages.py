"""Many texts, some of them long, as pages of bounded size.

- A long text is cut into parts that overlap. What is found in a part counts where it begins in the part's own stretch;
  the stretches of a text's parts cover it without gap or overlap. So what is found in parts is what is found in the
  whole, as long as it depends on no more than ``MARGIN`` folded characters to each side.
- Sizes count folded characters: marks and spaces between those of a term do not part it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from anbao.detect.likeness.fold import Page, fold_page, fold_places

PAGE = 500_000
"""Characters that are searched together, unless a single text has more."""

PART = 10_000
MARGIN = 1_000
"""Folded characters of a part's own stretch, and those that are read with it on each side."""

LONG = 20_000
"""Characters from which a text is cut into parts."""


class Part(NamedTuple):
    """A page, and what it is made of: ``fields[n]`` is the text that the page's n-th field is, or is a part of.

    ``offset``: where the part begins in its text; what begins from ``first`` to before ``last`` of the text counts.
    ``whole``: the page's fields are whole texts.
    """

    fields: Sequence[int]
    texts: Sequence[str]
    page: Page
    offset: int = 0
    first: int = 0
    last: int = 0
    whole: bool = True

    def counts(self, start: int) -> bool:
        """Whether what was found from ``start`` of the page's field counts."""
        return self.whole or self.first <= start + self.offset < self.last


def pages(
    texts: Sequence[str], *, page: int = PAGE, part: int = PART, margin: int = MARGIN, long: int = LONG
) -> Iterator[Part]:
    """All texts, those that are not long together, as many as a page takes."""
    if not texts:
        return
    lengths = list(map(len, texts))
    if sum(lengths) <= page and max(lengths) <= long:
        yield Part(range(len(texts)), texts, fold_page(texts))
        return
    held: list[int] = []
    size = 0
    for number, length in enumerate(lengths):
        if length > long:
            yield from _parts(number, texts[number], part, margin)
            continue
        if held and size + length > page:
            yield _together(held, texts)
            held, size = [], 0
        held.append(number)
        size += length
    if held:
        yield _together(held, texts)


def _together(held: Sequence[int], texts: Sequence[str]) -> Part:
    some = [texts[number] for number in held]
    return Part(held, some, fold_page(some))


def _parts(number: int, text: str, part: int, margin: int) -> Iterator[Part]:
    places = fold_places(text)
    count = places.size
    starts = np.arange(0, max(count, 1), part)
    for start in starts.tolist():
        end = start + part
        low, high = start - margin, end + margin
        begin = int(places[low - 1]) + 1 if low > 0 else 0
        stop = int(places[high]) if high < count else len(text)
        some = [text[begin:stop]]
        first = int(places[start]) if start else 0
        last = int(places[end]) if end < count else len(text) + 1
        yield Part((number,), some, fold_page(some), begin, first, last, whole=False)
