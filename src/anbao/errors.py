"""All errors that a caller can meet.

AnbaoError                   500  base of all; an internal error where it is raised itself
├── InvalidInput             400  the request or row does not fit; says which field
│   └── TooLarge             413
├── Unauthenticated          401  no key, or one that is unknown or revoked
├── Forbidden                403  the key has not the scope, or this person may not do it
├── NotFound                 404
├── Conflict                 409  the state of things forbids it (merchant closed, case leased by another person)
│   └── IdempotencyMismatch  422  another request came under this idempotency key
├── TooMany                  429  without a key, too often from one address or in all
├── PackError                500  a law pack, lexicon or policy does not load; says file and line
├── StoreError               503  the store cannot be opened or is busy
└── Tampered                 409  the ledger does not verify; says where

Each says what happened, why, and what to do.
"""

from enum import StrEnum

from anbao.text import Text


class ErrorCode(StrEnum):
    """Machine-readable error codes; stable, part of the API."""

    INVALID_INPUT = "invalid_input"
    TOO_LARGE = "too_large"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    TOO_MANY = "too_many"
    PACK = "pack"
    STORE = "store"
    TAMPERED = "tampered"
    INTERNAL = "internal"


class AnbaoError(Exception):
    """Base of all. ``what`` is the message, ``hint`` what to do; ``field`` names the input at fault where one is."""

    code: ErrorCode = ErrorCode.INTERNAL
    status: int = 500

    def __init__(self, what: Text, *, hint: Text | None = None, field: str | None = None) -> None:
        super().__init__(what.en)
        self.what = what
        self.hint = hint
        self.field = field


class InvalidInput(AnbaoError):
    code = ErrorCode.INVALID_INPUT
    status = 400


class TooLarge(InvalidInput):
    code = ErrorCode.TOO_LARGE
    status = 413


class Unauthenticated(AnbaoError):
    code = ErrorCode.UNAUTHENTICATED
    status = 401


class Forbidden(AnbaoError):
    code = ErrorCode.FORBIDDEN
    status = 403


class NotFound(AnbaoError):
    code = ErrorCode.NOT_FOUND
    status = 404


class Conflict(AnbaoError):
    code = ErrorCode.CONFLICT
    status = 409


class IdempotencyMismatch(Conflict):
    code = ErrorCode.IDEMPOTENCY_MISMATCH
    status = 422


class TooMany(AnbaoError):
    code = ErrorCode.TOO_MANY
    status = 429


class PackError(AnbaoError):
    """A pack file does not load. ``where`` is ``file:line``."""

    code = ErrorCode.PACK
    status = 500

    def __init__(self, where: str, what: Text, *, hint: Text | None = None) -> None:
        super().__init__(Text(f"{where}: {what.zh}", f"{where}: {what.en}"), hint=hint)
        self.where = where


class StoreError(AnbaoError):
    code = ErrorCode.STORE
    status = 503


class Tampered(AnbaoError):
    code = ErrorCode.TAMPERED
    status = 409
