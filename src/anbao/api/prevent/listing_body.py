"""A listing as it comes over HTTP: its texts may be nested JSON, which is flattened to named texts."""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from anbao.api.reading import JsonRequest, no_nul, read_json
from anbao.errors import InvalidInput
from anbao.model.base import Id
from anbao.model.listing import Listing
from anbao.model.listing_fact import FactName, FactValue
from anbao.model.merchant import Licence
from anbao.model.texts import add_texts, flatten
from anbao.text import Text

MAX_LISTING = 16 << 20
"""Bytes of a listing: three texts of a million characters, or one in which JSON escapes each."""

_UNKNOWN = re.compile(r"Object contains unknown field `(.+)`")


class ListingBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A listing. ``texts``: all further texts that a buyer can read, by name; objects, arrays and numbers in it become
    texts by their paths, such as ``attributes.材质`` and ``skus[0].name``. ``extra``: as ``texts``. ``pictures``: by
    SHA-256, or addresses to fetch; others are not looked at, and that is said.
    """

    category: Annotated[str, Meta(max_length=128)] = ""
    description: str = ""
    extra: dict[str, Any] = {}
    facts: dict[FactName, FactValue] = {}
    id: Id
    licences: tuple[Licence, ...] = ()
    merchant: Annotated[str, Meta(max_length=128)] = ""
    pictures: tuple[str, ...] = ()
    texts: dict[str, Any] = {}
    title: str


class ListingRequest(JsonRequest):
    """A request whose texts may hold NUL, which hides nothing in them."""

    nul = True


def listing_of(body: ListingBody) -> Listing:
    """The listing with its texts by their paths. Raises InvalidInput."""
    no_nul(category=body.category, id=body.id, merchant=body.merchant)
    for place, licence in enumerate(body.licences):
        no_nul(**{f"licences[{place}].{name}": _text(getattr(licence, name)) for name in licence.__struct_fields__})
    texts: dict[str, str] = {}
    for named in (body.texts, body.extra):
        for name, value in named.items():
            if not name:
                raise InvalidInput(
                    Text("texts 中有一项没有名称", "a text has no name"),
                    hint=Text("写上平台的字段名", "give the platform's name of the field"),
                    field="texts",
                )
            add_texts(texts, flatten(name, value).items())
    return Listing(
        category=body.category,
        description=body.description,
        facts=body.facts,
        id=body.id,
        licences=body.licences,
        merchant=body.merchant,
        pictures=body.pictures,
        texts=texts,
        title=body.title,
    )


def decode_listing(data: bytes) -> Listing:
    """The listing in a line of JSON. Raises InvalidInput."""
    try:
        return listing_of(read_json(data, ListingBody, nul=True))
    except InvalidInput as error:
        raise explained(error) from None


def explained(error: InvalidInput) -> InvalidInput:
    """The same error; where a field is not known, it is named, with where texts go."""
    found = _UNKNOWN.search(error.what.en)
    if found is None or error.hint is not None:
        return error
    name = found[1]
    return InvalidInput(
        Text(f"商品没有字段 {name}", f"a listing has no field {name}"),
        hint=Text(
            f'其他文字放在 texts 里：{{"texts": {{"{name}": …}}}}',
            f'further texts go under texts: {{"texts": {{"{name}": …}}}}',
        ),
        field=name,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
