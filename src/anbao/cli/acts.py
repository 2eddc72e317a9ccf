"""The commands of acts and reads, made from their declarations (``engine.acts``)."""

import types
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import click
import msgspec
from msgspec import Meta

from anbao.cli.acting import act as decide
from anbao.cli.acting import print_entry, print_json, read_json
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, echo, emit
from anbao.engine.acts import REQUIRED, Cells, Declared, declared, option_of, plain
from anbao.model.options import ACTING, Option
from anbao.text import system_language

AnyDeclared = Declared[Any, Any, ..., Any]

_WORDS: Mapping[str, Option] = {
    "reason": Option("理由", "the reason"),
    "limit": Option("至多列出多少", "how many at the most"),
}
"""Descriptions of parameters that mean the same in every command."""

_LIMIT = click.IntRange(1, 100_000)


def add_acts(group: click.Group, verb: str, place: str, service: type) -> None:
    """Add to the group of a verb the commands that a service declares under it ("hazard": all of "hazard …").

    ``place``: the service as an attribute of the platform.
    """
    for one in declared(service):
        words = one.declaration.command.split()
        if words[:1] == [verb]:
            _group_of(group, words[1:-1]).add_command(command_of(place, one))


def command_of(place: str, one: AnyDeclared) -> click.Command:
    """Returns the command of an act or a read."""
    declaration = one.declaration
    values = [_value_of(name, kind, default) for name, kind, default in _values(one)]
    file = bool(one.of_role("body")) and declaration.file

    def run(store_url: str | None, output_format: str = "json", **given: Any) -> int | None:
        named = _named(one, given)
        with open_store_option(store_url) as platform:
            function = attrgetter(f"{place}.{one.name}" if place else one.name)(platform)
            found = function(**named) if declaration.reads else decide(platform, lambda work: function(work, **named))
        return _show(one, found, output_format)

    parameters: list[click.Parameter] = [*values]
    if file:
        parameters.append(click.Argument(["file"], type=click.File("rb"), default="-"))
    if actor := next(iter(one.of_role("actor")), None):
        default = None if actor.default is REQUIRED or one.of_role("person") else actor.default
        stated: dict[str, Any] = {} if default is None else {"default": default}
        by = t("何人", "by whom")
        parameters.append(click.Option(["--by", "by"], help=by, required=default is None, show_default=True, **stated))
    made = click.Command(
        declaration.command.split()[-1],
        callback=run,
        params=parameters,
        help=t(declaration.title.zh, declaration.title.en[0].lower() + declaration.title.en[1:]),
    )
    run.__doc__ = one.__doc__
    store_option(made)
    if declaration.columns:
        format_option()(made)
    return made


def _named(one: AnyDeclared, given: Mapping[str, Any]) -> dict[str, Any]:
    """The function's arguments out of those of the command."""
    named: dict[str, Any] = {}
    for parameter in one.parameters:
        if parameter.role == "body":
            kind = plain(parameter.kind)
            if one.declaration.file:
                named[parameter.name] = read_json(given["file"].read(), kind)
            else:
                fields = {name: given[name] for name in kind.__struct_fields__ if given.get(name) not in (None, ())}
                named[parameter.name] = kind(**fields)
        elif parameter.role in ("actor", "person"):
            named[parameter.name] = given["by"]
        elif parameter.name in given:
            named[parameter.name] = given[parameter.name]
    return named


def _show(one: AnyDeclared, found: Any, output_format: str) -> int | None:
    columns = one.declaration.columns
    if columns and isinstance(found, list):
        shown = {key: one.shown if isinstance(one, Cells) else attrgetter(key) for key, one in columns.items()}
        titled = [Column(key, one.title if isinstance(one, Cells) else one) for key, one in columns.items()]
        rows = [{key: cell(item) for key, cell in shown.items()} for item in found]
        emit(rows, titled, output_format, system_language())
    elif isinstance(found, int):
        print_entry(found)
    elif isinstance(found, str):
        echo(found)
    elif found is not None:
        print_json(found)
    return None


def _values(one: AnyDeclared) -> Iterable[tuple[str, Any, Any]]:
    """Name, type and default of each value that is given as an argument or option."""
    for parameter in one.parameters:
        if parameter.role == "body" and not one.declaration.file:
            kind = plain(parameter.kind)
            hints = get_type_hints(kind, include_extras=True)
            for field in msgspec.structs.fields(kind):
                if option_of(hints[field.name]) is not ACTING:  # it is ``--by``
                    yield field.name, hints[field.name], REQUIRED if field.required else field.default
        elif parameter.role == "path":
            yield parameter.name, parameter.kind, _ARGUMENT
        elif parameter.role == "field" and parameter.name not in ("after",):
            yield parameter.name, parameter.kind, parameter.default


_ARGUMENT: Any = object()
"""Stands for the default of what is given without a name."""


def _value_of(name: str, kind: Any, default: Any) -> click.Parameter:
    option = option_of(kind) or option_of(_not_none(kind)) or _WORDS.get(name) or Option("", "")
    bare = plain(_not_none(kind))
    if default is _ARGUMENT or option.argument:
        return click.Argument([name], type=_type_of(kind, option, name))
    flags = option.flags or (f"--{name.replace('_', '-')}",)
    words = t(option.zh, option.en)
    if bare is bool:
        no = flags[1] if len(flags) > 1 else f"--no-{flags[0][2:]}"
        names = f"{flags[0]}/{no}" if default is REQUIRED or default or len(flags) > 1 else flags[0]
        preset: dict[str, Any] = {} if default is REQUIRED else {"default": default}
        return click.Option([names, name], is_flag=True, required=default is REQUIRED, help=words, **preset)
    many = get_origin(bare) is tuple
    typed = _type_of(get_args(bare)[0] if many else _not_none(kind), option, name)
    needed = default is REQUIRED and option.default is None and not many
    value = option.default if default is REQUIRED else default
    # click takes an explicit default of None for a value that was given, and then asks for no required option.
    given: dict[str, Any] = {} if many or value is None else {"default": value}
    return click.Option(
        [*flags, name],
        type=typed,
        multiple=many,
        required=needed,
        show_default=value not in (None, "", ()),
        help=words,
        metavar=option.metavar,
        **given,
    )


def _type_of(kind: Any, option: Option, name: str) -> click.ParamType[Any]:
    if option.read is not None:
        return click.types.FuncParamType(option.read)
    if name == "limit":
        return _LIMIT
    bare = plain(kind)
    if get_origin(bare) is Literal:
        return click.Choice([str(one) for one in get_args(bare)])
    if bare is int:
        bounds = next((one for one in get_args(kind)[1:] if isinstance(one, Meta)), Meta())
        least, most = (None if bound is None else int(bound) for bound in (bounds.ge, bounds.le))
        return click.INT if least is None and most is None else click.IntRange(least, most)
    return click.STRING


def _not_none(kind: Any) -> Any:
    """A type without None."""
    bare = plain(kind)
    if get_origin(bare) in (Union, types.UnionType):
        return next(one for one in get_args(bare) if one is not type(None))
    return kind


def _group_of(group: click.Group, words: list[str]) -> click.Group:
    for word in words:
        found = group.commands[word]
        assert isinstance(found, click.Group)
        group = found
    return group
