"""What all nouns share: the struct base, identifiers, and the types that mark personal information.

A field of a personal type never reaches an entry in the clear: ``ledger.vault`` replaces it by a salted
commitment (个人信息保护法 4, 51). The mark is part of the type, so that it cannot be forgotten at a call site.
"""

from datetime import datetime, timedelta, timezone
from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.errors import InvalidInput
from anbao.text import Text


class Noun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of all nouns; a field at its default is left out of the canonical bytes.

    The encoder compares defaults by identity, so a text field's only default is "", which exists once.
    """


SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The zone of legal days: UTC+8, without summer time since 1992; so no time zone data need be installed."""


def legal_time(instant: int) -> datetime:
    """An instant in UTC milliseconds as the time of day in Asia/Shanghai."""
    return datetime.fromtimestamp(instant / 1000, SHANGHAI)


def given_reason(reason: str) -> str:
    """The reason, without which nobody decides. Raises InvalidInput."""
    if not reason.strip() or len(reason) > MAX_REASON:
        raise InvalidInput(
            Text(f"须写明理由，至多 {MAX_REASON} 字", f"a reason is needed, of at most {MAX_REASON} characters"),
            field="reason",
        )
    return reason


Id = Annotated[str, Meta(min_length=1, max_length=128)]
"""An identifier given by the platform."""

MAX_REASON = 2_000
"""Characters."""

Reason = Annotated[str, Meta(min_length=1, max_length=MAX_REASON)]
"""Why a person decided so."""

Millis = Annotated[int, Meta(ge=0, lt=2**53)]
"""An instant, UTC, in milliseconds since 1970-01-01."""

PersonName = Annotated[str, Meta(min_length=1, max_length=200, extra={"personal": "name"})]
ResidentId = Annotated[str, Meta(min_length=1, max_length=64, extra={"personal": "resident_id"})]
Phone = Annotated[str, Meta(min_length=1, max_length=64, extra={"personal": "phone"})]
Address = Annotated[str, Meta(min_length=1, max_length=500, extra={"personal": "address"})]
Account = Annotated[str, Meta(min_length=1, max_length=128, extra={"personal": "account"})]
Statement = Annotated[str, Meta(min_length=1, max_length=4_000, extra={"personal": "statement"})]
"""What a person tells in their own words."""

Buyer = Annotated[str, Meta(min_length=1, max_length=128, extra={"personal": "buyer"})]
"""The platform's own identifier of a consumer."""
