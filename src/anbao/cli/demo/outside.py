"""The end of the demo: a checkpoint stamped and cosigned, an evidence pack, a forged copy refused, a person erased."""

import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anbao.cli.common import t
from anbao.cli.demo.printer import DemoPrinter
from anbao.model.complaint import Complaint, Reporter
from anbao.platform import Platform
from anbao.prove.pack.standalone.check import PackReport, check_pack
from anbao.prove.timestamps import NewAuthority
from anbao.prove.witnesses import NewWitness
from anbao.simulator.timestamping import openssl_is_here, stamping_authority
from anbao.text import system_language
from anbao.witness.server import witness_server
from anbao.witness.state import WitnessFile

NAME, PHONE = "欧阳示例", "13900001234"


def print_outside(printer: DemoPrinter, platform: Platform, folder: Path, complaint: str) -> None:
    """What others say of the log, and what a lawyer hands in. ``complaint``: the one that the story began with."""
    printer.chapter("提交法院", "Handed to a court")
    with _witness(platform, folder / "witness.db") as url:
        platform.witnesses.add(
            NewWitness(key=str(WitnessFile(folder / "witness.db").signer().key), url=url), actor="demo"
        )
        if not openssl_is_here():
            printer.note(t("本机没有 openssl，未演示时间戳", "openssl is not installed: no timestamp is shown"))
            _print_pack(printer, platform, complaint, b"")
        else:
            with stamping_authority(folder / "authority") as authority:
                added = NewAuthority(name="demo", roots=authority.roots, url=authority.url)
                platform.timestamps.add(added, actor="demo")
                _print_pack(printer, platform, complaint, authority.roots.encode())
            platform.timestamps.remove("demo", actor="demo")
        platform.witnesses.remove(name="demo.example/witness", actor="demo")
    _print_erasure(printer, platform)


@contextmanager
def _witness(platform: Platform, file: Path) -> Iterator[str]:
    """The address of a witness of this log, which another party would run."""
    watcher = WitnessFile(file)
    watcher.create("demo.example/witness")
    watcher.watch(platform.ledger.verifier)
    server = witness_server(watcher, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _print_pack(printer: DemoPrinter, platform: Platform, complaint: str, roots: bytes) -> None:
    made = platform.packs.make(f"complaint:{complaint}", "court", actor="demo")
    printer.say(
        f"证据包：{made.entries} 条条目，披露 {made.opened} 个个人字段，{made.withheld} 个未披露并列明依据",
        f"an evidence pack: {made.entries} entries, {made.opened} personal fields disclosed, {made.withheld} withheld"
        " with the basis",
    )
    key = str(platform.ledger.verifier)
    sound = check_pack(made.data, key, roots)
    for one in sound.proven:
        if "timestamp" in one.en.lower() or "witness" in one.en.lower():
            printer.note(one.zh if system_language() == "zh" else one.en)
    printer.say(f"核验：{_said(sound)}", f"verified: {_said(sound)}")
    forged = check_pack(_with_another_page(made.data), key, roots)
    printer.say(f"改动首页后：{_said(forged)}", f"with its first page changed: {_said(forged)}")


def _said(report: PackReport) -> str:
    if report.problem is None:
        return t("完好", "sound")
    return t("拒绝，", "refused, ") + (report.problem.zh if system_language() == "zh" else report.problem.en)


def _with_another_page(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as honest, zipfile.ZipFile(out, "w") as forged:
        for name in honest.namelist():
            body = honest.read(name)
            forged.writestr(name, body.replace("投诉".encode(), "表扬".encode()) if name == "index.html" else body)
    return out.getvalue()


def _print_erasure(printer: DemoPrinter, platform: Platform) -> None:
    """Somebody who only complained asks to be erased: no retention norm holds what they said of themselves."""
    about, reporter = "https://shop.example/service", Reporter(name=NAME, phone=PHONE)
    filed = platform.investigate.complaints.file(
        Complaint(concern="service", link=about, reporter=reporter, source="consumer", text="客服态度不好"),
        actor="demo",
    )
    platform.checkpoint()
    answer = platform.persons.erase(f"complaint:{filed.receipt}", reason=t("本人申请", "they asked"), actor="demo")
    platform.advance()
    platform.checkpoint()
    report = platform.verify()
    verdict = t("完好", "sound") if report.sound else t("被改动", "tampered")
    printer.say(
        f"投诉人申请删除个人信息：第 {answer.entry} 号条目记下删除；此后核验全部 {report.entries:,} 条：{verdict}",
        f"a complainant is erased on request, as entry {answer.entry} says; all {report.entries:,} entries verify"
        f" afterwards: {verdict}",
    )
