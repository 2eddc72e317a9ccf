"""Verbs of proof (举证): the public log, and its verification offline."""
