"""A proof that a subject has just these entries, or none: its document, and its verification without store or network.

What it does not prove: that the index lists every subject of every entry. The log committed to it when it was made;
whoever holds all entries and the HMAC key works it out again (``indexing.differing_blocks``) and would see an omission.
"""

from datetime import UTC, datetime

import msgspec

from anbao.errors import InvalidInput, NotFound
from anbao.ledger import report
from anbao.ledger.canonical import decode_strict
from anbao.ledger.indexing import index_key, subject_proofs
from anbao.ledger.log import Ledger
from anbao.ledger.merkle import leaf_hash, verify_inclusion
from anbao.ledger.note import Verifier, open_checkpoint, parse_verifier
from anbao.ledger.receipt import InclusionReceipt, parse_receipt
from anbao.ledger.report import Broken, VerificationReport
from anbao.ledger.subjects import BlockProof, key_digest, places_shown, subject_key
from anbao.ledger.walk import open_mark
from anbao.model.entry import event_of
from anbao.model.events.indexing import IndexCommitted
from anbao.store import Connection
from anbao.text import Text

ABSENCE_VERSION = 1


class AbsenceProof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """All that a reader needs to see which entries are about a subject, among those that a commitment covers.

    ``commitment``: the entry that commits to the index, with its proof; ``key``: the HMAC key, lower-case hex;
    ``first``: the first entry about the subject, with its proof, where there is one.
    """

    absence: int
    role: str
    subject: str
    key: str
    commitment: InclusionReceipt
    blocks: tuple[BlockProof, ...]
    first: InclusionReceipt | None = None


def prove_absence(conn: Connection, ledger: Ledger, role: str, subject: str) -> AbsenceProof:
    """Returns the proof against the newest commitment that a checkpoint covers.

    Raises NotFound where there is none, Tampered where rows and entries disagree.
    """
    note = ledger.latest_checkpoint(conn)
    covered = open_checkpoint(note, ledger.verifier).size if note is not None else 0
    rows = [one for one in ledger.newest(conn, IndexCommitted.KIND) if one.index < covered]
    if not rows:
        raise NotFound(
            Text("尚无检查点覆盖的主体索引", "no index of subjects is covered by a checkpoint yet"),
            hint=Text("索引按 index.minutes 定期提交", "it is committed every index.minutes minutes"),
        )
    committed = rows[0].event(IndexCommitted)
    blocks = subject_proofs(conn, committed.size, role, subject)
    places = [place for block in blocks for place in block.places]
    return AbsenceProof(
        absence=ABSENCE_VERSION,
        role=role,
        subject=subject,
        key=index_key(conn).hex(),
        commitment=parse_receipt(ledger.receipt(conn, rows[0].index)),
        blocks=tuple(blocks),
        first=parse_receipt(ledger.receipt(conn, places[0], with_entry=False)) if places else None,
    )


def encode_absence(proof: AbsenceProof) -> bytes:
    """Returns the document."""
    return msgspec.json.format(msgspec.json.encode(proof), indent=2) + b"\n"


def verify_absence(data: bytes, key: str) -> VerificationReport:
    """Verify one proof. Raises InvalidInput for a bad key or what is not such a proof."""
    verifier, proof = parse_verifier(key), _parse(data)
    try:
        committed, recorded, covered, root = _committed(proof.commitment, verifier)
        places = _places(proof, committed)
    except Broken as broken:
        return _report(verifier, 0, b"", (), broken)
    about = f"{proof.role}:{proof.subject}"
    size, at = committed.size, datetime.fromtimestamp(recorded / 1000, UTC).isoformat(timespec="seconds")
    if places:
        shown = ", ".join(map(str, places[:20])) + (" …" if len(places) > 20 else "")
        said = Text(
            f"前 {size} 条（提交于 {at}）中，关于 {about} 的条目恰为 {len(places)} 条：{shown}；"
            f"在第 {places[0]} 号之前没有",
            f"Among the first {size} entries (committed at {at}) exactly {len(places)} are about {about}: {shown};"
            f" there is none before entry {places[0]}",
        )
    else:
        said = Text(
            f"前 {size} 条（提交于 {at}）中没有关于 {about} 的条目",
            f"Among the first {size} entries (committed at {at}) none is about {about}",
        )
    return _report(verifier, covered, root, (said,), None)


def _parse(data: bytes) -> AbsenceProof:
    try:
        proof = msgspec.json.decode(data, type=AbsenceProof)
        bytes.fromhex(proof.key + "".join(block.root for block in proof.blocks))
    except (msgspec.MsgspecError, ValueError) as error:
        raise InvalidInput(Text(f"不是主体证明：{error}", f"not a proof about a subject: {error}")) from error
    if proof.absence != ABSENCE_VERSION:
        raise InvalidInput(
            Text(f"不认识的证明版本 {proof.absence}", f"unknown version {proof.absence}"), field="absence"
        )
    return proof


def _committed(receipt: InclusionReceipt, verifier: Verifier) -> tuple[IndexCommitted, int, int, bytes]:
    """Returns the commitment, when it was recorded (UTC ms), size and root of its checkpoint. Raises Broken."""
    mark, where = open_mark(receipt.checkpoint, verifier, "checkpoint"), f"entry {receipt.index}"
    data = (receipt.entry or "").encode()
    path = [bytes.fromhex(step) for step in receipt.proof]
    if not verify_inclusion(leaf_hash(data), receipt.index, mark.size, path, mark.root):
        raise Broken(
            Text("索引的提交不在此日志中", "the commitment to the index is not in this log"), where, receipt.index
        )
    entry = decode_strict(data)
    if entry.kind != IndexCommitted.KIND:
        raise Broken(Text("该条目不是索引的提交", "the entry is no commitment to an index"), where, receipt.index)
    return event_of(entry.kind, data, IndexCommitted), entry.recorded, mark.size, mark.root


def _places(proof: AbsenceProof, committed: IndexCommitted) -> tuple[int, ...]:
    """Returns the entries about the subject. Raises Broken where the blocks do not show them."""
    key = bytes.fromhex(proof.key)
    if key_digest(key) != committed.key:
        raise Broken(Text("HMAC 密钥与提交不符", "the HMAC key is not the one committed to"), "key")
    try:
        return places_shown(
            subject_key(key, proof.role, proof.subject),
            committed.size,
            bytes.fromhex(committed.root),
            proof.blocks,
        )
    except ValueError as error:
        raise Broken(Text(f"索引不能证明此结论：{error}", f"the index does not show it: {error}"), "blocks") from error


def _report(
    verifier: Verifier, covered: int, root: bytes, proven: tuple[Text, ...], broken: Broken | None
) -> VerificationReport:
    return VerificationReport(
        sound=broken is None,
        origin=verifier.name,
        entries=1,
        covered=covered,
        checkpoints=0 if broken else 1,
        root=root.hex(),
        proven=proven,
        not_proven=(report.no_outside_witness(held=True), report.CONTENT, report.INDEX),
        problem=None if broken is None else broken.problem,
    )
