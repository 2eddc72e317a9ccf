"""``anbao screen``: rows in, rows out, in order; once each, whatever happens in between."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import msgspec
import polars
import pytest

import anbao
from anbao.cli.root import run
from anbao.connect import bulk
from anbao.connect.bulk import screen_file
from anbao.connect.files import open_source
from anbao.connect.output import Sink
from anbao.connect.rows import RowFormat
from anbao.detect.text import Lexicon
from anbao.model.events.prevent import ListingScreenedEvent
from helpers import until

LEXICON = (
    "term,category,severity,provision\n仿真枪,weapon.firearm,5,cn.ecommerce_law.13\n改装电瓶,electrical,3,\n".encode()
)
TITLES = ["纯棉短袖", "出售仿真枪 包邮", "改装电瓶 48V", "登山鞋"]


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    path = tmp_path / "lexicon.csv"
    path.write_bytes(LEXICON)
    return path


@pytest.fixture
def platform(store_url: str) -> Iterator[anbao.Platform]:
    with anbao.open(store_url) as opened:
        opened.activate_lexicon(opened.import_lexicon(Lexicon.from_csv(LEXICON)))
        yield opened


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 100 rows, 8 to a commit, so that a short file has several commits."""
    monkeypatch.setattr(bulk, "ROWS_PER_CHUNK", 100)


def jsonl(path: Path, count: int, bad: tuple[int, ...] = ()) -> Path:
    rows = []
    for number in range(count):
        title = "" if number in bad else TITLES[number % len(TITLES)]
        rows.append(
            msgspec.json.encode({"id": f"L{number}", "title": title, "description": "新款" * 20, "价格": "9.9"})
        )
    path.write_bytes(b"\n".join(rows) + b"\n")
    return path


def screened(platform: anbao.Platform) -> list[str]:
    with platform.reading() as conn:
        return [stored.entry().subjects["listing"] for stored in platform.entries(conn, kind=ListingScreenedEvent.KIND)]


def test_the_command_keeps_its_contract(
    store_url: str, lexicon: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["lexicon", "import", str(lexicon), "--activate", "--store", store_url]) == 0
    file, output = jsonl(tmp_path / "in.jsonl", 8), tmp_path / "out.jsonl"
    command = [
        "screen",
        str(file),
        "--store",
        store_url,
        "--workers",
        "1",
        "--format",
        "jsonl",
        "--output",
        str(output),
    ]
    assert run(command) == 1
    rows = [msgspec.json.decode(line) for line in output.read_bytes().splitlines()]
    assert [row["row"] for row in rows] == list(range(1, 9))
    assert [row["outcome"] for row in rows[:4]] == ["pass", "block", "review", "pass"]
    assert rows[0]["findings"] == []
    assert rows[0]["extra"] == {"价格": "9.9"}
    [found] = rows[1]["findings"]
    assert found["surface"] == TITLES[1][found["start"] : found["end"]] == "仿真枪"
    expected = {
        "detector",
        "term",
        "category",
        "severity",
        "field",
        "start",
        "end",
        "surface",
        "provisions",
        "source",
        "channel",
        "seen",
        "seen_start",
        "seen_end",
        "context",
        "lowered_from",
    }
    assert set(found) == expected
    assert found["provisions"] == ["cn.ecommerce_law.13"]
    assert len({row["entry"] for row in rows}) == 8
    capfd.readouterr()
    assert run(["verify", "--store", store_url]) == 0
    assert run(["replay", "--all", "--store", store_url]) == 0
    assert run(["doctor", "--store", store_url]) == 0


def test_nothing_found_is_status_0(sqlite_opened_url: str, lexicon: Path, tmp_path: Path) -> None:
    file = tmp_path / "titles.txt"
    file.write_text("纯棉短袖\n登山鞋\n", encoding="utf-8")
    run(["lexicon", "import", str(lexicon), "--activate", "--store", sqlite_opened_url])
    assert run(["screen", str(file), "--store", sqlite_opened_url, "--workers", "1"]) == 0


def test_a_missing_file_is_status_2(sqlite_opened_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["screen", str(tmp_path / "none.csv"), "--store", sqlite_opened_url]) == 2
    assert "none.csv" in capfd.readouterr().err


