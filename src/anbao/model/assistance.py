"""What a person harmed asks of the platform, and what an authority asks of it."""

from typing import Annotated, Literal

from msgspec import Meta

from anbao.model.base import Buyer, Id, Noun, Statement

Harm = Literal["life", "health", "property", "payment"]
"""生命 · 健康 · 财产 · 错付、被骗付款. Whose fault it was, also the consumer's own, does not matter."""

Help = Literal["identity", "records", "freeze", "advice"]
"""提供商家信息 · 提供交易记录 · 冻结资金 · 指引."""

Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""SHA-256 (hex) of a file in the object storage."""

Day = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
"""An ISO day of Asia/Shanghai; empty where there is none."""


class HelpRequest(Noun, frozen=True, kw_only=True):
    """A consumer asks for help in an order (电子商务法 61, 消费者权益保护法 44).

    ``on_behalf``: another person asks for the buyer (a relative, a lawyer); a person then checks the mandate.
    ``complaint``: the receipt of the complaint in which the harm was reported, where there is one.
    """

    buyer: Buyer
    complaint: Annotated[str, Meta(max_length=128)] = ""
    evidence: tuple[Digest, ...] = ()
    harm: Harm
    help: Help
    id: Id
    on_behalf: bool = False
    order: Id
    statement: Statement | None = None


class AuthorityRequest(Noun, frozen=True, kw_only=True):
    """An authority asks for data (电子商务法 25, 网络交易监督管理办法 22, 34), with its document, basis and scope.

    ``request``: ``records`` identity and trade records, ``prices`` price and sales data. ``since`` and ``until``
    (inclusive) bound the trades; empty: without bound. ``buyers``: whether the buyers themselves are asked for.
    """

    authority: Annotated[str, Meta(min_length=1, max_length=200)]
    basis: Annotated[tuple[str, ...], Meta(min_length=1)]
    buyers: bool = False
    document: Annotated[str, Meta(min_length=1, max_length=200)]
    due: Day = ""
    id: Id
    listings: tuple[Id, ...] = ()
    merchants: tuple[Id, ...] = ()
    orders: tuple[Id, ...] = ()
    request: Literal["records", "prices"]
    since: Day = ""
    until: Day = ""
