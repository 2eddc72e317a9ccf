"""The program's version, which each decision records."""

VERSION = "0.2.0"
