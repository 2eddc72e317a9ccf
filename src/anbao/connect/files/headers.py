"""Which column is which field of a listing, and which are no text: from headers in Chinese or English."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from anbao.connect.files.names import FIELD_NAMES, GROUPS, LINKS, MORE_PICTURES, NUMBERS
from anbao.connect.files.records import FIELDS, Mapping
from anbao.errors import InvalidInput
from anbao.text import Text

_NUMBER = re.compile(r"(?:\d+|[一二三四五六七八九十])$")


@cache
def folded(name: str) -> str:
    """A name without regard to width, case, spaces and punctuation."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in plain if character.isalnum())


def _all(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(folded, names))


_RANKS = {
    field: {name: rank for rank, name in reversed([*enumerate(map(folded, names))])}
    for field, names in FIELD_NAMES.items()
}
_PICTURES = _all((*FIELD_NAMES["pictures"], *MORE_PICTURES))
_NUMBERS = _all(NUMBERS)
_LINKS = _all(LINKS)
_GROUPS = _all(GROUPS)


@cache
def is_link(name: str) -> bool:
    """Whether a column of this name has addresses of the platform's own pages."""
    return folded(name) in _LINKS


@cache
def is_picture(name: str) -> bool:
    """Whether a column of this name has pictures."""
    plain = folded(name)
    return plain in _PICTURES or _NUMBER.sub("", plain) in _PICTURES


def is_named(field: str, name: str) -> bool:
    """Whether a column of this name could be the listing's ``field``."""
    return folded(name) in _RANKS[field]


def known(name: str) -> bool:
    """Whether any shop system calls a column so."""
    return (
        folded(name) in _NUMBERS or is_link(name) or is_picture(name) or any(is_named(field, name) for field in FIELDS)
    )


def unique(cells: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, one for each cell of a header: the second 标题 is “标题 (2)”, one without name ``column_3``."""
    names: dict[str, None] = {}
    for number, cell in enumerate(cells, 1):
        plain = cell.strip().strip("\ufeff") or f"column_{number}"
        name, again = plain, 1
        while name in names:
            again += 1
            name = f"{plain} ({again})"
        names[name] = None
    return tuple(names)


def choose_columns(columns: Sequence[str], given: Mapping | None) -> Mapping:
    """The mapping for a file with these columns: what is ``given`` stands, the rest is guessed from the names.

    Of several columns that could be the title or the description, the best known name is it; the others are texts of
    their own. Raises ``InvalidInput`` (field ``map``) where a given column does not exist or none could be the title.
    """
    chosen: dict[str, str] = {}
    for field in FIELDS:
        column = getattr(given, field) if given else None
        if column is None:
            continue
        if column not in columns:
            raise _refused(Text(f"文件中没有“{column}”这一列。", f"The file has no column “{column}”."), columns, field)
        chosen[field] = column
    free = [column for column in columns if column not in chosen.values()]
    for field in FIELDS:
        if field not in chosen and (matching := _matching(field, free)):
            chosen[field] = matching[0]
            free.remove(matching[0])
    if "title" not in chosen:
        raise _refused(Text("看不出哪一列是标题。", "No column can be recognised as the title."), columns, "title")
    pictures = tuple(column for column in free if is_picture(column))
    return Mapping(**chosen, more_pictures=pictures, links=tuple(column for column in free if is_link(column)))


def has_title(columns: Iterable[str]) -> bool:
    """Whether one of the columns could be the title."""
    return any(is_named("title", column) for column in columns)


def group_of(columns: Sequence[str], mapping: Mapping) -> tuple[int, int] | None:
    """The places of the columns of handle and title, where rows without title belong to the product above them."""
    handles = [place for place, column in enumerate(columns) if folded(column) in _GROUPS]
    if not handles or mapping.title not in columns:
        return None
    return handles[0], columns.index(mapping.title)


def _matching(field: str, columns: Sequence[str]) -> list[str]:
    """The columns with a name of ``field``, best first."""
    ranks = _RANKS[field]
    return sorted((column for column in columns if folded(column) in ranks), key=lambda one: ranks[folded(one)])


def _refused(what: Text, columns: Sequence[str], field: str) -> InvalidInput:
    shown = list(columns[:30]) + (["…"] if len(columns) > 30 else [])
    example = Text(columns[-1], columns[-1]) if columns else Text("列名", "COLUMN")
    return InvalidInput(
        what,
        field="map",
        hint=Text(
            f"文件中的列：{'、'.join(shown)}。请指明，例如：--map {field}={example.zh}",
            f"Columns found: {', '.join(shown)}. Name one, for example: --map {field}={example.en}",
        ),
    )
