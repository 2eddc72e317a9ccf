"""Pictures on the command line: one by one, and with the rows of a file."""

import csv
import json
import subprocess
from pathlib import Path
from typing import Protocol

import pytest

from anbao.connect.files.pictures import is_address, referred, split
from anbao.simulator.pictures import jpeg, product, with_qr, with_text


class Anbao(Protocol):
    """The command, run in a folder."""

    def __call__(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def anbao(warm: Path) -> Anbao:
    def call(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(warm / "anbao"), *arguments], cwd=cwd, capture_output=True, text=True, check=False)

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contact.jpg").write_bytes(jpeg(with_text(product(1), "WeChat: shop8818")))
    (tmp_path / "code.jpg").write_bytes(jpeg(with_qr(product(2), "https://u.example.com/x")))
    (tmp_path / "clean.jpg").write_bytes(jpeg(product(3)))
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    return tmp_path


def test_files_are_examined_and_nothing_is_entered(anbao: Anbao, folder: Path) -> None:
    done = anbao("picture", "contact.jpg", "code.jpg", "clean.jpg", "bad.jpg", "--format", "jsonl", cwd=folder)
    assert done.returncode == 1, done.stderr
    contact, code, clean, bad = map(json.loads, done.stdout.splitlines())
    assert contact["findings"][0]["text"] == "WeChat: shop8818"
    assert contact["findings"][0]["box"]["top"] > 600
    assert [one["category"] for one in code["findings"]] == ["picture.code", "contact.link"]
    assert (clean["outcome"], clean["findings"], len(clean["pdq"])) == ("pass", [], 64)
    assert bad["problem"] == "unknown_format"
    assert sorted(path.name for path in folder.iterdir()) == ["bad.jpg", "clean.jpg", "code.jpg", "contact.jpg"]
    assert anbao("picture", "clean.jpg", "--no-text", cwd=folder).returncode == 0


def test_fingerprints_are_for_confirming_a_danger(anbao: Anbao, folder: Path) -> None:
    done = anbao("picture", "clean.jpg", "--fingerprints", "--format", "csv", cwd=folder)
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert len(rows) > 100
    assert {one["kind"] for one in rows} == {"picture"}
    refused = anbao("picture", "bad.jpg", "--fingerprints", cwd=folder)
    assert refused.returncode == 2
    assert "bad.jpg" in refused.stderr


def test_rows_of_a_file_bring_their_pictures(
    anbao: Anbao, folder: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANBAO_STORAGE", f"file://{folder}/objects")
    rows = [
        ("编号", "标题", "图片"),
        ("1", "纯棉短袖", "clean.jpg"),
        ("2", "纯棉短袖", "clean.jpg|contact.jpg"),
        ("3", "纯棉短袖", "code.jpg http://127.0.0.1/x.jpg"),
        ("4", "纯棉短袖", "../outside.jpg"),
        ("5", "纯棉短袖", ""),
    ]
    (folder / "listings.csv").write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    done = anbao("--lang", "en", "screen", "listings.csv", "--store", store_url, "--workers", "2", cwd=folder)
    assert done.returncode == 1, done.stderr
    assert "2 listings held and 0 blocked" in done.stderr
    assert "../outside.jpg" in done.stderr
    again = anbao("--lang", "en", "screen", "listings.csv", "--store", store_url, cwd=folder)
    assert "nothing was entered twice" in again.stderr
    assert "pictures:" not in again.stderr
    assert anbao("replay", "--all", "--store", store_url, cwd=folder).returncode == 0
    assert anbao("verify", "--store", store_url, cwd=folder).returncode == 0


def test_a_cell_names_pictures_in_several_ways(tmp_path: Path) -> None:
    assert split("a.jpg|b.jpg  https://x.com/1,2.jpg,https://y.com/3.jpg\nc.jpg") == (
        *("a.jpg", "b.jpg", "https://x.com/1,2.jpg", "https://y.com/3.jpg", "c.jpg"),
    )
    assert split(["a b.jpg"]) == ("a b.jpg",)
    assert split(None) == ()
    assert split("d5a1f2b3c4:1:0:|https://img.cn/a.jpg;e5a1f2b3c4:1:1:|;") == ("https://img.cn/a.jpg", "e5a1f2b3c4.tbi")
    assert referred(("https://x.com/图 1.jpg",), tmp_path, str) == ("https://x.com/图 1.jpg",)


@pytest.mark.parametrize("name", ["a.jpg", "x/主图.PNG", "//img.cn/a.webp_400x400", "https://a.cn/1.jpg?x=1", "0" * 64])
def test_an_address_of_a_picture_is_recognised_by_its_form(name: str) -> None:
    assert is_address(name)


@pytest.mark.parametrize("name", ["仿真枪", "https://item.cn/1", "见 a.jpg", "", "<img src=a.jpg>"])
def test_other_text_is_no_picture(name: str) -> None:
    assert not is_address(name)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "missing.jpg", "link.jpg", "\0", "x" * 5000, "http://"])
def test_files_outside_of_the_folder_are_not_read(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (inside / "link.jpg").symlink_to(tmp_path / "secret")
    assert referred((name,), inside, lambda data: pytest.fail("read")) == (name,)
