"""Persons whose values lie in the vault: their erasure, and the key that wraps theirs."""

from anbao.model.events.base import LedgerEvent, Subject


class PersonErasurePostponed(LedgerEvent, frozen=True, kw_only=True):
    """A person is to be erased once nothing need be retained any more: at ``until``; ``due``: by then it is done.

    ``person`` is named as in the vault, by a commitment or by the platform's own identifier. ``norms``: what holds.
    """

    KIND = "person.erasure_postponed"

    due: int
    norms: tuple[str, ...]
    person: Subject
    reason: str
    until: int


class PersonErased(LedgerEvent, frozen=True, kw_only=True):
    """A person's key, values, files and traces were erased; how many of each. Commitments in entries stay."""

    KIND = "person.erased"

    answers: int = 0
    files: int = 0
    person: Subject
    reason: str
    values: int


class MasterKeyRotated(LedgerEvent, frozen=True, kw_only=True):
    """Every data key of the vault was wrapped anew. ``before``, ``after``: SHA-256 or name of the master keys."""

    KIND = "vault.master_rotated"

    after: str
    before: str
    keys: int
    reason: str
