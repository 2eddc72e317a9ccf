"""Proof: what was handed out to be checked elsewhere."""

from anbao.model.events.base import LedgerEvent, OtherSubjects


class PackMade(LedgerEvent, frozen=True, kw_only=True):
    """An evidence pack was made; its bytes have the SHA-256 ``digest`` (hex), its list of files ``manifest``.

    ``others``: what it is about. ``opened``: how many personal values are in it, of which fields; ``withheld``: how
    many are not.
    ``until``: the cut-off (UTC ms), ``size``: of the checkpoint that its proofs lead to. ``purpose``: in words.
    """

    KIND = "pack.made"

    digest: str
    entries: int
    manifest: str
    opened: int
    opened_fields: tuple[str, ...]
    others: OtherSubjects
    purpose: str
    reader: str
    size: int
    until: int
    withheld: int
