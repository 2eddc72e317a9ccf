"""Builds a text out of pieces of another one, and the way back: where the source of each character begins and ends."""

from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

_LITERAL = -1


class Layer(NamedTuple):
    """A text that was made out of another one, with the begin and the end of each character's source there."""

    text: str
    places: Places
    ends: Places

    def below(self, base: "Layer | None") -> "Layer":
        """Returns this layer over what ``base`` was made of."""
        if base is None or not self.text:
            return self
        last = np.maximum(self.ends - 1, self.places)
        ends = np.where(self.ends > self.places, base.ends[last], base.places[np.minimum(last, len(base.text) - 1)])
        return Layer(self.text, base.places[np.minimum(self.places, len(base.text) - 1)], ends)


class Pieces:
    """Collects pieces: runs that are taken as they are, and characters that stand for some of the source."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._texts)

    def literal(self, text: str, start: int) -> None:
        """Add a run of the source that begins at ``start``."""
        self._texts.append(text)
        self._starts.append(start)
        self._ends.append(_LITERAL)

    def add(self, text: str, start: int, end: int) -> None:
        """Add characters each of which stands for the source from ``start`` to ``end``."""
        self._texts.append(text)
        self._starts.append(start)
        self._ends.append(end)

    def extend(self, other: "Pieces") -> None:
        """Add all pieces of another collection after an empty line."""
        if other and self:
            self.add("\n\n", other._starts[0], other._starts[0])
        self._texts += other._texts
        self._starts += other._starts
        self._ends += other._ends

    def layer(self) -> Layer:
        """Returns what the pieces are together."""
        count = len(self._texts)
        lengths = np.fromiter(map(len, self._texts), np.int64, count)
        total = int(lengths.sum())
        before = np.fromiter(accumulate(map(len, self._texts), initial=0), np.int64, count + 1)[:-1]
        starts = np.array(self._starts, np.int64)
        ends = np.array(self._ends, np.int64)
        literal = (ends == _LITERAL).repeat(lengths)
        places = np.where(literal, np.arange(total) + (starts - before).repeat(lengths), starts.repeat(lengths))
        return Layer("".join(self._texts), places, np.where(literal, places + 1, ends.repeat(lengths)))


class Flow:
    """Text as a browser lays it out: white space becomes one space, a new block begins on a new line.

    Spaces and line ends are written only between characters. ``collapse``: without it white space stays as it is.
    """

    def __init__(self) -> None:
        self.pieces = Pieces()
        self._waiting: tuple[str, int, int] | None = None

    def space(self, start: int, end: int) -> None:
        """Put a space before the next character, unless a line ends there."""
        if self._waiting is None and self.pieces:
            self._waiting = (" ", start, end)

    def line(self, start: int, end: int) -> None:
        """End the line before the next character."""
        if self.pieces and (self._waiting is None or self._waiting[0] == " "):
            self._waiting = ("\n", start, end)

    def literal(self, text: str, start: int) -> None:
        """Add a run of the source."""
        if self._waiting is not None:
            self.pieces.add(*self._waiting)
            self._waiting = None
        self.pieces.literal(text, start)

    def add(self, text: str, start: int, end: int) -> None:
        """Add characters that stand for the source from ``start`` to ``end``."""
        if self._waiting is not None:
            self.pieces.add(*self._waiting)
            self._waiting = None
        self.pieces.add(text, start, end)
