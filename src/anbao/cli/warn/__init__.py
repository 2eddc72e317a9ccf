"""Verbs of warning (危险警示): notices before the trade, warnings after it."""
