"""Dangers and listings as far as searching the one in the other needs them."""

from typing import NamedTuple

import msgspec

from anbao.model.hazard import Fingerprint

RULES = 2
"""Version of what is called alike and how it is judged; part of a sweep's coverage."""


class PictureBounds(NamedTuple):
    """Bits of 256 in which the hashes of the same picture, and of alike ones, may differ; PDQ's quality (of 100) below
    which a hash is not compared. The defaults are those of PDQ's authors and of ``bench/pictures.py``.
    """

    same: int = 31
    alike: int = 56
    quality: int = 50


DEFAULT_BOUNDS = PictureBounds()


class Danger(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmed hazard, as far as searching needs it."""

    fingerprints: tuple[Fingerprint, ...]
    hazard: str
    on_likeness: bool = False
    severity: int


class OfferTexts(msgspec.Struct, frozen=True, kw_only=True):
    """A listing as far as searching needs it. ``texts``: by their names; ``stated``: numbers of licences and what older
    entries have; ``pictures``: PDQ hex.
    """

    description: str = ""
    merchant: str = ""
    pictures: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    title: str
