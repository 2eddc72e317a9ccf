"""Removal (危险排除): measures and their restoring, the ladder of penalties, appeals, reports to the authority."""
