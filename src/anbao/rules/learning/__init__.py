"""A small classifier learned from the platform's own decisions (optional, off until a version is put in force)."""

from anbao.rules.learning.model import DETECTOR, Model, findings

__all__ = ["DETECTOR", "Model", "findings"]
