"""Nested data of a listing → named texts.

- A value in an object has the path ``name.key``, one in an array ``name[0]``; numbers and truth values are written as
  in JSON, and null is no text.
- Where keys of an object are words (材质) and no identifiers (``colour_id``), buyers read them too: they are one more
  text, under the object's own path, a line each.
- No text replaces another: a path that is taken, or too long, is made another by ``#2``, ``#3`` …
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import msgspec

from anbao.model.listing import MAX_NAME, Listing

_IDENTIFIER = re.compile(r"[A-Za-z0-9_$@:.-]*")


def flatten(name: str, value: object) -> dict[str, str]:
    """The texts of ``value`` (a string, a number, or what JSON has) by their paths, in their order.

    Raises TypeError for what JSON does not have.
    """
    texts: dict[str, str] = {}
    add_texts(texts, _leaves(name, value))
    return texts


def add_texts(texts: dict[str, str], more: Iterable[tuple[str, str]]) -> None:
    """Add named texts to others; none of either is lost."""
    last: dict[str, int] = {}
    for path, text in more:
        name = path[:MAX_NAME]
        number = last.get(name, 1)
        free = name
        while free in texts:
            number += 1
            mark = f"#{number}"
            free = name[: MAX_NAME - len(mark)] + mark
        last[name] = number
        texts[free] = text


def with_texts(listing: Listing) -> Listing:
    """The listing with its ``extra`` among its texts, where all is screened."""
    if not listing.extra:
        return listing
    texts = dict(listing.texts)
    add_texts(texts, listing.extra.items())
    return msgspec.structs.replace(listing, extra={}, texts=texts)


def _leaves(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Without recursion: data may be nested deeper than Python calls."""
    todo: list[tuple[str, object]] = [(name, value)]
    while todo:
        path, one = todo.pop()
        match one:
            case None:
                pass
            case str():
                yield path, one
            case bool():
                yield path, "true" if one else "false"
            case Mapping():
                keys = [str(key) for key in one]
                if words := [key for key in keys if not _IDENTIFIER.fullmatch(key)]:
                    yield path, "\n".join(words)
                todo += reversed([(f"{path}.{key}", inner) for key, inner in zip(keys, one.values(), strict=True)])
            case list() | tuple():
                todo += reversed([(f"{path}[{place}]", inner) for place, inner in enumerate(one)])
            case _:
                yield path, _number(path, one)


def _number(path: str, value: object) -> str:
    if isinstance(value, int | float | Decimal):
        return str(value)
    raise TypeError(f"{path}: {type(value).__name__} is no text")
