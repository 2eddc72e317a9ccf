"""The platform's own choices that are no deadlines (``options.yaml``): each has a default, each change is an entry."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from sqlalchemy import Connection

from anbao.errors import InvalidInput
from anbao.law.yaml_source import YamlSource
from anbao.store import tables
from anbao.store.bulk import insert_many, sql
from anbao.text import Text
from anbao.work import Placed

OPTION_CHANGED = "option.changed"
_PREFIX = "option:"
_DOMAIN = re.compile(
    r"(?:[a-z0-9\u4e00-\u9fff](?:[a-z0-9\u4e00-\u9fff-]{0,61}[a-z0-9\u4e00-\u9fff])?\.)+[a-z\u4e00-\u9fff]{2,20}"
)


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One choice. ``of``: one of ``values`` · domains, divided by commas · a whole number from 0."""

    id: str
    title: Text
    why: Text
    of: Literal["values", "domains", "number"]
    default: str
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.read(self.default)

    def read(self, value: str) -> str:
        """The value in its plain form. Raises InvalidInput where it does not fit."""
        plain = value.strip()
        if self.of == "domains":
            domains = [domain.strip().lower().strip(".") for domain in plain.split(",") if domain.strip()]
            if all(_DOMAIN.fullmatch(domain) for domain in domains):
                return ",".join(sorted(set(domains)))
            raise self._wrong(value, Text("域名，以逗号分隔", "domains divided by commas"))
        if self.of == "number":
            if plain.isascii() and plain.isdigit() and len(plain) <= 9:
                return str(int(plain))
            raise self._wrong(value, Text("不小于 0 的整数", "a whole number from 0"))
        if plain in self.values:
            return plain
        raise self._wrong(value, Text("、".join(self.values), ", ".join(self.values)))

    def _wrong(self, value: str, wanted: Text) -> InvalidInput:
        return InvalidInput(
            Text(f"{self.id} 不能是 {value}", f"{self.id} cannot be {value}"),
            hint=Text(f"应为：{wanted.zh}", f"it takes {wanted.en}"),
            field="value",
        )


class Options:
    """The options of a pack by id."""

    def __init__(self, options: Sequence[Option]) -> None:
        self.all = tuple(options)
        self._known = {option.id: option for option in options}

    def get(self, name: str) -> Option:
        """Raises InvalidInput for an unknown one."""
        found = self._known.get(name)
        if found is None:
            raise InvalidInput(
                Text(f"没有选项 {name}", f"there is no option {name}"),
                hint=Text("用 anbao option list 查看", "see anbao option list"),
                field="option",
            )
        return found

    def in_force(self, conn: Connection, name: str, at: int) -> str:
        """The value chosen by event time ``at``; the default where none was."""
        value = sql(
            conn,
            "SELECT digest FROM activation WHERE kind = ? AND effective <= ?"
            " ORDER BY effective DESC, entry DESC LIMIT 1",
            (_PREFIX + name, at),
        ).scalar()
        return self.get(name).default if value is None else str(value)


def load_options(folder: Path) -> Options:
    """Read ``options.yaml`` of a pack. Raises PackError with file and line."""
    return Options(YamlSource(folder / "options.yaml").read_list(Option))


def project_options(conn: Connection, placed: Sequence[Placed]) -> None:
    """``option.changed`` → ``activation``."""
    rows = [
        (_PREFIX + str(sealed.facts["option"]), sealed.at, index, str(sealed.facts.get("value", "")))
        for index, sealed in placed
    ]
    insert_many(conn, tables.activation, rows)
