"""Cosignatures of witnesses in the store, beside the checkpoints that they are lines of."""

from base64 import b64encode

import msgspec

from anbao.errors import Tampered
from anbao.ledger.cosignature import WitnessKey
from anbao.ledger.log import Ledger
from anbao.ledger.note import note_lines
from anbao.store import Connection, tables
from anbao.store.bulk import rows_of, sql, upsert_rows
from anbao.text import Text


class Cosignature(msgspec.Struct, frozen=True, kw_only=True):
    """A witness's line on a checkpoint. ``key``: its verifier key; ``at``: the time it states (UTC ms)."""

    size: int
    witness: str
    key: str
    at: int
    line: str


def store_cosignature(conn: Connection, one: Cosignature) -> None:
    """Store a verified cosignature, in the place of an earlier one; in a write transaction."""
    upsert_rows(conn, tables.cosignature, [one])


def cosignatures_of(conn: Connection, size: int) -> list[Cosignature]:
    """Returns the cosignatures on the checkpoint of the first ``size`` entries, by witness."""
    return rows_of(
        conn,
        Cosignature,
        "SELECT size, witness, key, at, line FROM cosignature WHERE size = ? ORDER BY witness",
        (size,),
    )


def latest_cosigned(conn: Connection, witness: str) -> tuple[int, int] | None:
    """Returns size and stated time (UTC ms) of the newest checkpoint that a witness cosigned; None where none."""
    row = sql(conn, "SELECT size, at FROM cosignature WHERE witness = ? ORDER BY size DESC LIMIT 1", (witness,)).first()
    return None if row is None else (row[0], row[1])


def cosigned_note(conn: Connection, note: str, size: int) -> str:
    """Returns a checkpoint's note with the lines of its witnesses behind the log's own."""
    return note + "".join(one.line for one in cosignatures_of(conn, size))


def submission(conn: Connection, ledger: Ledger, note: str, old: int, size: int) -> str:
    """Returns the body with which a checkpoint is submitted to a witness that knows ``old`` entries (C2SP)."""
    proof = ledger.consistency_proof(conn, old, size)
    return "\n".join([f"old {old}", *(b64encode(step).decode() for step in proof), "", note])


def accepted(key: WitnessKey, note: str, answer: str) -> tuple[str, int]:
    """Returns the witness's own line of an answer, and the time it states (Unix seconds).

    An answer may hold lines of several keys. Raises Tampered where none is a cosignature of this note by this key,
    InvalidInput for other text.
    """
    seconds = key.cosigned_at(note + answer)
    for line in answer.splitlines(keepends=True):
        if line.startswith(f"— {key.name} ") and (key.name, key.key_hash) == note_lines(note + line)[-1][:2]:
            return line, seconds
    raise Tampered(Text(f"{key.name} 未见证此检查点", f"{key.name} did not cosign this checkpoint"))
