"""Witnesses cosign what is consistent and refuse forks: a real witness over HTTP, in the face of kills and lies."""

import os
import signal
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anbao.cli.root import run
from anbao.errors import InvalidInput, Tampered
from anbao.ledger import Signer, new_signer, open_checkpoint
from anbao.ledger.cosignature import WitnessSigner, parse_witness_key
from anbao.ledger.merkle import Frontier, consistency_proof, leaf_hash
from anbao.ledger.note import Checkpoint, format_checkpoint
from anbao.model.events.witnesses import CosigningFailed
from anbao.model.listing import Listing
from anbao.platform import Platform
from anbao.prove.witnesses import NewWitness
from anbao.store.bulk import sql
from anbao.witness.server import witness_server
from anbao.witness.state import WatchedLog, WitnessFile
from api_server import served
from helpers import Clock, seeded

TEN_MINUTES = 600


@contextmanager
def witnessing(file: Path, *keys: str, name: str = "witness.example/w1") -> Iterator[str]:
    """The address of a witness that watches logs of these verifier keys."""
    from anbao.ledger.note import parse_verifier

    watcher = WitnessFile(file)
    if not file.exists():
        watcher.create(name)
        for key in keys:
            watcher.watch(parse_verifier(key))
    server = witness_server(watcher, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def register(platform: Platform, file: Path, url: str) -> str:
    key = str(WitnessFile(file).signer().key)
    platform.witnesses.add(NewWitness(key=key, url=url), actor="li")
    return key


def test_a_growing_log_is_cosigned_and_the_served_checkpoint_carries_the_line(
    platform: Platform, tmp_path: Path, clock: Clock
) -> None:
    file = tmp_path / "w.db"
    with witnessing(file, str(platform.ledger.verifier)) as url:
        key = register(platform, file, url)
        for number in range(3):
            platform.submit_listing(Listing(id=f"L{number}", title="登山鞋"))
            assert platform.witnesses.ask_all() == []
        assert platform.witnesses.quorum_reached()
        size = WitnessFile(file).logs()[0].size
        [view] = platform.witnesses.views()
        assert (view.name, view.cosigned, view.failures) == ("witness.example/w1", size, 0)
        with served(platform.store.url) as server:
            assert server.platform.witnesses.ask_all() == []
            note = httpx.get(f"{server.url}/log/checkpoint").text
        size = open_checkpoint(note, platform.ledger.verifier).size
    assert parse_witness_key(key).cosigned_at(note) > 0
    open_checkpoint(note, platform.ledger.verifier)
    with pytest.raises(Tampered, match="is wrong"):
        parse_witness_key(key).cosigned_at(note.replace(f"\n{size}\n", f"\n{size + 1}\n", 1))


def test_it_is_asked_every_ten_minutes_while_anything_happens(platform: Platform, tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "w.db"
    with witnessing(file, str(platform.ledger.verifier)) as url:
        register(platform, file, url)
        platform.advance()
        first = WitnessFile(file).logs()[0].size
        assert first > 0
        clock.pass_seconds(TEN_MINUTES)
        platform.advance()
        platform.advance()
        second = WitnessFile(file).logs()[0].size
        platform.submit_listing(Listing(id="L1", title="登山鞋"))
        clock.pass_seconds(TEN_MINUTES)
        platform.advance()
        assert WitnessFile(file).logs()[0].size > second


def test_a_rewritten_log_signed_with_the_real_key_gets_no_cosignature(platform: Platform, tmp_path: Path) -> None:
    """Whoever holds database and key replaces the last entry and signs again: the witness knows another tree."""
    file = tmp_path / "w.db"
    with witnessing(file, str(platform.ledger.verifier)) as url:
        register(platform, file, url)
        platform.submit_listing(Listing(id="L1", title="登山鞋"))
        platform.witnesses.ask_all()
        known = WitnessFile(file).logs()[0]
        with platform.store.write() as conn:
            sql(conn, "DELETE FROM entry WHERE idx >= ?", (known.size - 1,))
            sql(conn, "DELETE FROM entry_subject WHERE idx >= ?", (known.size - 1,))
            sql(conn, "DELETE FROM checkpoint")
            sql(conn, "DELETE FROM tile")
            rows = sql(conn, "SELECT data FROM entry ORDER BY idx").all()
            _write_tiles(conn, [leaf_hash(bytes(data)) for (data,) in rows])
        platform.submit_listings([Listing(id=f"F{number}", title="棉毛巾") for number in range(4)])
        [why] = platform.witnesses.ask_all()
        assert "HTTP status 422" in why or "another tree" in why
        assert WitnessFile(file).logs()[0].root == known.root
        assert not platform.controls.try_one("witnesses").ok or platform.witnesses.views()[0].failures == 1
        with platform.reading() as conn:
            assert len(platform.ledger.newest(conn, CosigningFailed.KIND)) == 1


def _write_tiles(conn: object, leaves: list[bytes]) -> None:
    from anbao.ledger.tiles import extend
    from anbao.store import tables
    from anbao.store.bulk import upsert_many

    upsert_many(conn, tables.tile, ("level", "n", "hashes"), extend(0, {}, leaves))  # type: ignore[arg-type]


class MadeLog:
    """A log whose checkpoints the test makes itself, so that it can lie."""

    def __init__(self) -> None:
        self.signer: Signer = new_signer("made.example/log")

    def note(self, size: int, salt: str = "", signer: Signer | None = None) -> str:
        frontier = Frontier()
        for number in range(size):
            frontier.append(leaf_hash(f"{salt}{number}".encode()))
        return (signer or self.signer).sign(format_checkpoint(Checkpoint(self.signer.name, size, frontier.root())))


def submitted(url: str, note: str, old: int = 0, proof: tuple[bytes, ...] = ()) -> httpx.Response:
    head = "\n".join([f"old {old}", *(b64encode(one).decode() for one in proof)])
    return httpx.post(f"{url}/add-checkpoint", content=f"{head}\n\n{note}".encode())


def test_the_statuses_are_those_of_the_specification(tmp_path: Path) -> None:
    made, file = MadeLog(), tmp_path / "w.db"
    with witnessing(file, str(made.signer.verifier)) as url:
        assert submitted(url, made.note(5)).status_code == 200
        assert submitted(url, made.note(5), 5).status_code == 200, "the same again"
        for answer, status in (
            (submitted(url, made.note(7)), 409),  # it knows 5, not 0
            (submitted(url, made.note(5, "fork"), 5), 409),  # same size, another root
            (submitted(url, made.note(7, "fork"), 5), 422),  # no proof
            (submitted(url, made.note(7, "fork"), 5, (b"x" * 32, b"y" * 32)), 422),
            (submitted(url, made.note(3), 5), 400),  # shrunk
            (submitted(url, made.note(7, signer=new_signer("made.example/log")), 5), 403),
            (submitted(url, new_signer("other.example").sign("other.example\n1\n" + "A" * 43 + "=\n"), 0), 404),
            (httpx.post(f"{url}/add-checkpoint", content=b"junk"), 400),
            (httpx.post(f"{url}/add-checkpoint", content=b"old 5\n" + b"A" * 70_000), 413),
            (httpx.get(f"{url}/nothing"), 404),
        ):
            assert answer.status_code == status, answer.text
        stale = submitted(url, made.note(7))
        assert stale.text == "5\n"
        assert stale.headers["content-type"] == "text/x.tlog.size"
        assert httpx.get(f"{url}/key").text.strip() == str(WitnessFile(file).signer().key)
        assert WitnessFile(file).logs()[0].size == 5


def complete_subtree(leaves: list[bytes]) -> Callable[[int, int], bytes]:
    """Reads hashes of complete subtrees out of all leaves, as ``merkle.HashReader`` asks."""

    def read(height: int, place: int) -> bytes:
        frontier = Frontier()
        for leaf in leaves[place << height : (place + 1) << height]:
            frontier.append(leaf)
        return frontier.root()

    return read


class ForkedLog:
    """A log whose operator holds two continuations of what the witness knows, and submits both."""

    def __init__(self) -> None:
        self.signer: Signer = new_signer("made.example/log")
        self.leaves: list[bytes] = []

    def continuation(self, branch: str) -> tuple[list[bytes], str, tuple[bytes, ...]]:
        """Returns leaves, note and consistency proof of the log with one more entry, which differs by branch."""
        leaves = [*self.leaves, leaf_hash(f"{len(self.leaves)} {branch}".encode())]
        top = Frontier()
        for leaf in leaves:
            top.append(leaf)
        note = self.signer.sign(format_checkpoint(Checkpoint(self.signer.name, len(leaves), top.root())))
        return leaves, note, tuple(consistency_proof(len(self.leaves), len(leaves), complete_subtree(leaves)))

    def agree_with(self, known: WatchedLog) -> None:
        """Go on from what the witness has on disk, whichever branch that is."""
        for branch in ("left", "right"):
            leaves, note, _ = self.continuation(branch)
            if open_checkpoint(note, self.signer.verifier).root == known.root:
                self.leaves = leaves
        assert len(self.leaves) == known.size


@contextmanager
def witness_program(file: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A witness in a process of its own, and its address; it is killed when the context ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from anbao.cli import main; main()", "witness", "serve", "--port", "0", "--file",
         str(file)], stdout=subprocess.PIPE, text=True, env={**os.environ, "ANBAO_LANG": "en"},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip().removeprefix("witness at "), process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_after_kills_no_two_forks_are_ever_signed(tmp_path: Path) -> None:
    """Both forks are submitted for each size, and the process is killed in between: one root of a size is signed."""
    made, file, moments = ForkedLog(), tmp_path / "w.db", seeded("witness")
    WitnessFile(file).create("witness.example/w1")
    WitnessFile(file).watch(made.signer.verifier)
    key = WitnessFile(file).signer().key
    signed: dict[int, set[bytes]] = {}
    refused = killed = 0
    for _ in range(5):
        with witness_program(file) as (url, process):
            killer = threading.Timer(moments.uniform(0.05, 0.25), process.send_signal, [signal.SIGKILL])
            started = False
            while True:
                forks = [made.continuation(branch) for branch in ("left", "right")]
                moments.shuffle(forks)
                try:
                    for leaves, note, proof in forks:
                        answer = submitted(url, note, len(leaves) - 1, proof)
                        if answer.status_code == 200:
                            key.cosigned_at(note + answer.text)
                            checkpoint = open_checkpoint(note, made.signer.verifier)
                            signed.setdefault(checkpoint.size, set()).add(checkpoint.root)
                        else:
                            assert answer.status_code == 409
                            refused += 1
                except httpx.HTTPError:
                    killed += 1
                    break
                if not started:
                    killer.start()
                    started = True
                made.agree_with(WitnessFile(file).logs()[0])
            killer.join()
        known = WitnessFile(file).logs()[0]
        if known.size > len(made.leaves):
            made.agree_with(known)
    assert killed == 5
    assert len(signed) > 5
    assert refused > 5
    assert all(len(roots) == 1 for roots in signed.values()), "two roots of one size were signed"


def test_two_witnesses_make_a_quorum(platform: Platform, tmp_path: Path) -> None:
    first, second = tmp_path / "1.db", tmp_path / "2.db"
    platform.change_parameter("witness.quorum", 2, actor="li")
    log = str(platform.ledger.verifier)
    with witnessing(first, log, name="one.example") as one:
        with witnessing(second, log, name="two.example") as two:
            register(platform, first, one)
            register(platform, second, two)
            assert platform.witnesses.ask_all() == []
            assert platform.witnesses.quorum_reached()
        platform.submit_listing(Listing(id="L1", title="登山鞋"))
        [why] = platform.witnesses.ask_all()
        assert why.startswith("two.example: ConnectError")
        assert not platform.witnesses.quorum_reached()
        assert not platform.controls.try_one("witnesses").ok
    assert platform.submit_listing(Listing(id="L2", title="登山鞋")).decision.outcome


def test_keys_of_other_kinds_are_refused() -> None:
    signer = WitnessSigner("w.example", Ed25519PrivateKey.generate())
    assert str(parse_witness_key(str(signer.key))) == str(signer.key)
    for text in (str(new_signer("log.example").verifier), str(signer.key)[:-4], "junk", f"x{signer.key}"):
        with pytest.raises(InvalidInput, match="not the verifier key of a witness"):
            parse_witness_key(text)


def test_on_the_command_line(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANBAO_LANG", "en")
    file, key = tmp_path / "w.db", tmp_path / "log.key"
    assert run(["log", "key", "--store", store_url]) == 0
    key.write_text(capfd.readouterr().out, encoding="utf-8")
    assert run(["witness", "init", "w.example", "--file", str(file)]) == 0
    witness = capfd.readouterr().out.strip()
    assert run(["witness", "init", "w.example", "--file", str(file)]) == 2
    assert run(["witness", "watch", str(key), "--file", str(file)]) == 0
    with witnessing(file) as url:
        assert run(["witness", "add", witness, "--url", url, "--by", "li", "--store", store_url]) == 0
        assert run(["witness", "ask", "--store", store_url]) == 0
    capfd.readouterr()
    assert run(["witness", "status", "--file", str(file), "--format", "json"]) == 0
    assert '"size"' in capfd.readouterr().out
    assert run(["witness", "remove", "--name", "w.example", "--by", "li", "--store", store_url]) == 0
    assert run(["witness", "status", "--file", str(key)]) == 2
