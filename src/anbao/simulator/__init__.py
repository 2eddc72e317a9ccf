"""A small platform that buys, sells and cheats: made-up merchants, goods and orders with the truth about each.

Pure generators: the same seed gives the same market; no database, no network, no clock.
"""
