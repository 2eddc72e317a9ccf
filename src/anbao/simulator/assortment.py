"""The assortment of the simulated platform, read from ``assortment.yaml``: words of which its listings are made."""

from pathlib import Path

import msgspec


class GoodsCategory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One category of goods.

    ``licence`` is what its merchant must hold, ``certificate`` what each product must carry, ``notices`` what a buyer
    is shown before the order: ids of the law pack; ``asks``: one of them asks about unsuitable groups. ``look_alikes``
    are harmless goods that share a word with a danger; ``tails`` what sellers append to a title; ``prices`` a range in
    yuan.
    """

    asks: bool = False
    category: str
    certificate: str = ""
    licence: str = ""
    look_alikes: tuple[str, ...]
    notices: tuple[str, ...] = ()
    nouns: tuple[str, ...]
    prices: tuple[int, int]
    sentences: tuple[str, ...]
    specs: tuple[str, ...]
    tails: tuple[str, ...]
    traits: tuple[str, ...]
    uses: tuple[str, ...]


class SimulatedTrade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one merchant deals in; ``personal`` trades are open to persons who need not register (电子商务法 10)."""

    name: str
    personal: bool = False
    assortment: tuple[GoodsCategory, ...]


class _Brands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    first: tuple[str, ...]
    second: tuple[str, ...]


class _GoodsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    brands: _Brands
    trades: tuple[SimulatedTrade, ...]


_file = msgspec.yaml.decode(Path(__file__).with_name("assortment.yaml").read_bytes(), type=_GoodsFile)

BRANDS = tuple(first + second for first in _file.brands.first for second in _file.brands.second)
TRADES = _file.trades
