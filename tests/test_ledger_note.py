"""Signed notes: the example of Go's sumdb/note, and everything that must be refused."""

import base64

import pytest

from anbao.errors import InvalidInput, Tampered
from anbao.ledger.note import (
    Checkpoint,
    format_checkpoint,
    new_signer,
    open_checkpoint,
    open_note,
    parse_checkpoint,
    parse_signer,
    parse_verifier,
)

PETER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The key, text and signature of the package documentation of golang.org/x/mod/sumdb/note."""


def test_the_published_example_is_read_and_made_again() -> None:
    signer, verifier = parse_signer(PETER), parse_verifier(PETER_PUBLIC)
    text = open_note(PETER_NOTE, [verifier])
    assert str(signer.verifier) == PETER_PUBLIC
    assert signer.secret() == PETER
    assert signer.sign(text) == PETER_NOTE


def test_signatures_of_unknown_keys_are_ignored_and_known_ones_all_checked() -> None:
    log, witness = new_signer("log.example"), new_signer("witness.example")
    note = log.sign("log.example\n0\n\n")
    both = note + witness.sign("log.example\n0\n\n").rpartition("\n\n")[2]
    assert open_note(both, [log.verifier]) == open_note(both, [log.verifier, witness.verifier])
    wrong = note + witness.sign("another text\n").rpartition("\n\n")[2]
    assert open_note(wrong, [log.verifier])
    with pytest.raises(Tampered):
        open_note(wrong, [log.verifier, witness.verifier])


def test_a_note_without_a_known_signature_is_refused() -> None:
    note = new_signer("log.example").sign("text\n")
    with pytest.raises(Tampered):
        open_note(note, [new_signer("log.example").verifier])


def test_an_altered_text_is_refused() -> None:
    with pytest.raises(Tampered):
        open_note(PETER_NOTE.replace("answer", "ANSWER"), [parse_verifier(PETER_PUBLIC)])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— name\n",
        "text\n\n— name !!!!\n",
        "text\n\nname AAAAAAAA\n",
        "te\txt\n\n— name AAAAAAAA\n",
        "text\n\n— name AAAAAAAA",
        "text\n\n" + "— name AAAAAAAA\n" * 101,
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(InvalidInput):
        open_note(note, [])


@pytest.mark.parametrize(
    "key",
    [
        "",
        "name",
        PETER_PUBLIC.replace("c74f20a3", "c74f20a4"),
        PETER_PUBLIC.replace("PeterNeumann", "Peter Neumann"),
        PETER_PUBLIC[:-4],
        "name+00000000+" + base64.b64encode(b"\x02" + b"0" * 32).decode(),
    ],
)
def test_bad_verifier_keys_are_refused(key: str) -> None:
    with pytest.raises(InvalidInput):
        parse_verifier(key)


def test_bad_signer_keys_are_refused() -> None:
    for key in (PETER_PUBLIC, PETER.replace("c74f20a3", "c74f20a4")):
        with pytest.raises(InvalidInput):
            parse_signer(key)
    with pytest.raises(InvalidInput):
        new_signer("a name")


def test_checkpoints_round_trip_and_may_carry_extensions() -> None:
    checkpoint = Checkpoint("log.example", 7, bytes(range(32)))
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint
    assert parse_checkpoint(format_checkpoint(checkpoint) + "extension\n") == checkpoint


@pytest.mark.parametrize(
    "text", ["a\n1\n", "a\n01\nAAAA\n", "a\n-1\n" + "A" * 43 + "=\n", "a\n1\nAAAA\n", "\n1\n" + "A" * 43 + "=\n"]
)
def test_bad_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_checkpoint(text)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    signer = new_signer("log.example")
    note = signer.sign(format_checkpoint(Checkpoint("other.example", 0, b"\0" * 32)))
    with pytest.raises(Tampered):
        open_checkpoint(note, signer.verifier)
