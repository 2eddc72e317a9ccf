"""Norms × entries → open · discharged · overdue · waived."""
