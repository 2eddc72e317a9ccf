"""``anbao verify``: is the ledger what was signed? Offline, and without trusting the platform."""

from collections.abc import Sequence
from pathlib import Path

import click

from anbao import localfiles
from anbao.cli.common import require_store, store_option, t
from anbao.cli.output import echo_json, plain_console
from anbao.errors import InvalidInput
from anbao.ledger import VerificationReport, verify_absence, verify_directory, verify_receipt, verify_store
from anbao.prove.pack.standalone.check import check_pack
from anbao.store import open_store
from anbao.text import Text, system_language


@click.command(
    help=t("离线核验存证：存储、瓦片目录、回执或主体证明", "verify a store, a tile directory, a receipt or a proof")
)
@click.argument("pack", type=click.Path(path_type=Path), required=False)
@store_option
@click.option("--log", type=click.Path(path_type=Path), help=t("瓦片目录", "tile directory"))
@click.option("--receipt", type=click.Path(path_type=Path), help=t("回执文件", "receipt file"))
@click.option("--absence", type=click.Path(path_type=Path), help=t("主体证明文件", "proof about a subject"))
@click.option("--key", type=click.Path(path_type=Path), help=t("验证密钥文件", "file with the verifier key"))
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path),
    help=t("自己留存的较早检查点", "an earlier checkpoint that you stored"),
)
@click.option(
    "--ca",
    type=click.Path(path_type=Path),
    help=t("时间戳机构根证书（PEM），核验证据包时用", "root certificates of timestamp authorities (PEM), for a pack"),
)
@click.option("--json", "as_json", is_flag=True, help=t("以 JSON 输出报告", "print the report as JSON"))
def command(
    pack: Path | None,
    store_url: str | None,
    log: Path | None,
    receipt: Path | None,
    absence: Path | None,
    key: Path | None,
    checkpoint: Path | None,
    ca: Path | None,
    as_json: bool,
) -> int:
    """Exit status 0 sound, 1 tampered, 2 usage."""
    if pack is not None:
        return _verify_pack(pack, _text(key), b"" if ca is None else _bytes(ca), as_json)
    report = _verify(store_url, log, receipt, absence, _text(key), _text(checkpoint))
    if as_json:
        echo_json(report)
    else:
        _print(report)
    return 0 if report.sound else 1


def _verify_pack(pack: Path, key: str | None, roots: bytes, as_json: bool) -> int:
    """The same code as the single-file verifier in the pack."""
    found = check_pack(_bytes(pack), key or "", roots)
    if as_json:
        echo_json(
            {
                "about": found.about,
                "entries": found.entries,
                "not_proven": [one._asdict() for one in found.not_proven],
                "problem": found.problem and found.problem._asdict(),
                "proven": [one._asdict() for one in found.proven],
                "sound": found.sound,
            }
        )
        return 0 if found.sound else 1
    console = plain_console()
    if found.problem is None:
        console.print(f"[bold green]✓ {t('完好', 'sound')}[/]  {t('条目', 'entries')} {found.entries}  ", end="")
        console.print(found.about, markup=False)
    else:
        console.print(f"[bold red]✗ {t('核验不通过', 'refused')}[/]  ", end="")
        console.print(t(*found.problem), markup=False)
    _print_sentences([Text(*one) for one in found.proven], [Text(*one) for one in found.not_proven])
    return 0 if found.sound else 1


def _verify(
    store_url: str | None,
    log: Path | None,
    receipt: Path | None,
    absence: Path | None,
    key: str | None,
    checkpoint: str | None,
) -> VerificationReport:
    if log is not None:
        if not log.is_dir():
            raise InvalidInput(
                Text(f"没有这个目录：{log}", f"no such directory: {log}"),
                hint=Text("给出 anbao log export 写出的目录", "give a folder that anbao log export wrote"),
                field="log",
            )
        return verify_directory(log, key, checkpoint)
    for file, verify in ((receipt, verify_receipt), (absence, verify_absence)):
        if file is None:
            continue
        if key is None:
            raise InvalidInput(
                Text("核验回执、主体证明须有验证密钥", "verifying a receipt or a proof needs the verifier key"),
                hint=Text("加 --key 密钥文件", "add --key FILE"),
                field="key",
            )
        return verify(_bytes(file), key)
    store = open_store(require_store(store_url), create=False)
    try:
        return verify_store(store, key, checkpoint)
    finally:
        store.close()


def _print(report: VerificationReport) -> None:
    console = plain_console()
    if report.problem is None:
        console.print(f"[bold green]✓ {t('完好', 'sound')}[/]  {report.origin}")
    else:
        problem = report.problem
        place = problem.where if problem.entry is None else f"{problem.where}, {t('条目', 'entry')} {problem.entry}"
        console.print(f"[bold red]✗ {t('已被改动', 'tampered')}[/]  {problem.what.get(system_language())}  ({place})")
    console.print(
        t(
            "条目 {0} · 已签名覆盖 {1} · 检查点 {2}", "entries {0} · covered by a signature {1} · checkpoints {2}"
        ).format(report.entries, report.covered, report.checkpoints)
    )
    _print_sentences(report.proven, report.not_proven)


def _print_sentences(proven: Sequence[Text], not_proven: Sequence[Text]) -> None:
    console = plain_console()
    for heading, sentences in ((t("已证明", "Proven"), proven), (t("未证明", "Not proven"), not_proven)):
        if sentences:
            console.print(f"[bold]{heading}[/]")
            for sentence in sentences:
                console.print(f"  - {sentence.get(system_language())}", markup=False)


def _text(path: Path | None) -> str | None:
    return None if path is None else _bytes(path).decode("utf-8", "replace")


def _bytes(path: Path) -> bytes:
    return localfiles.read(path)
