"""Evidence packs: what each reader gets, that others can check it, and that what was tampered with is refused."""

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from anbao.cli.root import run
from anbao.errors import NotFound
from anbao.model.complaint import Complaint, Reporter
from anbao.model.events.prove import PackMade
from anbao.model.listing import Listing
from anbao.model.trade import Order
from anbao.platform import Platform, open_platform
from anbao.prove.pack.standalone.check import check_pack
from anbao.prove.timestamps import NewAuthority
from anbao.prove.witnesses import NewWitness
from anbao.simulator.timestamping import openssl_is_here, stamping_authority
from anbao.witness.state import WitnessFile
from api_server import served
from helpers import HOUR, Clock
from merchant_steps import MerchantSteps
from test_witnesses import witnessing

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def matter(sqlite_opened_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, str]]:
    """A store with a complaint of a buyer about a listing whose title is hostile, and the complaint's number."""
    file = tmp_path_factory.mktemp("matter") / "anbao.db"
    file.write_bytes(sqlite_opened_template.read_bytes())
    clock = Clock()
    with open_platform(f"sqlite:///{file}", clock=clock) as platform:
        MerchantSteps(platform, clock).company("M1")
        platform.submit_listing(Listing(id="L1", title="<script>alert(1)</script> 充电宝", merchant="M1"))
        platform.warn.place_order(Order(id="O1", listing="L1", buyer="u1", amount="10.00"), actor="platform")
        clock.now += HOUR
        filed = platform.investigate.complaints.file(
            Complaint(
                concern="safety",
                listing="L1",
                reporter=Reporter(buyer="u1", name="王小明", phone="13912345678"),
                source="consumer",
                text="充电时起火，烧伤了手",
            )
        )
        platform.advance()
        yield platform, filed.receipt


@pytest.fixture(scope="module")
def pack(matter: tuple[Platform, str]) -> bytes:
    platform, receipt = matter
    return platform.packs.make(f"complaint:{receipt}", "court", actor="li").data


