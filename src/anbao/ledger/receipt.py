"""Inclusion receipts: what a merchant, a consumer or a court keeps to show that one entry stands in the log."""

import msgspec

from anbao.errors import InvalidInput
from anbao.text import Text

RECEIPT_VERSION = 1


class InclusionReceipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Entry, place, proof and checkpoint in one.

    ``entry`` is the canonical bytes as text; None where the reader may see only that something stands there.
    ``leaf`` and the steps of ``proof`` are lower-case hex; ``checkpoint`` is the signed note.
    """

    checkpoint: str
    entry: str | None = None
    index: int
    leaf: str
    proof: tuple[str, ...]
    receipt: int


def format_receipt(receipt: InclusionReceipt) -> bytes:
    return msgspec.json.format(msgspec.json.encode(receipt), indent=2) + b"\n"


def parse_receipt(data: bytes) -> InclusionReceipt:
    """Raises InvalidInput."""
    try:
        receipt = msgspec.json.decode(data, type=InclusionReceipt)
        bytes.fromhex(receipt.leaf + "".join(receipt.proof))
    except (msgspec.MsgspecError, ValueError) as error:
        raise InvalidInput(Text(f"不是存证回执：{error}", f"not a receipt: {error}")) from error
    if receipt.receipt != RECEIPT_VERSION:
        raise InvalidInput(
            Text(f"不认识的回执版本 {receipt.receipt}", f"unknown receipt version {receipt.receipt}"), field="receipt"
        )
    return receipt
