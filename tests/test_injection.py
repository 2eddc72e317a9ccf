"""Stored text never steers a terminal, a spreadsheet or a log; a file that is no good is one line, not a traceback."""

import csv
import io
import json
import logging
import os
import stat
from pathlib import Path

import click
import pytest

from anbao.api.logs import SafeFormatter
from anbao.cli.root import root, run
from anbao.model.hazard import Fingerprint, Suspicion
from anbao.model.merchant import Merchant
from anbao.platform import open_platform
from anbao.printing import spreadsheet_cell, visible, visible_block, visible_json
from anbao.store.bulk import sql
from api_server import served

EVIL = "壶\x1b]8;;http://evil.example\x1b\\点我\x1b[2J\x9b31m\u202egpj.exe\u2066x\u2069\x07"
SAFE_PARTS = ("壶␛]8;;http://evil.example␛\\点我␛[2J\\x9b31m\\u202egpj.exe\\u2066x\\u2069␇",)
STEERING = ("\x1b]", "\x1b[2J", "\x9b", "\u202e", "\u2066", "\u2069", "\x07")


def assert_harmless(text: str) -> None:
    assert not [one for one in STEERING if one in text], repr(text)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain 中文", "plain 中文"),
        ("a\x1b[31mred", "a␛[31mred"),
        ("a\x9b31m", "a\\x9b31m"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("\u2068a\u2069", "\\u2068a\\u2069"),
        ("line\nforged\r\u2028\u2029", "line␊forged␍\\u2028\\u2029"),
        ("\x00\x7f", "␀␡"),
        ("\ud800", "\\ud800"),
        ("表情👍🏽 é", "表情👍🏽 é"),
    ],
)
def test_control_characters_are_shown(raw: str, shown: str) -> None:
    assert visible(raw) == shown


def test_a_block_keeps_its_lines() -> None:
    assert visible_block("a\tb\nc\x1b[0m") == "a\tb\nc␛[0m"


def test_json_has_escapes_and_the_same_value() -> None:
    value = {"标题": EVIL + "\x7f\u2028“”"}
    data = visible_json(json.dumps(value, ensure_ascii=False).encode())
    assert json.loads(data) == value
    assert_harmless(data.decode())
    assert "“”" in data.decode()


@pytest.mark.parametrize(
    "formula", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "－a", "＠x"]
)
def test_a_formula_becomes_text(formula: str) -> None:
    assert spreadsheet_cell(formula).startswith("'")


@pytest.mark.parametrize("value", ["-5", "+3.2", "3", "-1,200.50", "50%", "", "a=b", "纯棉T恤", "13800000000"])
def test_numbers_and_plain_text_stay(value: str) -> None:
    assert spreadsheet_cell(value) == value


@pytest.fixture
def stored(store_url: str) -> str:
    """A store in which a shop, a danger and a control's person have names that would steer a terminal."""
    with open_platform(store_url) as platform:
        shop = Merchant(
            id="m1",
            kind="person",
            legal_name="王小明",
            shop_name=EVIL,
            categories=("服装",),
            live_account="=cmd|' /C calc'!A0",
        )
        platform.run(lambda work: platform.prevent.merchants.apply(work, shop))
        for name, title in (("h1", EVIL), ("h2", "=HYPERLINK(1)")):
            danger = Suspicion(
                fingerprints=(Fingerprint(kind="brand", value=EVIL),), id=name, severity=4, source="own", title=title
            )
            platform.run(lambda work, danger=danger: platform.investigate.suspect(work, danger, actor=EVIL))  # type: ignore[misc]
    return store_url


