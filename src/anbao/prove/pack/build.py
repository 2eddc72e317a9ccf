"""The files of a pack, in the order in which they depend on each other; the list of files and its signature last.

Invariant: the same matter, cut-off, reader and purpose give the same bytes, but for the folder ``outside/``.
"""

from hashlib import sha256
from importlib.resources import files as package_files
from typing import Any

import msgspec

from anbao.engine.core import Core
from anbao.law.deadlines import legal_day
from anbao.law.evidence import EvidenceRules
from anbao.ledger import open_checkpoint
from anbao.ledger.merkle import leaf_hash
from anbao.ledger.note import Checkpoint
from anbao.prove.pack.archive import write_archive
from anbao.prove.pack.attachments import Fetch, attachments_of
from anbao.prove.pack.collect import Matter
from anbao.prove.pack.content import PackContent, PackRequest, Replayer
from anbao.prove.pack.disclosure import Disclosure, disclose
from anbao.prove.pack.law import provisions_of
from anbao.prove.pack.outside import outside_files
from anbao.prove.pack.page import PageContent, listing_pages, write_index
from anbao.prove.pack.paper import write_paper
from anbao.prove.pack.single import single_file
from anbao.prove.pack.standalone.check import FORMAT, entry_path
from anbao.prove.pack.versions import versions_of
from anbao.store import Connection
from anbao.version import VERSION


