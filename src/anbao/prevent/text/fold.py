"""The fold stands on a lower floor, because sweeps fold as screening does: see ``anbao.likeness.fold``."""

from anbao.likeness.fold import BREAK, LIMIT, Codes, Page, fold, fold_many, fold_page, fold_table

__all__ = ["BREAK", "LIMIT", "Codes", "Page", "fold", "fold_many", "fold_page", "fold_table"]