def files_of(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            archive.writestr(name, files[name])
    return out.getvalue()


def standalone(data: bytes, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The verifier out of the pack, in a Python that sees neither Anbao nor any other package."""
    (folder / "pack.zip").write_bytes(data)
    (folder / "verify.py").write_bytes(files_of(data)["tools/anbao_verify.py"])
    command = [sys.executable, "-I", "-S", "verify.py", "pack.zip", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_pack_verifies_with_the_standard_library_alone(
    matter: tuple[Platform, str], pack: bytes, tmp_path: Path
) -> None:
    (tmp_path / "key.txt").write_text(str(matter[0].ledger.verifier))
    done = standalone(pack, tmp_path, "--key", "key.txt")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "未证明 · not proven" in done.stdout
    assert check_pack(pack, str(matter[0].ledger.verifier)).sound


def test_it_holds_the_matter_for_people_and_programs(matter: tuple[Platform, str], pack: bytes) -> None:
    files = files_of(pack)
    assert files["index.pdf"].startswith(b"%PDF")
    page = files["index.html"].decode()
    assert "烧伤了手" in page
    assert "<script" not in page.lower().replace("&lt;script", "")
    assert "电子商务法" in files["law/provisions.json"].decode()
    assert any(name.startswith("artefacts/lexicon-") for name in files)
    assert any(name.startswith("pages/") for name in files)
    replayed = json.loads(files["replay.json"])
    assert replayed
    for name in re.findall(r'href="([^":#]+)"', page):
        assert name in files, f"the index links to {name}, which is not in the pack"
    sums = files["SHA256SUMS"].decode().splitlines()
    assert len(sums) >= len(files) - 6


def test_the_same_matter_and_cut_off_give_the_same_bytes(matter: tuple[Platform, str]) -> None:
    platform, receipt = matter
    until = platform.clock()
    assert isinstance(platform.clock, Clock)
    platform.clock.now += HOUR
    first, second = (platform.packs.make(f"complaint:{receipt}", "court", until=until, actor="li") for _ in range(2))
    assert first.data == second.data
    assert first.digest == second.digest
    assert first.entry != second.entry


def test_who_made_what_for_whom_is_an_entry(matter: tuple[Platform, str]) -> None:
    platform, receipt = matter
    made = platform.packs.make(f"complaint:{receipt}", "consumer", actor="zhang", purpose="（2026）沪01民初1号")
    with platform.reading() as conn:
        stored = platform.ledger.entry(conn, made.entry)
        event = stored.event(PackMade)
    assert (stored.actor, event.reader, event.digest) == ("zhang", "consumer", made.digest)
    assert event.purpose == "（2026）沪01民初1号"


def test_each_reader_sees_only_what_that_role_may_see(matter: tuple[Platform, str]) -> None:
    platform, receipt = matter
    opened = {}
    for reader in ("court", "counterparty", "authority", "consumer"):
        data = platform.packs.make(f"complaint:{receipt}", reader, actor="li").data
        assert check_pack(data).sound
        opened[reader] = b"".join(files_of(data).values())
    assert b"13912345678" in opened["court"]
    assert b"13912345678" not in opened["counterparty"]
    assert "王小明".encode() not in opened["counterparty"]


def _edit_entry(files: Files) -> None:
    name = next(name for name in files if name.startswith("entries/"))
    files[name] = files[name].replace(b'"actor"', b'"actoR"', 1)


def _delete_entry(files: Files) -> None:
    del files[next(name for name in files if name.startswith("entries/"))]


def _insert_entry(files: Files) -> None:
    name = sorted(name for name in files if name.startswith("entries/"))[-1]
    files[name.replace("entries/0", "entries/9")] = files[name]


def _swap_entries(files: Files) -> None:
    first, second = sorted(name for name in files if name.startswith("entries/"))[:2]
    files[first], files[second] = files[second], files[first]


def _swap_value(files: Files) -> None:
    files["disclosures.json"] = files["disclosures.json"].replace(b"13912345678", b"13800000000")


def _edit_page(files: Files) -> None:
    files["index.html"] = files["index.html"].replace("起火".encode(), "完好".encode())


def _edit_with_sums(files: Files) -> None:
    """The attacker mends the manifest, too; only the log's key could sign it."""
    import hashlib

    _edit_page(files)
    manifest = json.loads(files["manifest.json"])
    for one in manifest["files"]:
        if one["path"] == "index.html":
            one["sha256"] = hashlib.sha256(files["index.html"]).hexdigest()
    files["manifest.json"] = json.dumps(manifest).encode()


def _foreign_stamp(files: Files) -> None:
    files["outside/timestamps/01.tsr"] = b"\x30\x03\x02\x01\x00"


def _other_checkpoint(files: Files) -> None:
    files["checkpoint.txt"] = files["checkpoint.txt"].replace(b"\n", b"\n9", 1)


@pytest.mark.parametrize(
    "attack",
    [
        _edit_entry,
        _delete_entry,
        _insert_entry,
        _swap_entries,
        _swap_value,
        _edit_page,
        _edit_with_sums,
        _foreign_stamp,
        _other_checkpoint,
    ],
)
def test_what_was_tampered_with_is_refused_with_the_reason(
    pack: bytes, tmp_path: Path, attack: Callable[[Files], None]
) -> None:
    files = files_of(pack)
    attack(files)
    forged = packed(files)
    assert forged != pack
    report = check_pack(forged)
    assert report.problem is not None
    assert report.problem.zh
    assert report.problem.en
    done = standalone(forged, tmp_path)
    assert done.returncode == 1
    assert report.problem.en in done.stdout
    assert "Traceback" not in done.stderr


def test_hostile_archives_are_refused(pack: bytes) -> None:
    files = files_of(pack)
    for name in ("../evil", "/etc/evil", "a\\evil", "entries/../../evil"):
        assert check_pack(packed({**files, name: b"x"})).problem is not None
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("index.html", b"another")
    assert check_pack(out.getvalue()).problem is not None
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr("bomb", bytes(300_000_000))
    assert check_pack(bomb.getvalue()).problem is not None
    for junk in (b"", b"PK\x03\x04", pack[: len(pack) // 2]):
        assert check_pack(junk).problem is not None


def test_another_key_is_refused(pack: bytes) -> None:
    from anbao.ledger import new_signer

    assert check_pack(pack, str(new_signer("anbao.local/other").verifier)).problem is not None


@pytest.mark.skipif(not openssl_is_here(), reason="openssl is not installed")
def test_it_is_stamped_and_cosigned_before_it_is_made(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "w.db"
    with stamping_authority(tmp_path / "tsa") as tsa, witnessing(file, str(platform.ledger.verifier)) as url:
        platform.timestamps.add(NewAuthority(name="../tsa", roots=tsa.roots, url=tsa.url), actor="li")
        platform.witnesses.add(NewWitness(key=str(WitnessFile(file).signer().key), url=url), actor="li")
        platform.submit_listing(Listing(id="L1", title="登山鞋"))
        made = platform.packs.make("listing:L1", "court", actor="li")
        report = check_pack(made.data, str(platform.ledger.verifier), tsa.roots.encode())
        assert report.sound
        said = " ".join(one.en for one in report.proven)
        assert "Timestamp: these entries existed before" in said
        assert "The witness witness.example/w1 cosigned the checkpoint" in said
        with stamping_authority(tmp_path / "other") as other:
            foreign = check_pack(made.data, str(platform.ledger.verifier), other.roots.encode())
            assert foreign.problem is not None
        (tmp_path / "roots.pem").write_text(tsa.roots)
        done = standalone(made.data, tmp_path, "--ca", "roots.pem")
        assert done.returncode == 0, done.stdout
        files = files_of(made.data)
        (tmp_path / "c.txt").write_bytes(files["checkpoint.txt"])
        (tmp_path / "t.tsr").write_bytes(files["outside/timestamps/01.tsr"])
        command = ["openssl", "ts", "-verify", "-data", "c.txt", "-in", "t.tsr", "-CAfile", "roots.pem"]
        assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


def test_over_http_and_on_the_command_line(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANBAO_LANG", "en")
    with open_platform(store_url) as platform:
        platform.submit_listing(Listing(id="L1", title="登山鞋"))
        with pytest.raises(NotFound):
            platform.packs.make("listing:L7", "court", actor="li")
    file = tmp_path / "p.zip"
    assert run(["pack", "listing:L1", "--for", "court", "-o", str(file), "--by", "li", "--store", store_url]) == 0
    capfd.readouterr()
    assert run(["verify", str(file)]) == 0
    with served(store_url) as server:
        client = server.client("officer", "read")
        answer = client.post("/v1/packs", json={"about": "listing:L1", "for": "authority"})
        assert answer.status_code == 201
        assert check_pack(answer.content, str(server.platform.ledger.verifier)).sound
        assert client.post("/v1/packs", json={"about": "listing:L1", "for": "anyone"}).status_code == 400
        assert client.post("/v1/packs", json={"about": "listing:L7", "for": "court"}).status_code == 404
    file.write_bytes(packed({**files_of(file.read_bytes()), "more": b""}))
    assert run(["verify", str(file)]) == 1
