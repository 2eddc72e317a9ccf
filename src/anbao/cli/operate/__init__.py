"""Verbs of operation: cases, obligations, controls, delivery, keys, the server."""
