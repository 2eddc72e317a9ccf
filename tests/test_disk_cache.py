"""What a pack's files hold is remembered between runs: as right as parsing them, and never needed."""

from pathlib import Path

import pytest
import yaml

from anbao.errors import PackError
from anbao.law import disk_cache
from anbao.law.catalogue import load_catalogue
from anbao.law.pack import default_pack_path, load_pack
from anbao.law.templates import load_templates
from anbao.law.yaml_source import YamlSource

DIGEST = "0" * 64


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of this test's own."""
    monkeypatch.setenv(disk_cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One item for each file that is parsed from here on."""
    compose, seen = yaml.compose, []

    def counted(*given: object, **named: object) -> object:
        seen.append("parsed")
        return compose(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(yaml, "compose", counted)
    return seen


def files(cache: Path) -> list[Path]:
    return [file for file in cache.rglob("*") if file.is_file()]


def test_the_pack_is_read_a_second_time_without_parsing(parsed: list[str]) -> None:
    where = default_pack_path()
    loads = (load_pack.__wrapped__, load_catalogue.__wrapped__, load_templates.__wrapped__)  # type: ignore[attr-defined]
    first = [load(where) for load in loads]
    assert len(parsed) > 30
    parsed.clear()
    second = [load(where) for load in loads]
    assert parsed == []
    assert (second[0].digest, second[0].norms, second[0].kinds) == (first[0].digest, first[0].norms, first[0].kinds)
    assert second[1].to_bytes() == first[1].to_bytes()


def test_a_changed_file_is_parsed_anew(tmp_path: Path, parsed: list[str]) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("[1, 2]")
    assert YamlSource(file).read_list(int) == YamlSource(file).read_list(int) == [1, 2]
    assert len(parsed) == 1
    file.write_text("[1, 3]")
    assert YamlSource(file).read_list(int) == [1, 3]


def test_what_is_remembered_is_checked_again_and_the_error_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("- 1\n- two\n")
    assert YamlSource(file).read_list(int | str) == [1, "two"]  # type: ignore[arg-type]
    with pytest.raises(PackError, match=r"a\.yaml:2"):
        YamlSource(file).read_list(int)


def test_files_and_folder_are_for_their_owner_only(cache: Path) -> None:
    disk_cache.write(DIGEST, "json", b"{}")
    [file] = files(cache)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "shared", "linked"])
def test_a_broken_or_foreign_file_is_passed_over(cache: Path, damage: str) -> None:
    disk_cache.write(DIGEST, "json", b'{"a": 1}')
    assert disk_cache.read(DIGEST, "json") == b'{"a": 1}'
    [file] = files(cache)
    data = file.read_bytes()
    if damage == "shared":
        file.chmod(0o622)
    elif damage == "linked":
        file.rename(file.with_name("other"))
        file.symlink_to(file.with_name("other"))
    else:
        file.write_bytes({"cut": data[:-1], "changed": data.replace(b"1}", b"2}"), "empty": b""}[damage])
    assert disk_cache.read(DIGEST, "json") is None


def test_a_folder_that_others_may_write_to_gets_nothing(cache: Path) -> None:
    disk_cache.write(DIGEST, "json", b"{}")
    [file] = files(cache)
    file.parent.chmod(0o777)
    disk_cache.write(DIGEST, "other", b"{}")
    assert files(cache) == [file]


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(disk_cache.CACHE_VARIABLE, str(tmp_path / "file"))
    file = tmp_path / "a.yaml"
    file.write_text("[1]")
    assert YamlSource(file).read_list(int) == [1]
    assert disk_cache.read(DIGEST, "json") is None


def test_the_cache_does_not_grow_without_end(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_cache, "_MOST_FILES", 5)
    for number in range(12):
        disk_cache.write(f"{number:064}", "json", b"{}")
    assert len(files(cache)) <= 5


def test_without_a_home_nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(disk_cache.CACHE_VARIABLE, "relative")
    monkeypatch.setattr(Path, "home", _no_home)
    disk_cache.write(DIGEST, "json", b"{}")
    assert disk_cache.read(DIGEST, "json") is None
    assert not Path("relative").exists()


def _no_home() -> Path:
    raise RuntimeError("no home")