COMMANDS = (
    ("merchant", "list"),
    ("merchant", "show", "m1"),
    ("hazard", "list"),
    ("hazard", "show", "h1"),
    ("case", "list"),
    ("obligations", "list"),
    ("control", "list"),
    ("warn", "list"),
    ("measure", "list"),
    ("log", "entries"),
    ("timeline", "h1"),
)


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_no_command_sends_stored_text_to_the_terminal_as_it_is(
    stored: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = ""
    for command in COMMANDS:
        status = run([*command, "--store", stored, "--format", form])
        told = capsys.readouterr()
        if command != ("timeline", "h1"):
            assert status in (0, 1), (command, told.err)
        assert_harmless(told.out)
        assert_harmless(told.err)
        seen += told.out + told.err
    assert "␛]8;;" in seen or "\\u001b]8;;" in seen, "no command showed the planted text at all"


def test_the_list_of_dangers_shows_what_would_have_steered(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["hazard", "list", "--store", stored]) == 0
    shown = "".join(capsys.readouterr().out.split())
    assert "壶␛]8;;http://evil.example␛\\点我␛[2J\\x9b31m\\u202egpj.exe\\u2066x\\u2069␇" in shown
    assert run(["hazard", "list", "--store", stored, "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0]["title"] == EVIL, "JSON keeps the value, as escapes"


def test_csv_rows_hold_no_formula(stored: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["hazard", "list", "--store", stored, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["title"] for row in rows][1] == "'=HYPERLINK(1)"
    assert rows[1]["severity"] == "4"


def test_screened_rows_hold_no_formula(sqlite_url: str, tmp_path: Path) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "out.csv"
    file.write_text("id,title\n=1+1,出售仿真枪\n-5,纯棉短袖\n", encoding="utf-8")
    assert run(["screen", str(file), "--store", sqlite_url, "--output", str(out), "--workers", "1"]) == 1
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert [row["listing"] for row in rows] == ["'=1+1", "-5"]


def test_errors_show_control_characters(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["hazard", "show", EVIL, "--store", sqlite_url]) == 2
    assert run(["screen", f"/nonexistent/{EVIL}.csv", "--store", sqlite_url]) == 2
    assert run([f"no-such-{EVIL}"]) == 2
    told = capsys.readouterr().err
    assert_harmless(told)
    assert told.count("\n") == 3


@pytest.mark.parametrize(("suffix", "first"), [("csv", "row,"), ("json", "["), ("jsonl", "{")])
def test_the_output_file_s_name_states_its_format(sqlite_url: str, tmp_path: Path, suffix: str, first: str) -> None:
    file, out = tmp_path / "in.csv", tmp_path / f"out.{suffix}"
    file.write_text("id,title\na,出售仿真枪\n", encoding="utf-8")
    assert run(["screen", str(file), "--store", sqlite_url, "--output", str(out), "--workers", "1"]) == 1
    written = out.read_text(encoding="utf-8-sig")
    assert written.startswith(first)
    assert "仿真枪" in written


@pytest.mark.parametrize("extra", [[], ["--format", "table"]])
def test_an_output_file_without_a_format_is_a_usage_error(
    sqlite_url: str, tmp_path: Path, extra: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "in.csv", tmp_path / "out.xlsx"
    file.write_text("id,title\na,出售仿真枪\n", encoding="utf-8")
    assert run(["screen", str(file), "--store", sqlite_url, "--output", str(out), *extra]) == 2
    assert not out.exists()
    assert "jsonl" in capsys.readouterr().err


READERS = (
    ("screen", "{}"),
    ("hazard", "import", "{}"),
    ("lexicon", "import", "{}"),
    ("policy", "import", "{}"),
    ("model", "import", "{}"),
    ("picture", "{}"),
    ("merchant", "apply", "{}"),
    ("merchant", "change", "m1", "{}"),
    ("message", "{}"),
    ("event", "{}"),
    ("order", "place", "{}"),
    ("order", "check", "{}"),
    ("notice", "shown", "{}"),
    ("notice", "acknowledged", "{}"),
    ("notice", "answered", "{}"),
    ("notice", "choice", "{}"),
    ("assist", "authority", "receive", "{}", "--by", "a"),
    ("assist", "ask", "{}"),
    ("verify", "--receipt", "{}", "--key", "{}"),
    ("verify", "--log", "{}"),
    ("witness", "watch", "{}"),
    ("witness", "status", "--file", "{}"),
    ("witness", "serve", "--file", "{}"),
    ("timestamp", "add", "one", "--url", "http://127.0.0.1:9/", "--roots", "{}"),
    ("verify", "--absence", "{}", "--key", "{}"),
    ("complaint", "file", "text", "--concern", "safety", "--attach", "{}"),
    ("complaint", "complete", "c1", "--by", "a", "--attach", "{}"),
    ("complaint", "outcome", "c1", "upheld", "--reason", "r", "--by", "a", "--attach", "{}"),
    ("complaint", "proceedings", "c1", "filed", "--by", "a", "--attach", "{}"),
    ("complaint", "statement", "c1", "text", "--by", "a", "--attach", "{}"),
)
WRITERS = (
    ("screen", "{in}", "--output", "{}"),
    ("screen", "{in}", "--report", "{}"),
    ("log", "export", "{}"),
    ("absence", "listing:L1", "--output", "{}"),
    ("pack", "listing:L1", "--for", "court", "--output", "{}"),
    ("witness", "init", "w.example", "--file", "{}"),
    ("merchant", "report", "--by", "a", "--out", "{}"),
    ("model", "export", "0000", "{}"),
    ("report", "show", "r1", "--html", "{}"),
    ("assist", "letter", "a1", "--html", "{}"),
)
LENIENT = {"picture", "complaint"}
"""Take bytes of any kind and say in a row what is wrong with them; for them only the path may be wrong."""


def commands_with_files() -> set[tuple[str, ...]]:
    """All commands that take a path."""
    found: set[tuple[str, ...]] = set()

    def walk(one: click.Command, path: tuple[str, ...]) -> None:
        if isinstance(one, click.Group):
            for name in one.list_commands(context):
                below = one.get_command(context, name)
                assert below is not None
                walk(below, (*path, name))
        elif any(isinstance(param.type, click.Path | click.File) for param in one.params):
            found.add(path)

    context = click.Context(root)
    walk(root, ())
    return found


def test_every_command_that_takes_a_path_is_tried_here() -> None:
    tried = READERS + WRITERS
    untried = {path for path in commands_with_files() if not any(one[: len(path)] == path for one in tried)}
    assert not untried


def bad_files(folder: Path) -> dict[str, Path]:
    made = {
        "missing": folder / "nothing.csv",
        "folder": folder / "folder.csv",
        "xlsx": folder / "book.xlsx",
        "binary": folder / "blob.bin",
        "empty": folder / "empty.csv",
        "nul": folder / "nul.csv",
    }
    made["folder"].mkdir()
    made["xlsx"].write_bytes(b"PK\x03\x04\x14\x00\x06\x00" + os.urandom(400))
    made["binary"].write_bytes(b"\x89\x00\xff\xfe" + bytes(range(256)) * 20)
    made["empty"].write_bytes(b"")
    made["nul"].write_bytes(b"\x00" * 64)
    return made


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_a_file_that_is_no_good_is_one_line(
    sqlite_url: str, tmp_path: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for kind, path in bad_files(tmp_path).items():
        arguments = [str(path) if one == "{}" else one for one in command]
        status = run([*arguments, *([] if command[0] in ("verify", "witness") else ["--store", sqlite_url])])
        told = capsys.readouterr()
        lines = told.err.strip().splitlines()
        assert "Traceback" not in told.err, (kind, told.err)
        if (kind == "empty" and status == 0) or (command[0] in LENIENT and kind not in ("missing", "folder")):
            continue
        assert status == 2, (kind, status, told.err)
        assert len(lines) == 1, (kind, lines)
        assert any(word in lines[0] for word in ("提示", "hint")), (kind, lines)


def test_a_report_that_cannot_be_written_is_reported_before_the_work(
    sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "in.csv"
    file.write_text("id,title\na,出售仿真枪\n", encoding="utf-8")
    for option, path in (
        ("--report", "/nonexistent/x.html"),
        ("--report", str(tmp_path)),
        ("--output", "/nonexistent/x.csv"),
        ("--output", "/proc/nothing/x.csv"),
    ):
        assert run(["screen", str(file), "--store", sqlite_url, option, path]) == 2
        told = capsys.readouterr().err
        assert len(told.strip().splitlines()) == 1, told
    with open_platform(sqlite_url) as platform, platform.reading() as conn:
        assert not list(platform.entries(conn, kind="listing.screened"))


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
@pytest.mark.parametrize("where", ["/proc/nothing/here", "{in}/below"])
def test_an_output_that_cannot_be_written_is_one_line(
    sqlite_url: str, tmp_path: Path, command: tuple[str, ...], where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "in.csv"
    file.write_text("id,title\na,出售仿真枪\n", encoding="utf-8")
    places = {"{in}": str(file), "{}": where.replace("{in}", str(file))}
    format_ = ["--format", "csv"] if "--output" in command else []
    assert run([*(places.get(one, one) for one in command), *format_, "--store", sqlite_url]) == 2
    told = capsys.readouterr().err
    assert len(told.strip().splitlines()) == 1, told


def test_a_store_that_is_no_database_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind, path in bad_files(tmp_path).items():
        if kind not in ("missing", "empty"):
            assert run(["hazard", "list", "--store", f"sqlite:///{path}"]) == 2, kind
            assert len(capsys.readouterr().err.strip().splitlines()) == 1, kind


def test_a_newline_in_a_path_begins_no_line_of_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    forged = "%0a2026-01-01 ERROR forged%0d%1b[2J%e2%80%a8x"
    with served(f"sqlite:///{tmp_path / 'anbao.db'}", checkpoint_every=3600) as server:
        client = server.client()
        with server.platform.store.write() as conn:
            sql(conn, "ALTER TABLE hazard RENAME TO elsewhere")
        caplog.clear()
        with caplog.at_level(logging.ERROR, "anbao.api"):
            assert client.get(f"/v1/hazards/x{forged}").status_code >= 500
    record = next(one for one in caplog.records if one.name == "anbao.api" and "forged" in one.getMessage())
    assert "\n" not in record.getMessage()
    assert_harmless(record.getMessage())


def test_the_server_s_log_is_one_line_a_record_whatever_an_error_says() -> None:
    try:
        raise ValueError("bad\n2026-01-01 ERROR forged\x1b[2J")
    except ValueError:
        import sys

        info = sys.exc_info()
    record = logging.LogRecord("anbao.api", logging.ERROR, "", 1, "path %s", ("a\nERROR forged",), info)
    lines = SafeFormatter("%(levelname)s %(message)s").format(record).split("\n")
    assert lines[0] == "ERROR path a␊ERROR forged"
    assert all(line.startswith("    | ") for line in lines[1:])
    assert_harmless("".join(lines))


def test_an_unavailable_store_names_nothing_of_itself(postgresql_server: str, caplog: pytest.LogCaptureFixture) -> None:
    import psycopg

    from conftest import fresh_database

    url = fresh_database(postgresql_server)
    name = url.split("?")[0].rsplit("/", 1)[1]
    with served(url, checkpoint_every=3600) as server:
        anonymous, known = server.anonymous(), server.client()
        assert known.get("/v1/hazards").status_code == 200
        server.platform.store.close()
        with psycopg.connect(postgresql_server, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
            admin.execute(
                b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%b'" % name.encode()
            )
        for client, path in (
            (anonymous, "/health"),
            (anonymous, "/log/checkpoint"),
            (known, "/v1/hazards"),
            (known, "/metrics"),
        ):
            answer = client.get(path)
            assert answer.status_code == 503, (path, answer.text)
            for secret in (name, "postgres", "127.0.0.1", "localhost", "/tmp", "psycopg", "connection"):
                assert secret not in answer.text, (path, answer.text)
            assert answer.json()["instance"] in caplog.text
        assert name in caplog.text, "the log has the details"
        with psycopg.connect(postgresql_server, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_store_and_outputs_are_for_their_owner_only(tmp_path: Path) -> None:
    file, out, report = tmp_path / "in.csv", tmp_path / "out.csv", tmp_path / "report.html"
    file.write_text("id,title\na,出售仿真枪\n", encoding="utf-8")
    before = os.umask(0)
    try:
        database = tmp_path / "new.db"
        url = f"sqlite:///{database}"
        with open_platform(url) as platform:
            from anbao.connect.storage import storage_for

            storage_for(url).put(b"a picture")
            platform.checkpoint()
            for name in ("new.db", "new.db-wal", "new.db-shm", "new.db-gate"):
                assert mode(tmp_path / name) == 0o600, name
        assert run(["screen", str(file), "--store", url, "--output", str(out), "--report", str(report)]) == 1
    finally:
        os.umask(before)
    assert mode(tmp_path / "new.db.objects") == 0o700
    assert mode(out) == mode(report) == 0o600


def test_the_doctor_names_files_that_others_can_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "old.db"
    url = f"sqlite:///{database}"
    open_platform(url).close()
    assert run(["doctor", "--store", url]) == 0
    assert "chmod" not in capsys.readouterr().out
    database.chmod(0o644)
    assert run(["doctor", "--store", url]) == 1
    told = capsys.readouterr().out
    assert "chmod 600" in told
    assert "old.db" in told
