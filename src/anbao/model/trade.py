"""Orders, and the notices shown before them."""

from typing import Annotated

from msgspec import Meta

from anbao.model.base import Address, Buyer, Id, Noun, PersonName, Phone

Amount = Annotated[str, Meta(pattern=r"^(\d{1,12}(\.\d{1,2})?)?$")]
"""Yuan as a decimal string (entries hold no floats); empty where it is not told."""


class Order(Noun, frozen=True, kw_only=True):
    """A trade as the platform reports it when it is placed."""

    amount: Amount = ""
    buyer: Buyer
    id: Id
    listing: Id
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    recipient: PersonName | None = None
    recipient_address: Address | None = None
    recipient_phone: Phone | None = None


class NoticeShown(Noun, frozen=True, kw_only=True):
    """A risk notice shown to a buyer before the order; ``seconds`` is how long it stood on the screen."""

    buyer: Buyer
    language: Annotated[str, Meta(max_length=16)] = ""
    listing: Id
    notice: Id
    seconds: Annotated[int, Meta(ge=0, le=86_400)] = 0


class NoticeAcknowledged(Noun, frozen=True, kw_only=True):
    """The buyer confirmed that a notice was understood."""

    buyer: Buyer
    listing: Id
    notice: Id
