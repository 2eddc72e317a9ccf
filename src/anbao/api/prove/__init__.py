"""Routes of proof (举证): entries, receipts, the public log."""