def test_without_a_store_the_hint_says_how(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANBAO_STORE", raising=False)
    assert run(["screen", str(jsonl(tmp_path / "in.jsonl", 1))]) == 2
    assert "--store" in capfd.readouterr().err


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_give_the_same_rows_in_the_same_order(
    platform: anbao.Platform, small_chunks: None, tmp_path: Path, workers: int
) -> None:
    file, output = jsonl(tmp_path / "in.jsonl", 350, bad=(7, 300)), tmp_path / "out.jsonl"
    summary = screen_file(platform, open_source(file), Sink("jsonl", output), workers=workers)
    rows = [msgspec.json.decode(line) for line in output.read_bytes().splitlines()]
    assert [row["row"] for row in rows] == list(range(1, 351))
    held = [row for row in rows if "unjudged" in row]
    assert [(row["row"], row["outcome"], row["unjudged"][0]["reason"]) for row in held] == [
        (8, "review", "no_title"),
        (301, "review", "no_title"),
    ]
    assert (summary.rows, summary.errors, summary.unjudged) == (350, 0, 2)
    assert not summary.complete
    assert [error.row for error in summary.bad_rows] == [8, 301]
    assert screened(platform) == [f"L{n}" for n in range(350)]
    assert platform.verify().sound
    assert platform.obligation_differences() == []


class Stop(Exception):
    """Stands for an interrupt."""


@pytest.mark.parametrize("form", ["jsonl", "json", "csv"])
def test_an_interrupted_run_goes_on_without_doubles(
    platform: anbao.Platform, small_chunks: None, tmp_path: Path, form: RowFormat
) -> None:
    file, output = jsonl(tmp_path / "in.jsonl", 900), tmp_path / "out"

    def stop(_progress: object) -> None:
        raise Stop

    with pytest.raises(Stop):
        screen_file(platform, open_source(file), Sink(form, output), on_progress=stop)
    assert 0 < len(screened(platform)) < 900
    summary = screen_file(platform, open_source(file), Sink(form, output))
    assert summary.rows == 900
    assert screened(platform) == [f"L{n}" for n in range(900)]
    written = output.read_bytes()
    if form == "json":
        numbers = [row["row"] for row in msgspec.json.decode(written)]
    elif form == "jsonl":
        numbers = [msgspec.json.decode(line)["row"] for line in written.splitlines()]
    else:
        numbers = [int(row["row"]) for row in csv.DictReader(io.StringIO(written.decode("utf-8-sig")))]
    assert numbers == list(range(1, 901))
    known: list[bool] = []
    again = screen_file(platform, open_source(file), Sink(form, output), on_known=lambda: known.append(True))
    assert again.rows == 900
    assert known
    assert len(screened(platform)) == 900
    assert output.read_bytes() == written
    screen_file(platform, open_source(file), Sink(form, output), restart=True)
    assert len(screened(platform)) == 1_800


def test_a_lexicon_changed_during_a_run_takes_effect_for_what_comes_after(
    platform: anbao.Platform, small_chunks: None, tmp_path: Path
) -> None:
    file, output = jsonl(tmp_path / "in.jsonl", 1_200), tmp_path / "out.jsonl"
    stricter = Lexicon.from_csv("term,category,severity\n登山鞋,test,5\n".encode())
    digest = platform.import_lexicon(stricter)
    changed: list[int] = []

    def change(_progress: object) -> None:
        if not changed:
            changed.append(platform.activate_lexicon(digest))

    screen_file(platform, open_source(file), Sink("jsonl", output), on_progress=change)
    rows = [msgspec.json.decode(line) for line in output.read_bytes().splitlines()]
    for row in rows[3::4]:
        assert row["outcome"] == ("block" if row["entry"] > changed[0] else "pass")


def test_a_finished_file_is_screened_again_when_the_rules_or_the_output_changed(
    platform: anbao.Platform, tmp_path: Path
) -> None:
    file, output = jsonl(tmp_path / "in.jsonl", 4), tmp_path / "out.jsonl"
    screen_file(platform, open_source(file), Sink("jsonl", output))
    output.unlink()
    screen_file(platform, open_source(file), Sink("jsonl", output))
    assert len(screened(platform)) == 8
    stricter = Lexicon.from_csv("term,category,severity\n登山鞋,test,5\n".encode())
    platform.activate_lexicon(platform.import_lexicon(stricter))
    screen_file(platform, open_source(file), Sink("jsonl", output))
    assert len(screened(platform)) == 12
    assert [msgspec.json.decode(line)["outcome"] for line in output.read_bytes().splitlines()][3] == "block"


def test_csv_and_parquet_with_chinese_headers(platform: anbao.Platform, tmp_path: Path) -> None:
    table = {"商品ID": ["a", "b"], "商品标题": ["登山鞋", "仿真枪"], "类目": ["服装", ""], "店铺": ["m1", "m1"]}
    polars.DataFrame(table).write_parquet(tmp_path / "in.parquet")
    polars.DataFrame(table).write_csv(tmp_path / "in.csv")
    for name in ("in.parquet", "in.csv"):
        output = tmp_path / f"{name}.jsonl"
        screen_file(platform, open_source(tmp_path / name), Sink("jsonl", output))
        rows = [msgspec.json.decode(line) for line in output.read_bytes().splitlines()]
        assert [(row["listing"], row["outcome"]) for row in rows] == [("a", "pass"), ("b", "block")]


def test_the_html_report_is_written(sqlite_opened_url: str, lexicon: Path, tmp_path: Path) -> None:
    run(["lexicon", "import", str(lexicon), "--activate", "--store", sqlite_opened_url])
    report = tmp_path / "report.html"
    file = jsonl(tmp_path / "in.jsonl", 20)
    assert run(["screen", str(file), "--store", sqlite_opened_url, "--workers", "1", "--report", str(report)]) == 1
    text = report.read_text(encoding="utf-8")
    assert "仿真枪" in text
    assert "<svg" in text


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the process table of Linux")
def test_workers_end_when_their_parent_is_killed(sqlite_opened_url: str, tmp_path: Path) -> None:
    import signal
    import subprocess
    import sys

    def children(parent: int) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    file = jsonl(tmp_path / "in.jsonl", 20_000)
    command = [
        str(Path(sys.executable).parent / "anbao"),
        "screen",
        str(file),
        "--store",
        sqlite_opened_url,
        "--workers",
        "2",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: len(children(process.pid)) >= 2 or process.poll() is not None, 60)
    workers = children(process.pid)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), 20)


def test_a_report_bears_with_provisions_that_the_pack_does_not_hold(sqlite_opened_url: str, tmp_path: Path) -> None:
    words = tmp_path / "words.csv"
    words.write_text("term,category,severity,provision\n登山鞋,own.category,4,our.rules.7\n", encoding="utf-8")
    run(["lexicon", "import", str(words), "--activate", "--store", sqlite_opened_url])
    report = tmp_path / "report.html"
    file = jsonl(tmp_path / "in.jsonl", 8)
    assert run(["screen", str(file), "--store", sqlite_opened_url, "--workers", "1", "--report", str(report)]) == 1
    assert "our.rules.7" in report.read_text(encoding="utf-8")
