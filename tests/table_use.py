"""Which modules name which tables: in SQL, and as ``tables.<name>``."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import anbao
from anbao.store import tables

SOURCE = Path(anbao.__file__).parent
KNOWN = tables.BY_NAME

_SQL = re.compile(r'\b(?:FROM|JOIN|INTO|UPDATE|TABLE|COPY)\s+"?([a-z_]+)')
_LISTED = re.compile(r"\bFROM\s+[a-z_]+\s+[a-z]*\s*,\s*([a-z_]+)")
_POSITIONAL = re.compile(r"\bINTO\s+\w+\s+VALUES")
_STAR = re.compile(r'\bSELECT\s+(?:\w+\.)?\*\s+FROM\s+"?([a-z_]+)')


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Modules by dotted name below ``anbao``, without the tables' declarations and the migrations."""
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        if not name.startswith(("store.tables", "store.migrations")):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def strings(tree: ast.Module) -> Iterator[str]:
    """String constants, f-strings among them, whose holes are question marks."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "?" for part in node.values)


def named_tables(tree: ast.Module) -> set[str]:
    """The tables that a module names."""
    found = {name for text in strings(tree) for name in (*_SQL.findall(text), *_LISTED.findall(text))}
    found |= {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "tables"
    }
    return found & KNOWN.keys()


def owned_elsewhere(module: str, tree: ast.Module) -> set[str]:
    """The tables that a module names and another one owns. An owner that is a package owns in all of its modules."""
    return {
        name
        for name in named_tables(tree)
        if module != (owner := KNOWN[name].owner) and not module.startswith(f"{owner}.")
    }


def unnamed_columns(tree: ast.Module) -> set[str]:
    """Statements that depend on the order of a table's columns."""
    return {
        text for text in strings(tree) if _POSITIONAL.search(text) or any(name in KNOWN for name in _STAR.findall(text))
    }


def wrong_columns(tree: ast.Module) -> set[str]:
    """Columns, named in a call of ``insert_many`` or ``upsert_many``, that the table does not have."""
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    wrong = set()
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 4):
            continue
        table, names = node.args[1], node.args[2]
        if node.func.id not in ("insert_many", "upsert_many") or not isinstance(table, ast.Attribute):
            continue
        given = constants.get(names.id, names) if isinstance(names, ast.Name) else names
        columns = {str(one.value) for one in getattr(given, "elts", ()) if isinstance(one, ast.Constant)}
        known = KNOWN[table.attr]
        required = {one.name for one in known.c.values() if not one.nullable and one.server_default is None}
        wrong |= {f"{table.attr}.{name}" for name in (columns - known.c.keys()) | (required - columns)}
    return wrong
