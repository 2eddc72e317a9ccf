"""The routes of acts and reads, made from their declarations (``engine.acts``)."""

import inspect
import re
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Annotated, Any, get_args, get_origin

import msgspec
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from anbao.api.answers import EntryIndex, MadeId
from anbao.api.context import WAITS, Caller, commit, context_of, operation
from anbao.api.reading import (
    At,
    Cursor,
    IdempotencyKey,
    Index,
    Limit,
    cursor_position,
    cursor_text,
    event_time,
    no_nul,
)
from anbao.engine.acts import REQUIRED, Argument, Declared, option_of, plain
from anbao.engine.work import Work

AnyDeclared = Declared[Any, Any, ..., Any]

_ANSWERS: Mapping[Any, Callable[[Any], msgspec.Struct]] = {
    int: lambda index: EntryIndex(entry=index),
    str: lambda name: MadeId(id=name),
}
"""What an act answers that returns the index of an entry, or the id of what was made."""


_KWARGS = {"state": "wanted_state"}
"""Names that Litestar keeps for itself as those of a handler's arguments; in the address they stand as they are."""


def route(place: str, declared: AnyDeclared) -> BaseRouteHandler:
    """Returns the handler of what a service declares; ``place``: the service as an attribute of the platform."""
    return _read_route(place, declared) if declared.declaration.reads else _act_route(place, declared)


def _act_route(place: str, declared: AnyDeclared) -> BaseRouteHandler:
    declaration = declared.declaration
    body = next(iter(declared.of_role("body")), None)
    fields = [one for one in declared.parameters if one.role in ("field", "person")]
    own = _struct_of(declared, [body, *fields] if body else fields) if fields else None
    in_path = [one.name for one in declared.of_role("path")]

    async def handle(request: Caller, **given: Any) -> Response[Any]:
        platform = context_of(request).platform
        no_nul(**{name: given[name] for name in in_path if isinstance(given[name], str)})
        named: dict[str, Any] = {name: given[name] for name in in_path}
        if own is not None:
            named |= {name: getattr(given["data"], name) for name in own.__struct_fields__}
        elif body:
            named[body.name] = given["data"]
        if declared.of_role("at"):
            named["at"] = event_time(given["at"], platform.clock())
        if declared.of_role("actor"):
            named["actor"] = request.auth.actor
        for one in declared.of_role("person"):
            named[one.name] = named[one.name] or request.auth.actor
        act = _bound(place, declared)(platform)

        def job(work: Work) -> Any:
            result = act(work, **named)
            return _ANSWERS[declared.answer](result) if declared.answer in _ANSWERS else result

        return await commit(request, given.get("key"), job, declaration.status)

    answer = {int: EntryIndex, str: MadeId}.get(declared.answer, declared.answer)
    parameters = _in_path(declared)
    if own is not None or body:
        parameters["data"] = (_of(JSONBody, own or plain(body.kind if body else None)), REQUIRED)
    if declared.of_role("at"):
        parameters["at"] = (At, None)
    if declaration.keyed:
        parameters["key"] = (IdempotencyKey, None)
    _sign(handle, declared, parameters, _of(Response, answer))
    waits: dict[str, Any] = {"responses": WAITS} if declaration.second_review else {}
    words = operation(declaration.title.zh, declaration.title.en, declaration.scope)
    return post(_address(declared), status_code=declaration.status, **waits, **words)(handle)