class MadePack(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a pack, and what is recorded of it."""

    data: bytes
    digest: str
    disclosure: Disclosure
    entries: int
    manifest: str
    size: int


class ManifestFile(msgspec.Struct, frozen=True):
    """One file of the list."""

    path: str
    sha256: str
    size: int


class EntryProof(msgspec.Struct, frozen=True):
    """The inclusion proof of one entry (RFC 9162, 2.1.3), hashes in hex from the leaf upwards."""

    index: int
    leaf: str
    path: tuple[str, ...]


class PackManifest(msgspec.Struct, frozen=True, kw_only=True):
    """The file ``manifest.json``: what the pack is about and every file but those of ``outside/``."""

    about: str
    entries: tuple[int, ...]
    files: tuple[ManifestFile, ...]
    origin: str
    outside: str = "outside/manifest.json"
    pack: int = FORMAT
    program: str
    purpose: str
    reader: str
    root: str
    size: int
    until: int


class PackBuilder:
    """Makes packs of one store."""

    def __init__(self, core: Core, rules: EvidenceRules, replayer: Replayer) -> None:
        self._core = core
        self._rules = rules
        self._replayer = replayer

    def build(self, conn: Connection, matter: Matter, request: PackRequest, fetch: Fetch | None) -> MadePack:
        """Returns the pack. Raises Conflict where no checkpoint covers it or the signing key is not here."""
        ledger = self._core.ledger
        note = ledger.checkpoint_over(conn, matter.end)
        assert note is not None, "the caller makes a checkpoint"
        checkpoint = open_checkpoint(note, ledger.verifier)
        entries = [(line.entry, line.stored.data) for line in matter.lines]
        disclosure = disclose(conn, self._core.vault, self._rules, request.reader, entries, matter.owners)
        files = {entry_path(index): data for index, data in entries}
        files |= self._proofs(conn, entries, note, checkpoint)
        content, more = self._content(conn, matter, request, disclosure, fetch)
        files |= more
        files |= self._pages(conn, matter, request, checkpoint, content)
        files |= _tools()
        files["SHA256SUMS"] = _sums(files)
        manifest = _plain(self._manifest(matter, request, checkpoint, files))
        digest = sha256(manifest).hexdigest()
        signed = ledger.sign(f"anbao evidence pack v1\n{ledger.origin}\n{digest}\n")
        files |= {"manifest.json": manifest, "manifest.note": signed.encode()}
        data = write_archive(files | outside_files(conn, checkpoint.size))
        return MadePack(
            data=data,
            digest=sha256(data).hexdigest(),
            disclosure=disclosure,
            entries=len(entries),
            manifest=digest,
            size=checkpoint.size,
        )

    def _proofs(
        self, conn: Connection, entries: list[tuple[int, bytes]], note: str, checkpoint: Checkpoint
    ) -> dict[str, bytes]:
        ledger = self._core.ledger
        path_of = ledger.prover(conn, checkpoint.size)
        proofs = [
            EntryProof(index, leaf_hash(data).hex(), tuple(step.hex() for step in path_of(index)))
            for index, data in entries
        ]
        return {
            "checkpoint.note": note.encode(),
            "checkpoint.txt": (note.rpartition("\n\n")[0] + "\n").encode(),
            "key.txt": f"{ledger.verifier}\n".encode(),
            "proofs.json": _plain(proofs),
        }

    def _content(
        self, conn: Connection, matter: Matter, request: PackRequest, disclosure: Disclosure, fetch: Fetch | None
    ) -> tuple[PackContent, dict[str, bytes]]:
        attachments, attached = attachments_of(matter.lines, fetch)
        versions, artefacts = versions_of(conn, matter.lines)
        rule = self._rules.reader(request.reader)
        bases = [ref for basis in (*rule.opens, rule.otherwise, self._rules.erased) for ref in basis.provisions]
        provisions = provisions_of(self._core.pack, matter.lines, bases, legal_day(matter.until))
        made = (self._replayer(conn, line.entry, line.kind) for line in matter.lines)
        content = PackContent(
            attachments=attachments,
            disclosure=disclosure,
            provisions=provisions,
            replayed=[one for one in made if one is not None],
            versions=versions,
        )
        stated = {
            "attachments.json": _plain(attachments),
            "disclosures.json": _plain(disclosure),
            "law/provisions.json": _plain(provisions),
            "replay.json": _plain(content.replayed),
            "timeline.json": _plain([_shown(line) for line in matter.lines]),
            "versions.json": _plain(versions),
        }
        return content, attached | artefacts | stated

    def _pages(
        self, conn: Connection, matter: Matter, request: PackRequest, checkpoint: Checkpoint, content: PackContent
    ) -> dict[str, bytes]:
        pages = listing_pages(conn, matter.lines)
        shown = PageContent.of(self._core, self._rules, matter, request, checkpoint, content, pages)
        return {"index.html": write_index(shown), "index.pdf": write_paper(shown), **pages}

    def _manifest(
        self, matter: Matter, request: PackRequest, checkpoint: Checkpoint, files: dict[str, bytes]
    ) -> PackManifest:
        listed = (ManifestFile(name, sha256(files[name]).hexdigest(), len(files[name])) for name in sorted(files))
        return PackManifest(
            about=":".join(matter.about),
            entries=tuple(line.entry for line in matter.lines),
            files=tuple(listed),
            origin=checkpoint.origin,
            program=VERSION,
            purpose=request.purpose,
            reader=request.reader,
            root=checkpoint.root.hex(),
            size=checkpoint.size,
            until=matter.until,
        )


def _shown(line: Any) -> dict[str, Any]:
    """A line of the timeline for programs; what the entry itself says stands in its file."""
    return {
        "actor": line.actor,
        "at": line.at,
        "entered_late": line.entered_late,
        "entry": line.entry,
        "file": entry_path(line.entry),
        "kind": line.kind,
        "owes": msgspec.to_builtins(line.owes),
        "recorded": line.recorded,
        "subjects": line.subjects,
        "title": msgspec.to_builtins(line.title),
    }


def _tools() -> dict[str, bytes]:
    """The verifier, and how to use it and others."""
    folder = package_files("anbao.prove.pack").joinpath("tools")
    return {
        "VERIFY.md": folder.joinpath("VERIFY.md").read_bytes(),
        "tools/anbao_verify.py": single_file(),
    }


def _sums(files: dict[str, bytes]) -> bytes:
    """For ``sha256sum -c``."""
    return "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def _plain(value: Any) -> bytes:
    """JSON with sorted keys, for people and programs."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1) + b"\n"
