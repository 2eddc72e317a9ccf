"""Which package may import which (``docs/layers.toml``), what is public, and how large a module may grow."""

import ast
import tomllib
from pathlib import Path

import pytest

import anbao
import table_use
from anbao.law.pack import default_pack_path, load_pack
from table_use import owned_elsewhere, unnamed_columns, wrong_columns

SOURCE = Path(anbao.__file__).parent
TESTS = Path(__file__).parent

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


def test_a_module_imports_from_its_own_package_or_from_layers_below() -> None:
    wrong = {}
    for path in modules():
        package, imported = package_of(path), imported_packages(path)
        if package == "__init__":  # the public names, of all layers
            assert imported <= HEIGHT.keys()
            continue
        assert package in HEIGHT, f"{package} stands in no layer"
        if upwards := {one for one in imported - {package} if HEIGHT.get(one, 99) >= HEIGHT[package]}:
            wrong[str(path.relative_to(SOURCE))] = upwards
    assert wrong == {}


def test_every_package_that_there_is_stands_in_one_layer() -> None:
    there = {package_of(path) for path in modules()} - {"__init__"}
    stated = [package for layer in LAYERS for package in layer["packages"]]
    assert len(stated) == len(set(stated))
    assert there <= set(stated)
    assert set(stated) - there <= DUTIES  # the duties that are still to come


def test_modules_and_files_of_tests_stay_small() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in [*modules(), *TESTS.rglob("*.py")]}
    assert {path.name: count for path, count in lines.items() if count > MAX_LINES} == {}


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


def test_a_table_is_named_by_its_owner_only() -> None:
    found = {name: owned_elsewhere(name, tree) for name, tree in table_use.modules()}
    assert {name: names for name, names in found.items() if names} == {}


def test_every_table_has_an_owner_that_exists() -> None:
    known = {name for name, _ in table_use.modules()}
    assert {table.name for table in table_use.KNOWN.values() if table.owner not in known} == set()


def test_a_package_owns_a_table_only_where_several_of_its_modules_name_it() -> None:
    named: dict[str, list[str]] = {}
    for name, tree in table_use.modules():
        for table in table_use.named_tables(tree):
            named.setdefault(table, []).append(name)
    assert {table: names for table, names in named.items() if len(names) == 1} == {
        table.name: [table.owner] for table in table_use.KNOWN.values() if len(named.get(table.name, ())) < 2
    }


GENERIC_READERS = {
    "cases/conflicts.py",  # who made an entry, of any kind that a package names
    "cli/operate/case.py",  # a case's history
    "cli/prove/timeline.py",  # a matter's timeline
    "investigate/complaints/timeline.py",  # attachments in any kind of entry about a complaint
}
"""Modules that read fields by name in the bodies of entries of any kind."""


def _reads_body(node: ast.AST) -> bool:
    """Whether a node reads a field by name in a body; ``get`` of a letter's text takes a language."""
    match node:
        case ast.Subscript(value=ast.Attribute(attr="body"), slice=ast.Constant(value=str())):
            return True
        case ast.Subscript(value=ast.Subscript(slice=ast.Constant(value="body"))):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="body"), attr="get"), args=[inner, *_]):
            return not (isinstance(inner, ast.Name) and inner.id in ("language", "one"))
    return False


def test_only_readers_of_all_kinds_of_entries_name_fields_of_a_body() -> None:
    found = set()
    for path in modules():
        if any(_reads_body(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))):
            found.add(path.relative_to(SOURCE).as_posix())
    assert found == GENERIC_READERS


def test_no_entry_and_no_event_holds_any_value() -> None:
    """``events/base.py`` builds the structs that entries are read into, whose types only exist then."""
    for path in [SOURCE / "model/entry.py", *sorted((SOURCE / "model/events").glob("*.py"))]:
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert "Any" not in names or path.name == "base.py", path


def test_no_statement_depends_on_the_order_of_columns() -> None:
    found = {name: unnamed_columns(tree) | wrong_columns(tree) for name, tree in table_use.modules()}
    assert {name: statements for name, statements in found.items() if statements} == {}


def test_the_search_for_tables_sees_each_way_to_name_one() -> None:
    text = """
sql(conn, f"SELECT x FROM listing l JOIN entry e WHERE {where}")
sql(conn, "UPDATE measure SET state = ''")
sql(conn, "INSERT INTO trade VALUES (?)")
sql(conn, "SELECT * FROM appeal")
insert_many(conn, tables.hazard, ("id", "colour"), rows)
"""
    tree = ast.parse(text)
    assert table_use.named_tables(tree) == {"listing", "entry", "measure", "trade", "appeal", "hazard"}
    assert owned_elsewhere("remove.records", tree) == {"listing", "entry", "trade", "appeal", "hazard"}
    assert len(unnamed_columns(tree)) == 2
    assert {"hazard.colour", "hazard.state"} <= wrong_columns(tree)


def test_no_code_names_a_norm_a_duty_or_a_provision_of_a_pack() -> None:
    pack = load_pack(default_pack_path())
    country = f"{pack.info.id.partition('.')[0]}."
    assert any(norm.id.startswith(country) for norm in pack.norms)
    named = {
        f"{path.relative_to(SOURCE)}:{node.lineno} {node.value}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(country)
    }
    assert named == set()
