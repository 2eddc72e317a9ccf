"""Who opens personal values: each place is named here with its purpose, so that a new one cannot be forgotten.

The purposes of a person (deciding a case, an authority's request) are entries of their own; those of the software are
the entry that the reading is for (个人信息保护法 6, 51; GB/T 35273-2020, 7.1).
"""

import ast
from pathlib import Path

import anbao

OPENING = frozenset({"reveal", "opening", "opened", "opened_values", "values", "values_of", "open_noun", "altered"})
"""Methods of the vault that give values in the clear or look at them."""

UNRECORDED = "no entry says so"
"""A reading over an interface that only reads, or by the software for itself: `docs/explanation/privacy.md` has it."""

PURPOSES = {
    "assist/disclosure.py:_open": (
        "a person's answer to an asker or an authority",
        "disclosure.given, authority.answered",
    ),
    "assist/dossier.py:_record": (
        "records of a trade handed to its buyer (evidence.given), and shown again later",
        UNRECORDED,
    ),
    "assist/letters.py:newest": (
        "the letter that its asker was sent, shown again",
        UNRECORDED,
    ),
    "cases/statements.py:_words": (
        "a person decides a case or a complaint",
        "case.read, complaint.read",
    ),
    "controls/service.py:_person": (
        "who is in charge of a control",
        UNRECORDED,
    ),
    "delivery/service.py:_payload": (
        "a letter or an effect leaves for the platform",
        "effect.delivered, or the entry of its failure",
    ),
    "prevent/merchants/file.py:open_sealed": (
        "the software checks a merchant's file, or reports it to the authority",
        "the entry of the verification, change or report",
    ),
    "prevent/replay.py:_replay_message": (
        "a decision on a message is made again and compared",
        UNRECORDED,
    ),
    "prove/integrity.py:quick_problems": (
        "values are compared with their commitments, and shown to nobody",
        "control.probed",
    ),
    "prove/pack/disclosure.py:disclose": (
        "an evidence pack opens what its reader may see",
        "pack.made, with reader, purpose and the fields opened",
    ),
    "prove/persons.py:_carry_out": (
        "stored answers with a person's values are found",
        "person.erased",
    ),
    "remove/reports.py:_merchant": (
        "a report to the authority names the merchant",
        "report.drafted",
    ),
    "warn/placing.py:_content": (
        "an order that is sent again is compared with what was recorded",
        "order.updated, or nothing where it is the same",
    ),
}
"""Where values are opened, for what, and which entry says so."""

SOURCE = Path(anbao.__file__).parent


def openings() -> set[str]:
    """Module and function of every call of a vault's method that opens values, outside the vault itself."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith("ledger/vault"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                calls = [one for one in ast.walk(function) if isinstance(one, ast.Attribute) and one.attr in OPENING]
                if any("vault" in ast.unparse(one.value).lower() for one in calls):
                    found.add(f"{name}:{function.name}")
    return found


def test_every_place_that_opens_personal_values_states_its_purpose() -> None:
    assert openings() == PURPOSES.keys()


def test_what_is_read_without_an_entry_is_named_in_the_documentation() -> None:
    page = (Path(__file__).parent.parent / "docs/explanation/privacy.md").read_text(encoding="utf-8")
    unrecorded = [place for place, (_, entry) in PURPOSES.items() if entry == UNRECORDED]
    assert unrecorded
    assert [place for place in unrecorded if f"`{place}`" not in page] == []
