"""The documentation is true: made pages are current, links lead somewhere, examples run, names are documented."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from anbao.cli.root import root

ROOT = Path(__file__).parents[1]
INSTALLED = ROOT / "docs" / "explanation" / "messages.md"
"""The page whose example starts the installed program."""

PAGES = sorted([ROOT / "README.md", ROOT / "README.zh-CN.md", *(ROOT / "docs").rglob("*.md")])


def test_made_pages_are_current() -> None:
    script = "import sys; sys.path.insert(0, 'docs'); import build, json; print(json.dumps(build.pages()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    for path, text in json.loads(done.stdout).items():
        assert (ROOT / "docs" / path).read_text(encoding="utf-8") == text, f"run python docs/build.py ({path})"


def links(page: Path) -> list[str]:
    """Where a page leads within the repository."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [target for target in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in target]


def test_links_lead_somewhere() -> None:
    found = [(page, target) for page in PAGES for target in links(page)]
    assert len(found) > 50
    assert [(str(page), target) for page, target in found if not (page.parent / target).exists()] == []


def examples(language: str) -> list[Any]:
    """The pages that have blocks of this language, as parameters."""
    found = [page for page in PAGES if blocks(page, language)]
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in found]


def blocks(page: Path, language: str) -> str:
    """What stands in the blocks of a language on a page, one after another."""
    text = page.read_text(encoding="utf-8")
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL))


@pytest.mark.parametrize("page", examples("python"))
def test_python_examples_run(page: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "ANBAO_STORE": f"sqlite:///{tmp_path}/docs.db"}
    done = subprocess.run(
        [sys.executable, "-c", blocks(page, "python")], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", examples("sh run"))
def test_shell_examples_run(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Blocks marked ``sh run`` run as they stand, in a folder with a small file of listings.

    Those of one page start the installed program each time, as its reader does; the others a loaded one.
    """
    programs = Path(sys.executable).parent if page == INSTALLED else request.getfixturevalue("warm")
    (tmp_path / "listings.csv").write_text(
        "编号,标题,描述\n1,纯棉短袖,夏季新款\n2,氰化钾 现货,量大从优\n", encoding="utf-8"
    )
    environment = {
        **os.environ,
        "ANBAO_STORE": f"sqlite:///{tmp_path}/docs.db",
        "PATH": f"{programs}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-eu", "-c", blocks(page, "sh run")], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_examples_are_found() -> None:
    """Were the blocks marked otherwise, the tests above would try nothing."""
    assert len(examples("python")) >= 3
    assert len(examples("sh run")) >= 9
    assert blocks(INSTALLED, "sh run")


def test_environment_variables_are_documented() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    handed_to_workers = {"ANBAO_SERVE"}
    for name in set(re.findall(r'"(ANBAO_[A-Z_]+)"', source)) - handed_to_workers:
        assert name in text, name


def test_the_example_of_every_command_fits_its_options() -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    lines = [shlex.split(line) for line in page.splitlines() if line.startswith("anbao ")]
    assert len(lines) >= 150
    for words in lines:
        command: click.Command = root
        with click.Context(root, info_name="anbao") as context:
            rest = words[1:]
            while isinstance(command, click.Group):
                found = command.get_command(context, rest.pop(0))
                assert found is not None, words
                command = found
            given, left, _ = command.make_parser(click.Context(command)).parse_args(list(rest))
            assert not left, words
            lacking = [one.name for one in command.params if one.required and not given.get(one.name or "")]
            assert not lacking, (words, lacking)
    assert page.count("Exit status: 0 done") == len(lines)
