"""The house: which room may import which, what is public, and how large a module may grow."""

import ast
from pathlib import Path

import pytest

import anbao

SOURCE = Path(anbao.__file__).parent

FLOORS: dict[str, int] = {
    "text": 0,
    "version": 0,
    "errors": 0,
    "printing": 0,
    "localfiles": 0,
    "model": 1,
    "store": 2,
    "law": 2,
    "likeness": 2,
    "detect": 2,
    "ledger": 3,
    "obligations": 3,
    "work": 4,
    "writer": 5,
    "linkage": 4,
    "outbox": 5,
    "parameters": 5,
    "reactions": 5,
    "core": 6,
    "delivery": 7,
    "cases": 6,
    "readmodels": 6,
    "controls": 7,
    "prevent": 7,
    "investigate": 7,
    "remove": 7,
    "warn": 7,
    "assist": 7,
    "prove": 7,
    "upgrading": 7,
    "listing_view": 8,
    "platform": 8,
    "connect": 9,
    "simulator": 9,
    "api": 10,
    "cli": 10,
}
DUTY_ROOMS = {"prevent", "investigate", "remove", "warn", "assist", "respond", "assess", "prove"}
MAX_LINES = 450


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "versions" not in path.parts)


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module] if node.module != "anbao" else [f"anbao.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("anbao.")}
    return found & (FLOORS.keys() | DUTY_ROOMS)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_from_its_own_floor_or_below(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    assert room in FLOORS, f"{room} has no floor"
    above = {other for other in imported_rooms(path) if FLOORS[other] > FLOORS[room]}
    assert not above
    if room in DUTY_ROOMS:
        assert not imported_rooms(path) & (DUTY_ROOMS - {room})


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_stays_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_the_public_names_are_these() -> None:
    assert anbao.__all__ == sorted(anbao.__all__)
    for name in anbao.__all__:
        assert getattr(anbao, name) is not None
    with pytest.raises(AttributeError):
        _ = anbao.nothing


def test_the_version_is_that_of_the_package() -> None:
    import tomllib

    project = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == anbao.__version__
