"""A model as an artefact: integer weights under a digest, scored in integers, so that a replay gives the same bytes.

The score of a text with k distinct n-grams is ``bias + Σ weight / √k`` in thousandths of a logit; what is shown is the
probability in per mille. At or above ``threshold`` it is a finding, with the n-grams that spoke most for it.
"""

import hashlib
import math
from collections.abc import Sequence
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from anbao.detect.fields import words_of
from anbao.detect.likeness.fold import fold_many
from anbao.errors import InvalidInput
from anbao.model.listing import Finding, Listing
from anbao.rules.learning import DETECTOR, MOST
from anbao.rules.learning.features import SIZE, Features, features
from anbao.text import Text

CATEGORY = "model.likely_blocked"
SEVERITY = 3
"""A model's finding is never worse than what a person should look at."""

SPOKEN = 5
"""N-grams that are given as the reason of a score."""

MICRO = 1_000_000


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is made of. ``places`` (u4) and ``values`` (i4, millionths) are little-endian; ``bias`` is in
    thousandths; ``blocked`` and ``passed`` count what it was trained on.
    """

    bias: int
    blocked: int
    passed: int
    places: bytes
    threshold: int
    values: bytes


class Scored(msgspec.Struct, frozen=True):
    """A probability in per mille, and the n-grams that spoke most for it, the strongest first."""

    per_mille: int
    because: tuple[str, ...]


class Model:
    """A trained model, ready to score."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        places = np.frombuffer(weights.places, dtype="<u4").astype(np.int64)
        values = np.frombuffer(weights.values, dtype="<i4").astype(np.int64)
        if len(places) != len(values) or (len(places) and int(places.max()) >= SIZE):
            raise _unreadable("places and values do not fit")
        self._table: NDArray[np.int64] = np.zeros(SIZE, dtype=np.int64)
        self._table[places] = values

    @cached_property
    def digest(self) -> str:
        """The first 16 hex digits of SHA-256 over the bytes."""
        return hashlib.sha256(self.to_bytes()).hexdigest()[:16]

    def to_bytes(self) -> bytes:
        """The same weights give the same bytes."""
        return msgspec.msgpack.encode(self.weights)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Model":
        """Raises InvalidInput."""
        try:
            return cls(msgspec.msgpack.decode(data, type=Weights))
        except (msgspec.MsgspecError, ValueError) as error:
            raise _unreadable(str(error)) from error

    def score(self, folded: str) -> Scored:
        """The score of a folded text."""
        found = features(folded)
        spoken = self._table[found.ids]
        count = len(found.ids)
        logit = self.weights.bias + (int(spoken.sum()) // math.isqrt(count * MICRO) if count else 0)
        per_mille = round(1_000 / (1 + math.exp(-max(-20_000, min(20_000, logit)) / 1_000)))
        if per_mille < self.weights.threshold:
            return Scored(per_mille, ())
        return Scored(per_mille, _strongest(folded, found, spoken))


def findings(model: Model, listings: Sequence[Listing], reading: int) -> dict[int, Finding]:
    """The model's findings by place in ``listings``, where the score reaches its threshold."""
    found = {}
    texts = [words_of(one)[:MOST] if reading else f"{one.title}\n{one.description}" for one in listings]
    for place, folded in enumerate(fold_many(texts)):
        scored = model.score(folded)
        if scored.per_mille >= model.weights.threshold:
            found[place] = Finding(
                because=scored.because,
                category=CATEGORY,
                detector=DETECTOR,
                severity=SEVERITY,
                term=model.digest,
                weight=scored.per_mille,
            )
    return found


def _strongest(folded: str, found: Features, spoken: NDArray[np.int64]) -> tuple[str, ...]:
    order = np.lexsort((found.starts, -spoken))[:SPOKEN]
    return tuple(
        folded[found.starts[place] : found.starts[place] + found.lengths[place]]
        for place in order.tolist()
        if spoken[place] > 0
    )


def _unreadable(why: str) -> InvalidInput:
    return InvalidInput(
        Text("模型数据不可读", f"the model's bytes cannot be read: {why}"),
        hint=Text("须为 anbao model export 写出的文件", "a file that anbao model export wrote is wanted"),
        field="file",
    )
