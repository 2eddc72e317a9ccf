"""What a pack must hold to, from the archive to the last disclosed value. Format: docs/decisions/0046."""

import base64
import hmac
import json
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from anbao.prove.pack.standalone.archive import read_archive
from anbao.prove.pack.standalone.certificates import read_pem
from anbao.prove.pack.standalone.der import malformed
from anbao.prove.pack.standalone.notes import NoteKey, SignedRoot, cosigned, included, open_signed, read_key, read_root
from anbao.prove.pack.standalone.refusal import PackRefused
from anbao.prove.pack.standalone.timestamp import check_token

FORMAT = 1
"""Version of the pack's format that is understood."""

_ALONE = ("manifest.json", "manifest.note", "outside/manifest.json")
"""Files that stand in no list of files."""

_COMMITMENT = re.compile(r"commit:[A-Za-z0-9_-]{43}")

Files = dict[str, bytes]


class Sentence(NamedTuple):
    """A sentence in Chinese and in English."""

    zh: str
    en: str


class PackReport(NamedTuple):
    """What was found: ``problem`` is the first thing that does not hold, None for a sound pack."""

    about: str
    entries: int
    proven: list[Sentence]
    not_proven: list[Sentence]
    problem: Sentence | None

    @property
    def sound(self) -> bool:
        """Whether everything holds."""
        return self.problem is None


def check_pack(data: bytes, key: str = "", roots: bytes = b"") -> PackReport:
    """Returns what a pack proves. ``key``: the log's verifier key; ``roots``: PEM of the authorities that one trusts.

    Without them those in the pack are used, and the report says so.
    """
    report = PackReport("", 0, [], [], None)
    try:
        return _checked(data, key, roots)
    except PackRefused as refused:
        return report._replace(problem=Sentence(refused.zh, refused.en))
    except (KeyError, IndexError, TypeError, ValueError, RecursionError) as error:
        why = f"{type(error).__name__}: {error}"[:200]
        return report._replace(
            problem=Sentence(f"证据包的内容不合格式（{why}）", f"what the pack holds does not fit its format ({why})")
        )


def _checked(data: bytes, key: str, roots: bytes) -> PackReport:
    files = read_archive(data)
    for name in (*_ALONE, "key.txt", "checkpoint.txt", "checkpoint.note", "proofs.json", "disclosures.json"):
        if name not in files:
            raise PackRefused(f"证据包缺少 {name}", f"the pack lacks {name}")
    manifest = _json(files, "manifest.json")
    if manifest["pack"] != FORMAT:
        raise PackRefused("证据包的格式版本不认识", "the pack is of a version that this program does not know")
    verifier = read_key(key or files["key.txt"].decode())
    _check_manifest(files, verifier)
    _check_files(files, manifest, _json(files, "outside/manifest.json"))
    signed = _check_checkpoint(files, manifest, verifier)
    entries = _check_entries(files, manifest, signed)
    opened, withheld = _check_disclosures(files, entries)
    held, missing = _check_attachments(files, entries)
    proven = [
        Sentence(
            f"{verifier.name} 签署了本包清单：清单所列文件无改动、增删、替换",
            f"{verifier.name} signed the list of files: none was altered, added, removed or replaced",
        ),
        Sentence(
            f"{len(entries)} 条存证条目均在日志前 {signed.size} 条之内，逐条有包含证明",
            f"All {len(entries)} entries stand among the first {signed.size} of the log, each by its inclusion proof",
        ),
        Sentence(
            f"披露的 {opened} 个个人字段与条目中的承诺值相符；另有 {withheld} 个未披露，均已列明依据",
            f"{opened} disclosed personal fields are what the entries committed to; {withheld} are withheld, each with"
            " its basis",
        ),
        Sentence(f"{held} 个附件与其散列值相符", f"{held} attachments fit their digests"),
    ]
    unproven = [
        Sentence(
            "条目所述是否属实、与此事有关的条目是否都在包内，不在证明之列",
            "Not proven: that what entries say is true, or that every entry about this matter is in the pack",
        )
    ]
    if missing:
        unproven.append(Sentence(f"{missing} 个附件不在包内，只有散列值", f"{missing} attachments are not in the pack"))
    if not key:
        unproven.append(
            Sentence(
                "验证密钥取自包内；请与另行取得的密钥比对",
                "Not proven: whose key this is. It was taken from the pack; compare it with one obtained elsewhere",
            )
        )
    _check_outside(files, roots, proven, unproven)
    return PackReport(str(manifest["about"]), len(entries), proven, unproven, None)


