"""Verbs of investigation (危险排查): complaints, hazards, sweeps."""
