"""The command line explains itself: every verb, in both languages, under the heading of its group."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from anbao.cli.root import GROUPS, VERBS

_HELP_OF_ALL = """
import json, sys
from click.testing import CliRunner
from anbao.cli.root import root, VERBS

told = {verb: CliRunner().invoke(root, [verb, "--help"]) for verb in VERBS}
json.dump({verb: [one.exit_code, one.output] for verb, one in told.items()}, sys.stdout)
"""


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_verb_explains_itself_in_both_languages(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process for each language, since help texts are chosen when a verb is loaded."""
    monkeypatch.setenv("ANBAO_LANG", language)
    done = subprocess.run([sys.executable, "-c", _HELP_OF_ALL], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told.keys() == VERBS.keys()
    for verb, (status, text) in told.items():
        assert (status, is_chinese(text)) == (0, language == "zh"), verb


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_program_lists_all_verbs(language: str) -> None:
    program = str(Path(sys.executable).parent / "anbao")
    done = subprocess.run([program, "--help", "--lang", language], capture_output=True, text=True, check=True)
    assert is_chinese(done.stdout) == (language == "zh")
    assert VERBS.keys() <= set(done.stdout.split())


def test_each_verb_of_a_group_is_a_verb() -> None:
    placed = [verb for _, verbs in GROUPS.values() for verb in verbs.split()]
    assert len(placed) == len(set(placed))
    assert set(placed) <= VERBS.keys()
