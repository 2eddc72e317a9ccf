"""A small platform that buys, sells and cheats: made-up merchants, goods and orders with the truth about each.

The generators are pure: the same seed gives the same market. Beside them stand the platform's counterparts, which
answer over HTTP on loopback (``receiver``, ``registry``, ``moderator``), and stories played on an opened store.
"""