def _json(files: Files, name: str) -> Any:
    try:
        return json.loads(files[name], object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise PackRefused(f"{name} 不是有效的 JSON", f"{name} is not valid JSON") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers may take different ones of two equal keys."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _check_manifest(files: Files, verifier: NoteKey) -> None:
    stated = f"anbao evidence pack v1\n{verifier.name}\n{sha256(files['manifest.json']).hexdigest()}\n"
    if open_signed(files["manifest.note"].decode(), verifier) != stated:
        raise PackRefused("清单被改动：与签署的清单不符", "the list of files was altered: it is not what was signed")


def _check_files(files: Files, manifest: Any, outside: Any) -> None:
    listed = {str(one["path"]): str(one["sha256"]) for one in (*manifest["files"], *outside["files"])}
    if len(listed) != len(manifest["files"]) + len(outside["files"]):
        raise PackRefused("清单中有文件重复", "a file is listed twice")
    if any(not str(one["path"]).startswith("outside/") for one in outside["files"]):
        raise PackRefused("外部清单列了别处的文件", "the outside list names files that lie elsewhere")
    for name, digest in listed.items():
        if name not in files:
            raise PackRefused(f"缺少清单所列的 {name}", f"{name} is listed and missing")
        if sha256(files[name]).hexdigest() != digest:
            raise PackRefused(f"{name} 被改动：与清单不符", f"{name} was altered: it does not fit the list of files")
    for name in files:
        if name not in listed and name not in _ALONE:
            raise PackRefused(f"{name} 不在清单中：是后加的", f"{name} is not listed: it was added")


def _check_checkpoint(files: Files, manifest: Any, verifier: NoteKey) -> SignedRoot:
    text = open_signed(files["checkpoint.note"].decode(), verifier)
    signed = read_root(text)
    if text.encode() != files["checkpoint.txt"]:
        raise PackRefused("检查点的文本与签名的不同", "the text of the checkpoint is not the one that was signed")
    if (signed.origin, signed.size, signed.root.hex()) != (manifest["origin"], manifest["size"], manifest["root"]):
        raise PackRefused(
            "检查点与清单所述的日志不符：是另一个日志，或同一日志的分叉",
            "the checkpoint is not that of the manifest: it is of another log, or of a fork of this one",
        )
    if signed.origin != verifier.name:
        raise PackRefused("检查点属于另一个日志", "the checkpoint belongs to another log")
    return signed


def _check_entries(files: Files, manifest: Any, signed: SignedRoot) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    proofs = {int(one["index"]): one for one in _json(files, "proofs.json")}
    indexes = [int(one) for one in manifest["entries"]]
    if indexes != sorted(set(indexes)) or indexes != list(proofs):
        raise PackRefused("条目缺失、多出或次序有误", "entries are missing, inserted or out of order")
    for index in indexes:
        name = entry_path(index)
        if name not in files:
            raise PackRefused(f"第 {index} 号条目被删去", f"entry {index} was deleted")
        proof = [bytes.fromhex(step) for step in proofs[index]["path"]]
        if not included(sha256(b"\x00" + files[name]).digest(), index, proof, signed):
            raise PackRefused(
                f"第 {index} 号条目不在签署的日志中：被改动、插入或换位",
                f"entry {index} is not in the signed log: it was altered, inserted or reordered",
            )
        found[index] = files[name]
    if extra := [name for name in files if name.startswith("entries/") and name not in set(map(entry_path, found))]:
        raise PackRefused(f"{extra[0]} 没有证明：是插入的", f"{extra[0]} has no proof: it was inserted")
    return found


def entry_path(index: int) -> str:
    """Returns where an entry lies in a pack."""
    return f"entries/{index:012d}.json"


def commitments_of(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yields each commitment in an entry with its place as a JSON pointer (RFC 6901)."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from commitments_of(one, f"{place}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from commitments_of(one, f"{place}/{number}")
    elif isinstance(value, str) and _COMMITMENT.fullmatch(value):
        yield place, value


def _check_disclosures(files: Files, entries: dict[int, bytes]) -> tuple[int, int]:
    """Returns how many commitments are opened and how many withheld; each must be one of both."""
    stated = _json(files, "disclosures.json")
    opened = {str(one["commitment"]): one for one in stated["opened"]}
    withheld = {str(one["commitment"]): one for one in stated["withheld"]}
    both = opened.keys() & withheld.keys()
    if both or len(opened) + len(withheld) != len(stated["opened"]) + len(stated["withheld"]):
        raise PackRefused("同一个人字段列了两次", "a personal field is listed twice")
    for commitment, one in opened.items():
        message = f"{one['field']}\0{one['value']}".encode()
        made = hmac.new(bytes.fromhex(one["salt"]), message, sha256).digest()
        if commitment != "commit:" + base64.urlsafe_b64encode(made).decode().rstrip("="):
            raise PackRefused(
                f"披露的 {one['field']} 与条目中的承诺值不符：值、盐或字段被调换",
                f"the disclosed {one['field']} is not what the entry committed to: value, salt or field was swapped",
            )
    places: dict[str, list[str]] = {}
    for index, data in entries.items():
        for place, commitment in commitments_of(json.loads(data)):
            places.setdefault(commitment, []).append(f"{index}{place}")
    for commitment, where in places.items():
        one = opened.get(commitment) or withheld.get(commitment)
        if one is None:
            raise PackRefused(
                f"条目 {where[0]} 的个人字段既未披露也未说明",
                f"the personal field {where[0]} is passed over in silence",
            )
        if one["places"] != where:
            raise PackRefused(
                f"{one['field']} 所称的位置与条目不符", f"the {one['field']} does not stand where the pack says"
            )
    if stray := (opened.keys() | withheld.keys()) - places.keys():
        raise PackRefused("披露了条目中没有的字段", f"a disclosed field stands in no entry: {sorted(stray)[0]}")
    if any(not one["basis"]["zh"] for one in (*opened.values(), *withheld.values())):
        raise PackRefused("有个人字段未写明依据", "a personal field is listed without its basis")
    return len(opened), len(withheld)


def _check_attachments(files: Files, entries: dict[int, bytes]) -> tuple[int, int]:
    """Returns how many attachments are in the pack and how many are not."""
    held = missing = 0
    for one in _json(files, "attachments.json"):
        digest = str(one["sha256"])
        if not any(digest.encode() in entries.get(int(index), b"") for index in one["entries"]):
            raise PackRefused(f"没有条目提到附件 {digest}", f"no entry names the attachment {digest}")
        if one["path"] is None:
            missing += 1
            continue
        if sha256(files[one["path"]]).hexdigest() != digest:
            raise PackRefused(
                f"附件 {one['path']} 被替换：与条目所记散列值不符",
                f"the attachment {one['path']} was replaced: it does not fit the digest in the entry",
            )
        held += 1
    return held, missing


def _check_outside(files: Files, roots: bytes, proven: list[Sentence], unproven: list[Sentence]) -> None:
    note = files.get("outside/checkpoint.note", files["checkpoint.note"]).decode()
    if note.rpartition("\n\n")[0] + "\n" != files["checkpoint.txt"].decode():
        raise PackRefused("副署的是另一个检查点", "the witnesses cosigned another checkpoint")
    trusted = read_pem(roots or b"".join(data for name, data in files.items() if name.endswith(".pem")))
    tokens = [name for name in files if name.startswith("outside/timestamps/") and name.endswith(".tsr")]
    for name in tokens:
        try:
            stamped = check_token(files[name], files["checkpoint.txt"], trusted)
        except (IndexError, ValueError):
            raise malformed() from None
        when = stamped.when.strftime("%Y-%m-%dT%H:%M:%SZ")
        proven.append(
            Sentence(
                f"时间戳：这些条目在 {when} 之前已存在（根证书 SHA-256 {stamped.root}）",
                f"Timestamp: these entries existed before {when} (root certificate SHA-256 {stamped.root})",
            )
        )
    if not tokens:
        unproven.append(
            Sentence(
                "没有外部时间戳：时间只是经营者自己的陈述",
                "Not proven: when. There is no outside timestamp; times are the operator's own word",
            )
        )
    elif not roots:
        unproven.append(
            Sentence(
                "根证书取自包内；请与时间戳机构公布的比对",
                "Not proven: whose timestamp it is. The root was taken from the pack; compare it with the authority's",
            )
        )
    seen = 0
    for line in files.get("outside/witnesses.txt", b"").decode().splitlines():
        witness = read_key(line)
        if (at := cosigned(note, witness)) is not None:
            seen += 1
            proven.append(
                Sentence(
                    f"见证人 {witness.name} 于 {at:%Y-%m-%dT%H:%M:%SZ} 副署了检查点",
                    f"The witness {witness.name} cosigned the checkpoint at {at:%Y-%m-%dT%H:%M:%SZ}",
                )
            )
    if not seen:
        unproven.append(
            Sentence(
                "没有见证人副署：不能排除向他人出示了另一版本的日志",
                "Not proven: that others were shown the same log. No witness cosigned it",
            )
        )
