"""Orders, and the notices shown before them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from anbao.model.base import Address, Buyer, Id, Noun, PersonName, Phone
from anbao.text import Text

Act = Literal["refuse", "flag", "allow"]
"""What the platform's policy does with an order: refuse it, flag it so that a person looks at it, or take it."""

Step = Literal["shown", "acknowledged", "answered"]
"""What happens with a notice before an order."""

Amount = Annotated[str, Meta(pattern=r"^(\d{1,12}(\.\d{1,2})?)?$")]
"""Yuan as a decimal string (entries hold no floats); empty where it is not given."""


Basis = Annotated[str, Meta(max_length=500)]
"""What a fact rests on: the page, the act, the document."""


Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]

MAX_LINES = 200
"""Lines of one order."""


class OrderLine(Noun, frozen=True, kw_only=True):
    """One listing of an order, how many of it, and what the buyer pays for them together."""

    amount: Amount = ""
    listing: Id
    quantity: Quantity = 1


class Order(Noun, frozen=True, kw_only=True):
    """A trade as the platform reports it when it is placed: of one ``listing``, or of several in ``lines``.

    ``concluded``: the trade has taken place already, so it is recorded in any case; what would have been refused is
    flagged. For orders of the past that are brought in afterwards.
    """

    amount: Amount = ""
    buyer: Buyer
    concluded: bool = False
    id: Id
    lines: Annotated[tuple[OrderLine, ...], Meta(max_length=MAX_LINES)] = ()
    listing: Annotated[str, Meta(max_length=128)] = ""
    quantity: Quantity = 1
    recipient: PersonName | None = None
    recipient_address: Address | None = None
    recipient_phone: Phone | None = None


class NoticeShown(Noun, frozen=True, kw_only=True):
    """A risk notice shown to a buyer before the order; ``seconds`` is how long it stood on the screen.

    ``rendering``: SHA-256 (hex) of the text that was shown, as ``GET /v1/listings/{id}/notices`` gives it.
    """

    buyer: Buyer
    language: Annotated[str, Meta(max_length=16)] = ""
    listing: Id
    notice: Id
    rendering: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""
    seconds: Annotated[int, Meta(ge=0, le=86_400)] = 0


class NoticeAcknowledged(Noun, frozen=True, kw_only=True):
    """The buyer confirmed that a notice was understood."""

    buyer: Buyer
    listing: Id
    notice: Id


class NoticeAnswered(Noun, frozen=True, kw_only=True):
    """The buyer's answer to whether the buyer or the user belongs to a group that the notice calls unsuitable."""

    belongs: bool
    buyer: Buyer
    listing: Id
    notice: Id


class NoticeChoice(Noun, frozen=True, kw_only=True):
    """Whether the buyer knew the risk, could choose, and chose: three facts, each with what it rests on.

    Together they may lower the standard of the platform's care (徐佳明诉浙江星巢, (2019)浙0192民初1981号); none of them
    follows from another, so none has a default.
    """

    buyer: Buyer
    chose: bool
    chose_by: Basis = ""
    could_choose: bool
    could_choose_by: Basis = ""
    knew: bool
    knew_by: Basis = ""
    listing: Id
    notice: Annotated[str, Meta(max_length=128)] = ""
    order: Annotated[str, Meta(max_length=128)] = ""


class OrderIntent(Noun, frozen=True, kw_only=True):
    """What a buyer is about to order, asked before payment: one ``listing``, or several in ``lines``."""

    buyer: Buyer
    lines: Annotated[tuple[OrderLine, ...], Meta(max_length=MAX_LINES)] = ()
    listing: Annotated[str, Meta(max_length=128)] = ""


class GateReason(Noun, frozen=True, kw_only=True):
    """One thing that stands against an order. ``code`` is the parameter that says what is done; ``name``: the measure's
    or hazard's id, where there is one.
    """

    act: Act
    code: str
    name: str = ""
    provisions: tuple[str, ...] = ()
    text: Text


class Lacking(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice lacks before an order, in the order in which it is to be done."""

    notice: str
    steps: tuple[Step, ...]
