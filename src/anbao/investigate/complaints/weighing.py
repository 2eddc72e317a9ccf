"""How grave a complaint is, whether others reported the same, and whether it looks false or organised. Pure.

Two texts are alike by the share of their runs of three characters that they have in common (Jaccard), estimated from
the smallest hashes of each; what is stored of a text is that sketch, not the text.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from zlib import crc32

from anbao.investigate.complaints.rules import ComplaintRules, Facts, NoticeNeeds, Table
from anbao.model.complaint import Complaint, Danger, Track, Triage
from anbao.model.events.complaints import ComplaintReceived

_RUN = 3
_SKETCH = 128
_RANK: dict[Danger, int] = {"life": 3, "health": 2, "property": 1, "": 0}


def triage(complaint: Complaint, rules: ComplaintRules, table: Table, *, lexicon: int, life_health: bool) -> Triage:
    """Weigh a complaint; ``lexicon`` is the worst severity that the screening lexicon finds in its text."""
    text = _fold(complaint.text).lower()
    found = [(group.danger, word) for group in rules.words for word in group.words if _folded(word) in text]
    danger: Danger = max((one for one, _ in found), key=_RANK.__getitem__, default="")
    weight = table.weigh(
        Facts(
            danger=danger,
            harmed=complaint.harmed,
            authority=complaint.source == "authority",
            lexicon=lexicon,
            life_health=life_health,
            concern=complaint.concern,
        )
    )
    return Triage(
        danger=danger,
        hazard=weight.hazard,
        lexicon=lexicon,
        reasons=weight.reasons,
        severity=weight.severity,
        table=table.digest,
        words=tuple(sorted({word for _, word in found})),
    )


def track_of(complaint: Complaint) -> Track:
    """Whether the complaint is a notice of infringement, and of which kind."""
    return "ip" if complaint.concern == "infringement" else "tort" if complaint.concern == "tort" else ""


def lacking(complaint: Complaint | ComplaintReceived, needs: NoticeNeeds) -> tuple[str, ...]:
    """Returns what a notice needs and this one does not hold, be its values open or sealed."""
    who = complaint.reporter
    held = {
        "identity": bool(who and who.name and (who.contact or who.phone)),
        "proof": bool(complaint.proof or complaint.attachments),
        "right": bool(complaint.right.strip()),
        "target": bool(complaint.listing or complaint.merchant or complaint.message or complaint.link),
    }
    return tuple(need for need in needs.needs if not held[need])


def text_key(text: str) -> str:
    """The same for texts that differ in width, case, script and marks only."""
    return sha256(_fold(text).encode()).hexdigest()[:32]


def sketch(text: str) -> bytes:
    """The smallest hashes of the text's runs of three characters, 4 bytes each, in order."""
    folded = _fold(text)
    runs = {folded[at : at + _RUN] for at in range(max(1, len(folded) - _RUN + 1))}
    smallest = sorted({crc32(run.encode()) for run in runs})[:_SKETCH]
    return b"".join(value.to_bytes(4, "big") for value in smallest)


def likeness(one: bytes, other: bytes) -> int:
    """How alike two sketched texts are, in permille."""
    left, right = _hashes(one), _hashes(other)
    union = sorted(left | right)[: max(_SKETCH, 1)]
    if not union:
        return 0
    return 1000 * sum(value in left and value in right for value in union) // len(union)


def likest(gist: bytes, others: Sequence[tuple[str, bytes]], least: int) -> tuple[str, int] | None:
    """The name of the likest other text and its likeness, where it is at least ``least`` permille."""
    best = max(((likeness(gist, other), name) for name, other in others), default=(0, ""))
    return (best[1], best[0]) if best[0] >= least else None


@cache
def _folded(word: str) -> str:
    return _fold(word).lower()


def _fold(text: str) -> str:
    from anbao.detect.likeness.fold import fold  # loads numpy and the tables

    return fold(text)


def _hashes(gist: bytes) -> set[int]:
    return {int.from_bytes(gist[at : at + 4], "big") for at in range(0, len(gist), 4)}