def _read_route(place: str, declared: AnyDeclared) -> BaseRouteHandler:
    """A list that is read on from a position is a page with a cursor; another list is its items."""
    declaration = declared.declaration
    in_path, asked = declared.of_role("path"), [one for one in declared.parameters if one.role != "path"]
    after = next((one for one in asked if one.name == "after"), None)
    is_page = get_origin(declared.answer) is list and not declaration.bare
    page = _page_of(declared, after is not None) if is_page else None

    def handle(request: Caller, **given: Any) -> Any:
        no_nul(**{name: value for name, value in given.items() if isinstance(value, str)})
        named: dict[str, Any] = {
            one.name: given[_KWARGS.get(one.name, one.name)]
            for one in [*in_path, *asked]
            if _KWARGS.get(one.name, one.name) in given
        }
        read = _bound(place, declared)(context_of(request).platform)
        if page is None:
            return read(**named)
        if after is None or declaration.position is None:
            return page(items=read(**named))
        if given["cursor"]:
            named["after"] = _after(given["cursor"], after.kind)
        found = read(**named | {"limit": given["limit"] + 1})
        some = found[: given["limit"]]
        more = len(found) > given["limit"]
        return page(items=some, next=cursor_text(*declaration.position(some[-1])) if more else None)

    parameters = _in_path(declared)
    for one in asked:
        if one.name == "after":
            parameters["cursor"] = (Cursor, None)
        elif one.name == "limit":
            parameters["limit"] = (Limit, one.default)
        else:
            option = option_of(one.kind)
            shown = QueryParameter(name=one.name, description=option.en if option else None)
            parameters[_KWARGS.get(one.name, one.name)] = (Annotated[plain(one.kind), shown], one.default)
    _sign(handle, declared, parameters, declared.answer if page is None else page)
    words = operation(declaration.title.zh, declaration.title.en, declaration.scope)
    return get(_address(declared), sync_to_thread=True, **words)(handle)


def _after(cursor: str, kind: Any) -> Any:
    """A position of one part stands for that part. Raises InvalidInput."""
    bare = (
        next((one for one in get_args(kind) if one is not type(None)), kind) if get_origin(kind) is not tuple else kind
    )
    return cursor_position(cursor, bare) if get_origin(bare) is tuple else cursor_position(cursor, _of(tuple, bare))[0]


def _bound(place: str, declared: AnyDeclared) -> Callable[[Any], Callable[..., Any]]:
    return attrgetter(f"{place}.{declared.name}" if place else declared.name)


def _struct_of(declared: AnyDeclared, fields: list[Argument]) -> type[msgspec.Struct]:
    wanted: list[Any] = [
        (one.name, one.kind) if one.default is REQUIRED else (one.name, one.kind, one.default) for one in fields
    ]
    words = declared.declaration.command or declared.function.__qualname__
    name = "".join(word[0].upper() + word[1:] for word in re.split(r"\W|_", words))
    return msgspec.defstruct(f"{name}Input", wanted, frozen=True, kw_only=True, forbid_unknown_fields=True)


def _page_of(declared: AnyDeclared, turns: bool) -> type[msgspec.Struct]:
    item: Any = get_args(declared.answer)[0]
    fields: list[Any] = [("items", list[item])]
    if turns:
        fields.append(("next", str | None))
    return msgspec.defstruct(f"{item.__name__}Page", fields, frozen=True, kw_only=True)


def _in_path(declared: AnyDeclared) -> dict[str, tuple[Any, Any]]:
    return {
        one.name: (Index if plain(one.kind) is int else FromPath[str], REQUIRED) for one in declared.of_role("path")
    }


def _address(declared: AnyDeclared) -> str:
    address = declared.declaration.path
    for one in declared.of_role("path"):
        kind = "int" if plain(one.kind) is int else "str"
        address = address.replace(f"{{{one.name}}}", f"{{{one.name}:{kind}}}")
    return address


def _of(generic: Any, kind: Any) -> Any:
    """A generic type of a type that is known only here."""
    return generic[kind]


def _sign(handle: Any, declared: AnyDeclared, parameters: Mapping[str, tuple[Any, Any]], answer: Any) -> None:
    """Give a handler the signature that Litestar reads: names, types and defaults of what a request holds."""
    kind = inspect.Parameter.KEYWORD_ONLY
    made = [inspect.Parameter("request", kind, annotation=Caller)]
    made += [
        inspect.Parameter(name, kind, annotation=hint, default=default) for name, (hint, default) in parameters.items()
    ]
    handle.__signature__ = inspect.Signature(made, return_annotation=answer)
    handle.__annotations__ = {one.name: one.annotation for one in made} | {"return": answer}
    handle.__name__ = handle.__qualname__ = declared.name
    handle.__doc__ = declared.__doc__
