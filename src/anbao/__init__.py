"""Anbao 安保: the safety-duty engine of an e-commerce platform.

>>> import anbao
>>> with anbao.open("sqlite:///anbao.db") as platform:
...     answer = platform.submit_listing(anbao.Listing(id="L1", title="…"))
...     print(answer.decision.outcome, answer.receipt.entry)
...     assert platform.verify().sound
"""

import importlib
from typing import TYPE_CHECKING, Any

from anbao.version import VERSION

__version__ = VERSION

if TYPE_CHECKING:
    from anbao.detect.text import Lexicon
    from anbao.errors import AnbaoError
    from anbao.model.event import Event
    from anbao.model.listing import Listing
    from anbao.model.merchant import Licence, Merchant
    from anbao.model.message import Message
    from anbao.model.trade import NoticeAcknowledged, NoticeAnswered, NoticeChoice, NoticeShown, Order, OrderIntent
    from anbao.platform import Platform
    from anbao.platform import open_platform as open
    from anbao.text import Text

__all__ = [
    "AnbaoError",
    "Event",
    "Lexicon",
    "Licence",
    "Listing",
    "Merchant",
    "Message",
    "NoticeAcknowledged",
    "NoticeAnswered",
    "NoticeChoice",
    "NoticeShown",
    "Order",
    "OrderIntent",
    "Platform",
    "Text",
    "open",
]

_HOMES = {
    "AnbaoError": ("anbao.errors", "AnbaoError"),
    "Event": ("anbao.model.event", "Event"),
    "Lexicon": ("anbao.detect.text", "Lexicon"),
    "Licence": ("anbao.model.merchant", "Licence"),
    "Listing": ("anbao.model.listing", "Listing"),
    "Merchant": ("anbao.model.merchant", "Merchant"),
    "NoticeAcknowledged": ("anbao.model.trade", "NoticeAcknowledged"),
    "Message": ("anbao.model.message", "Message"),
    "NoticeAnswered": ("anbao.model.trade", "NoticeAnswered"),
    "NoticeChoice": ("anbao.model.trade", "NoticeChoice"),
    "OrderIntent": ("anbao.model.trade", "OrderIntent"),
    "NoticeShown": ("anbao.model.trade", "NoticeShown"),
    "Order": ("anbao.model.trade", "Order"),
    "Platform": ("anbao.platform", "Platform"),
    "Text": ("anbao.text", "Text"),
    "open": ("anbao.platform", "open_platform"),
}


def __getattr__(name: str) -> Any:
    # Loaded when first asked for: the command line and workers import parts only, and start several times faster.
    if name not in _HOMES:
        raise AttributeError(f"module 'anbao' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(importlib.import_module(module), attribute)
