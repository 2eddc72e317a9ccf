"""A witness of transparency logs, which another party than the log's operator runs (C2SP tlog-witness)."""
