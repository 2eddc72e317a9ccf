"""The documentation is true: made pages are current, links lead somewhere, examples run, names are documented."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "README.zh-CN.md", *(ROOT / "docs").rglob("*.md")])


def test_made_pages_are_current() -> None:
    script = "import sys; sys.path.insert(0, 'docs'); import build, json; print(json.dumps(build.pages()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    import json

    for path, text in json.loads(done.stdout).items():
        assert (ROOT / "docs" / path).read_text(encoding="utf-8") == text, f"run python docs/build.py ({path})"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_examples_run(page: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    if not blocks:
        return
    environment = {**os.environ, "ANBAO_STORE": f"sqlite:///{tmp_path}/docs.db"}
    program = "\n".join(blocks)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_shell_examples_run(page: Path, tmp_path: Path) -> None:
    """Blocks marked ``sh run`` run as they stand, in a folder with two small files of listings."""
    blocks = re.findall(r"```sh run\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    if not blocks:
        return
    (tmp_path / "listings.csv").write_text(
        "编号,标题,描述\n1,纯棉短袖,夏季新款\n2,氰化钾 现货,量大从优\n", encoding="utf-8"
    )
    environment = {
        **os.environ,
        "ANBAO_STORE": f"sqlite:///{tmp_path}/docs.db",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-eu", "-c", "\n".join(blocks)], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_environment_variables_are_documented() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    handed_to_workers = {"ANBAO_SERVE"}
    for name in set(re.findall(r'"(ANBAO_[A-Z_]+)"', source)) - handed_to_workers:
        assert name in text, name
