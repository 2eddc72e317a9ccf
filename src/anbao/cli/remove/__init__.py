"""Verbs of removal (危险排除): measures, appeals, reports to the authority."""
