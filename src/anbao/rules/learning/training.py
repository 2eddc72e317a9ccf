"""Training: logistic regression over the reviewers' decisions. The same decisions give the same model."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from anbao.detect.likeness.fold import fold_many
from anbao.errors import InvalidInput
from anbao.rules.learning.features import SIZE, features
from anbao.rules.learning.model import MICRO, Model, Weights
from anbao.text import Text

LEAST = 20
"""Texts of each side without which nothing can be learned."""

THRESHOLD = 800
"""Per mille from which on a score is a finding."""

_STRENGTH = 10.0


def train(blocked: Sequence[str], passed: Sequence[str]) -> Model:
    """Learn what distinguishes blocked from passed texts; their order does not matter.

    Raises InvalidInput where there are too few of either.
    """
    if min(len(blocked), len(passed)) < LEAST:
        raise InvalidInput(
            Text(
                f"人工决定太少：拦截 {len(blocked)}、放行 {len(passed)}，各需 {LEAST} 件",
                f"too few decisions: {len(blocked)} blocked, {len(passed)} passed, {LEAST} of each are needed",
            )
        )
    texts = [*sorted(blocked), *sorted(passed)]
    rows = [features(folded).ids for folded in fold_many(texts)]
    lengths = np.array([len(ids) for ids in rows])
    matrix = csr_matrix(
        (
            np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths),
            np.concatenate(rows),
            np.concatenate(([0], np.cumsum(lengths))),
        ),
        shape=(len(rows), SIZE),
    )
    labels = np.array([1] * len(blocked) + [0] * len(passed))
    learner = LogisticRegression(C=_STRENGTH, class_weight="balanced", random_state=0, solver="liblinear")
    learner.fit(matrix, labels)
    values = np.rint(learner.coef_[0] * MICRO).astype("<i4")
    places = np.flatnonzero(values).astype("<u4")
    return Model(
        Weights(
            bias=int(np.rint(learner.intercept_[0] * 1_000)),
            blocked=len(blocked),
            passed=len(passed),
            places=places.tobytes(),
            threshold=THRESHOLD,
            values=values[places].tobytes(),
        )
    )
