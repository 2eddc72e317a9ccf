"""What the demo promises a visitor: forged, disguised and hidden is caught, the harmless passes, each with why."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from anbao.cli.demo import tell_all
from anbao.cli.demo.teller import Teller
from anbao.platform import open_platform

LISTINGS, SEED = 3_000, 20_261_124


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All that a run says, in English."""
    folder: Path = tmp_path_factory.mktemp("demo")
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANBAO_LANG", "en")
        with open_platform(f"sqlite:///{folder}/demo.db") as platform:
            tell_all(Teller(Console(file=said, width=400)), platform, folder, LISTINGS, SEED)
    return said.getvalue()


def between(told: str, first: str, then: str) -> list[str]:
    """The lines of one part, without those that only say why."""
    part = told.split(first, 1)[1].split(then, 1)[0]
    return [line for line in part.splitlines()[1:] if re.match(r"  \w", line)]


def test_forged_expired_and_missing_licences_are_told_with_their_provision(told: str) -> None:
    for fault, decision in (
        ("forged licence", "refused"),
        ("expired licence", "held"),
        ("missing licence", "held"),
    ):
        found = re.search(rf"  {decision} .*\({fault}\)\n.*Food Safety Law \(2025\), art\. 35\(1\)", told)
        assert found, fault


def test_ten_disguises_are_stopped_and_ten_look_alikes_pass(told: str) -> None:
    caught = between(told, "Dangerous goods in disguise", "Harmless look-alikes")
    assert len(caught) == 10
    assert all(line.startswith(("  Blocked ", "  Held for review ")) for line in caught)
    passed = between(told, "Harmless look-alikes", "A contact hidden")
    assert len(passed) == 10
    assert all(line.startswith("  Passed ") for line in passed)


def test_contacts_hidden_in_pictures_are_found(told: str) -> None:
    found = between(told, "A contact hidden", "■")
    assert {line.split()[-1] for line in found} == {"PIC1", "PIC2"}
    assert all(line.startswith(("  Blocked ", "  Held for review ")) for line in found)


def test_the_danger_is_found_everywhere_and_the_seller_named(told: str) -> None:
    assert "8/8 dangerous listings taken down, 4 of them known by their picture only" in told
    assert re.search(r"  Blocked +闪电能量", told)
    assert "15 reached, 2 not" in told
    assert "was told who sold: 示例" in told


def test_it_ends_with_what_can_be_proven(told: str) -> None:
    assert "verifies: sound" in told
    assert "made again: the same bytes" in told
    assert "changed to “pass” in a copy: found" in told
