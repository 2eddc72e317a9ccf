"""Which package may import which (``docs/layers.toml``), what is public, and how large a module may grow."""

import ast
import tomllib
from pathlib import Path

import pytest

import anbao

SOURCE = Path(anbao.__file__).parent

LAYERS = tomllib.loads((SOURCE.parents[1] / "docs" / "layers.toml").read_text(encoding="utf-8"))["layer"]
HEIGHT = {package: height for height, layer in enumerate(LAYERS) for package in layer["packages"]}
DUTIES = {package for layer in LAYERS if layer.get("duties") for package in layer["packages"]}
MAX_LINES = 450


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if "versions" not in path.parts)


def package_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_packages(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module] if node.module != "anbao" else [f"anbao.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("anbao.")}
    return found - {"__version__"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_from_its_own_package_or_from_layers_below(path: Path) -> None:
    package = package_of(path)
    if package == "__init__":  # the public names, of all layers
        assert imported_packages(path) <= HEIGHT.keys()
        return
    assert package in HEIGHT, f"{package} stands in no layer"
    assert {one for one in imported_packages(path) - {package} if HEIGHT.get(one, 99) >= HEIGHT[package]} == set()


def test_every_package_that_there_is_stands_in_one_layer() -> None:
    there = {package_of(path) for path in modules()} - {"__init__"}
    stated = [package for layer in LAYERS for package in layer["packages"]]
    assert len(stated) == len(set(stated))
    assert there <= set(stated)
    assert set(stated) - there <= DUTIES  # the duties that are still to come


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
    project = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == anbao.__version__


def test_a_class_name_stands_for_one_class() -> None:
    places: dict[str, list[str]] = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(path.relative_to(SOURCE)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
