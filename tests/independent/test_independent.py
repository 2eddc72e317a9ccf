"""What Anbao exports is verified by code that is not Anbao's; both refuse the same tamperings.

The other verifier is ``main.go`` over ``golang.org/x/mod`` as Debian ships it (packages ``golang`` and
``golang-golang-x-mod-dev``).
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from anbao.ledger import Signer, export, new_signer, open_ledger, parse_signer, seal, verify_directory
from anbao.ledger.export import bundle
from anbao.ledger.merkle import EMPTY_ROOT, Frontier, leaf_hash
from anbao.ledger.note import Checkpoint, format_checkpoint
from anbao.ledger.tiles import TILE_WIDTH, entries_path, extend, tile_path
from anbao.model.entry import Entry
from anbao.store import open_store

GO_SOURCES = Path("/usr/share/gocode")
ENTRIES = 100_000
EARLIER = 60_000
BATCH = 5_000


@pytest.fixture(scope="module")
def go_verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("go") is None or not (GO_SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("needs go and golang.org/x/mod (Debian: golang, golang-golang-x-mod-dev)")
    work = tmp_path_factory.mktemp("go")
    settings = {"GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOCACHE": str(work / "cache"), "GOFLAGS": ""}
    source = Path(__file__).with_name("main.go")
    program = work / "independent"
    subprocess.run(["go", "build", "-o", program, source], check=True, env=os.environ | settings)
    return program


class Exported:
    """An exported log, and the means of a forger: the signing key and an earlier checkpoint."""

    def __init__(self, directory: Path, signer: Signer, earlier: str) -> None:
        self.directory = directory
        self.signer = signer
        self.earlier = earlier

    def copy(self, directory: Path) -> "Exported":
        shutil.copytree(self.directory, directory)
        return Exported(directory, self.signer, self.earlier)

    def entries(self) -> list[bytes]:
        found = []
        for n in range(-(-ENTRIES // TILE_WIDTH)):
            data = (self.directory / entries_path(n, min(TILE_WIDTH, ENTRIES - n * TILE_WIDTH))).read_bytes()
            while data:
                end = 2 + int.from_bytes(data[:2], "big")
                found.append(data[2:end])
                data = data[end:]
        return found

    def rewrite(self, entries: list[bytes]) -> None:
        """Tiles and bundles that fit these entries; the checkpoint stays."""
        shutil.rmtree(self.directory / "tile")
        for level, n, hashes in extend(0, {}, [leaf_hash(data) for data in entries]):
            self._write(tile_path(level, n, len(hashes) // 32), hashes)
        for start in range(0, len(entries), TILE_WIDTH):
            some = entries[start : start + TILE_WIDTH]
            self._write(entries_path(start // TILE_WIDTH, len(some)), bundle(some))

    def sign(self, entries: list[bytes], signer: Signer) -> None:
        frontier = Frontier()
        for data in entries:
            frontier.append(leaf_hash(data))
        checkpoint = Checkpoint(signer.name, len(entries), frontier.root() if entries else EMPTY_ROOT)
        self._write("checkpoint", signer.sign(format_checkpoint(checkpoint)).encode())

    def _write(self, path: str, data: bytes) -> None:
        (self.directory / path).parent.mkdir(parents=True, exist_ok=True)
        (self.directory / path).write_bytes(data)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    work = tmp_path_factory.mktemp("log")
    signer = new_signer("shop.example/anbao")
    (work / "signing.key").write_text(signer.secret())
    store = open_store(f"sqlite:///{work / 'anbao.db'}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANBAO_SIGNING_KEY", str(work / "signing.key"))
        ledger = open_ledger(store)
    earlier = ""
    for start in range(0, ENTRIES, BATCH):
        sealed = [seal(entry(number)) for number in range(start, start + BATCH)]
        with store.write() as conn:
            ledger.append(conn, sealed)
            note = ledger.checkpoint(conn, start)
        if start + BATCH == EARLIER:
            earlier = note
    with store.read() as conn:
        export(conn, work / "out", ledger)
    store.close()
    return Exported(work / "out", parse_signer(signer.secret()), earlier)


def entry(number: int) -> Entry:
    return Entry(
        actor="platform",
        at=number,
        body={"number": number, "title": f"商品 {number}"},
        kind="listing.screened",
        recorded=number,
        subjects={"listing": f"l{number}"},
    )


def edit(log: Exported) -> None:
    entries = log.entries()
    entries[41_000] = entries[41_000].replace(b"41000", b"41001")
    log.rewrite(entries)


def delete(log: Exported) -> None:
    entries = log.entries()
    del entries[41_000]
    log.rewrite(entries)


def delete_and_pad(log: Exported) -> None:
    entries = log.entries()
    del entries[41_000]
    log.rewrite([*entries, entries[-1]])


def reorder(log: Exported) -> None:
    entries = log.entries()
    entries[41_000], entries[41_001] = entries[41_001], entries[41_000]
    log.rewrite(entries)


def truncate(log: Exported) -> None:
    """By the holder of the key: everything fits, only an earlier checkpoint shows it."""
    entries = log.entries()[: EARLIER - 1]
    log.rewrite(entries)
    log.sign(entries, log.signer)


def sign_with_another_key(log: Exported) -> None:
    log.sign(log.entries(), new_signer(log.signer.name))


def edit_one_bundle(log: Exported) -> None:
    path = log.directory / entries_path(160)
    path.write_bytes(path.read_bytes().replace(b"41000", b"41001"))


def edit_one_tile(log: Exported) -> None:
    path = log.directory / tile_path(1, 0)
    data = path.read_bytes()
    path.write_bytes(data[:32] + bytes(32) + data[64:])


def verdicts(log: Exported, go_verifier: Path, work: Path) -> tuple[bool, bool]:
    """(the Go verifier's, ours): whether the log is accepted, given the earlier checkpoint."""
    key, earlier = work / "key", work / "earlier"
    key.write_text(str(log.signer.verifier))
    earlier.write_text(log.earlier)
    done = subprocess.run(
        [go_verifier, "-earlier", earlier, log.directory, key], check=False, capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode == 0, verify_directory(log.directory, key.read_text(), log.earlier).sound


@pytest.mark.slow
def test_an_untouched_log_is_accepted_by_both(exported: Exported, go_verifier: Path, tmp_path: Path) -> None:
    assert verdicts(exported, go_verifier, tmp_path) == (True, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "tamper",
    [
        edit,
        delete,
        delete_and_pad,
        reorder,
        truncate,
        sign_with_another_key,
        edit_one_bundle,
        edit_one_tile,
    ],
)
def test_a_tampered_log_is_refused_by_both(
    exported: Exported, go_verifier: Path, tmp_path: Path, tamper: Callable[[Exported], None]
) -> None:
    forged = exported.copy(tmp_path / "forged")
    tamper(forged)
    assert verdicts(forged, go_verifier, tmp_path) == (False, False)
