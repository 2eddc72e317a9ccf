"""The command line of the single-file verifier."""

import argparse
import json
import sys
from pathlib import Path

from anbao.prove.pack.standalone.check import PackReport, check_pack

_MOST = (1 << 30) + 1


def main(arguments: list[str]) -> int:
    """Returns the exit status: 0 sound, 1 refused, 2 used wrongly."""
    parser = argparse.ArgumentParser(prog="anbao_verify.py", description="核验证据包 · verify an evidence pack")
    parser.add_argument("pack", type=Path, help="证据包 · the pack (.zip)")
    parser.add_argument("--key", type=Path, help="另行取得的验证密钥文件 · file with the verifier key, from elsewhere")
    parser.add_argument("--ca", type=Path, help="时间戳机构根证书 PEM · root certificates of timestamp authorities")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 · print JSON")
    given = parser.parse_args(arguments)
    try:
        with given.pack.open("rb") as file:
            data = file.read(_MOST)
        key = given.key.read_text(encoding="utf-8") if given.key else ""
        roots = given.ca.read_bytes() if given.ca else b""
    except (OSError, UnicodeDecodeError) as error:
        print(f"无法读取 · cannot read: {error}", file=sys.stderr)
        return 2
    report = check_pack(data, key, roots)
    print(_as_json(report) if given.json else _as_text(report))
    return 0 if report.sound else 1


def _as_json(report: PackReport) -> str:
    said = report._asdict()
    said |= {name: [one._asdict() for one in said[name]] for name in ("proven", "not_proven")}
    said |= {"problem": report.problem and report.problem._asdict(), "sound": report.sound}
    return json.dumps(said, ensure_ascii=False, indent=2)


def _as_text(report: PackReport) -> str:
    if report.problem is not None:
        lines = ["✗ 核验不通过 · refused", f"  {report.problem.zh}", f"  {report.problem.en}"]
    else:
        lines = [f"✓ 核验通过 · sound  {report.about}"]
    for heading, sentences in (("已证明 · proven", report.proven), ("未证明 · not proven", report.not_proven)):
        if sentences:
            lines.append(heading)
            lines += [f"  - {one.zh}\n    {one.en}" for one in sentences]
    return "".join(
        mark if mark.isprintable() or mark == "\n" else "\N{REPLACEMENT CHARACTER}" for mark in "\n".join(lines)
    )
