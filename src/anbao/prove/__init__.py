"""Proof (举证): what happened, out of the ledger alone."""
