"""A small classifier learned from the platform's own decisions (optional, off until a version is put in force)."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anbao.rules.learning.model import Model, findings

__all__ = ["DETECTOR", "MOST", "Model", "findings"]

DETECTOR = "model"

MOST = 20_000
"""Characters of a listing that are scored; a score describes how a listing reads; its beginning is enough."""


def __getattr__(name: str) -> Any:
    # The model loads numpy: where none is in force nothing needs it.
    if name not in ("Model", "findings"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from anbao.rules.learning import model

    return getattr(model, name)
