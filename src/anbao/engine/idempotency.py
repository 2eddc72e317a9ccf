"""Idempotency: a request's answer is stored in the transaction of its entries, under the caller's ``Idempotency-Key``.

Invariants: the same key with the same request gives the same bytes and no new entry, in whatever process, also when
both arrive at once (one writer at a time looks the key up and stores it); with another request it is refused. Only
answers that were committed are stored: a request that failed may be sent again under its key. Answers may hold letters
with names and addresses, so they lie encrypted, each bound to its key (``ledger.cipher``).
"""

from collections.abc import Iterable, Sequence

import msgspec

from anbao.errors import IdempotencyMismatch
from anbao.ledger.cipher import Cipher
from anbao.store import Connection, tables
from anbao.store.bulk import insert_many, sql, sql_many
from anbao.text import Text

STORED_MILLIS = 3 * 24 * 3600 * 1000
"""Answers are stored for three days."""

_PER_QUERY = 400


class KeyedRequest(msgspec.Struct, frozen=True):
    """A request under an idempotency key; ``fingerprint`` is the SHA-256 of method, target and body."""

    api_key: str
    key: str
    fingerprint: bytes

    @property
    def identity(self) -> tuple[str, str]:
        return self.api_key, self.key


class HttpAnswer(msgspec.Struct, frozen=True):
    """An answer as bytes; ``replayed`` where it was given before."""

    status: int
    body: bytes
    replayed: bool = False


class StoredAnswer(msgspec.Struct, frozen=True):
    """An answer and the request that it belongs to."""

    fingerprint: bytes
    answer: HttpAnswer

    def replay(self, attempt: KeyedRequest) -> HttpAnswer:
        """Raises IdempotencyMismatch where the attempt is another request."""
        if self.fingerprint != attempt.fingerprint:
            raise IdempotencyMismatch(
                Text(
                    f"Idempotency-Key {attempt.key} 已用于另一个请求",
                    f"the Idempotency-Key {attempt.key} was used for another request",
                ),
                hint=Text("每个请求用新的键", "use a new key for each request"),
                field="Idempotency-Key",
            )
        return msgspec.structs.replace(self.answer, replayed=True)


def recall(conn: Connection, attempts: Iterable[KeyedRequest], cipher: Cipher) -> dict[tuple[str, str], StoredAnswer]:
    """What was answered before, by (API key, idempotency key)."""
    wanted: dict[str, list[str]] = {}
    for attempt in attempts:
        wanted.setdefault(attempt.api_key, []).append(attempt.key)
    found: dict[tuple[str, str], StoredAnswer] = {}
    for api_key, keys in wanted.items():
        for start in range(0, len(keys), _PER_QUERY):
            some = keys[start : start + _PER_QUERY]
            marks = ", ".join("?" * len(some))
            rows = sql(
                conn,
                f"SELECT key, fingerprint, status, response FROM idempotency WHERE api_key = ? AND key IN ({marks})",
                (api_key, *some),
            )
            for key, fingerprint, status, response in rows:
                body = cipher.open(bytes(response), _bound_to(api_key, key))
                found[api_key, key] = StoredAnswer(bytes(fingerprint), HttpAnswer(status, body))
    return found


def store_answer(
    conn: Connection, answers: Sequence[tuple[KeyedRequest, HttpAnswer]], now: int, cipher: Cipher
) -> None:
    """Keep answers in the transaction that they report."""
    rows = [
        (
            one.api_key,
            one.key,
            one.fingerprint,
            answer.status,
            cipher.seal(answer.body, _bound_to(one.api_key, one.key)),
            now,
        )
        for one, answer in answers
    ]
    insert_many(conn, tables.idempotency, ("api_key", "key", "fingerprint", "status", "response", "at"), rows)


def _bound_to(api_key: str, key: str) -> bytes:
    return f"answer\0{api_key}\0{key}".encode()


def forget(conn: Connection, now: int) -> None:
    """Drop what is older than ``STORED_MILLIS``."""
    sql(conn, "DELETE FROM idempotency WHERE at < ?", (now - STORED_MILLIS,))


def erase(conn: Connection, cipher: Cipher, values: Iterable[str]) -> int:
    """Drop the answers that hold any of a person's values; how many. Such a request is carried out anew if repeated."""
    wanted = [msgspec.json.encode(value)[1:-1] for value in values]
    rows = sql(conn, "SELECT api_key, key, response FROM idempotency").all()
    found = [
        (api_key, key)
        for api_key, key, response in rows
        if any(value in body for body in [cipher.open(bytes(response), _bound_to(api_key, key))] for value in wanted)
    ]
    sql_many(conn, "DELETE FROM idempotency WHERE api_key = ? AND key = ?", found)
    return len(found)
