"""Acts and reads: what a person or a program can do or ask, declared where it is done.

``@act`` stands over a method of a service that takes a ``Work``, ``@query`` over one that takes a ``Connection``. HTTP
route with its description, command with its options, and the Python method are derived from that declaration and from
the method's signature (decision 0042):

- a parameter that stands in braces in ``path`` is a part of the address, and an argument on the command line; without a
  ``path``, what is given by place is one;
- a struct is the body, and its fields are options on the command line;
- ``actor`` is who acts: the key over HTTP, ``--by`` on the command line. A parameter of type ``ActingPerson`` is the
  one of several people who share a key; ``at``: when it happened (UTC ms);
- what else there is (``reason``) is a field of the body, beside the struct where there is one, and an option.

An act that returns a number answers with the entry of that index, one that returns a text with the id of what was made.

In Python a method that is declared so opens its own transaction; given a ``Work`` (or a ``Connection``) it takes part
in that one: ``service.lift("H1", "retested", actor="li")``, ``service.lift(work, "H1", "retested", actor="li")``.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Concatenate,
    Generic,
    Literal,
    NamedTuple,
    ParamSpec,
    Protocol,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

import msgspec

from anbao.engine.entered import entered
from anbao.engine.work import Work
from anbao.model.options import ACTING, Option
from anbao.model.scopes import Scope
from anbao.store import Connection
from anbao.text import Text

if TYPE_CHECKING:
    from anbao.engine.core import Core


class HasCore(Protocol):
    """A service: what it does is done in the core's transactions."""

    @property
    def core(self) -> "Core":
        """Returns the core."""


S = TypeVar("S", bound=HasCore)
P = ParamSpec("P")
T = TypeVar("T")
Session = TypeVar("Session", Work, Connection)

Role = Literal["path", "body", "field", "actor", "person", "at"]

REQUIRED: Any = inspect.Parameter.empty
"""The default of a parameter that has none."""

_IN_BRACES = re.compile(r"\{(\w+)\}")
_BY_NAME: Mapping[str, Role] = {"actor": "actor", "at": "at"}


class Argument(msgspec.Struct, frozen=True):
    """One parameter of an act. ``kind``: its type with all that stands in ``Annotated``."""

    name: str
    role: Role
    kind: Any
    default: Any = REQUIRED

    @property
    def option(self) -> Option | None:
        """Returns how it is described, where it is."""
        return option_of(self.kind)


class Cells(NamedTuple):
    """A column of a table that shows something else than the attribute it is called after.

    ``shown``: what stands in the cell of an item.
    """

    title: Text
    shown: Callable[[Any], object]


Columns = Mapping[str, Text | Cells]
"""The columns of a table by their keys in a row."""


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """What interfaces need to know of an act besides its signature.

    ``path``: its address, ``command``: its words on the command line ("hazard confirm"); an empty one has none there.
    ``second_review``: it decides a case, so that nothing may take effect before a second person agrees. ``file``: the
    body comes as a file of JSON on the command line. ``status``: of the answer over HTTP. ``keyed``: the same
    request under the same idempotency key gets the same answer; it need not for what is only asked.
    ``position``: where a thing stands in a list that is read on from ``after``; ``bare``: a list is answered as such.
    ``columns``: of the table in which the command line shows what was found: titles, or ``Cells``, by the key in a row.
    """

    title: Text
    scope: Scope
    path: str = ""
    command: str = ""
    second_review: bool = False
    file: bool = False
    reads: bool = False
    status: int = 201
    keyed: bool = True
    columns: Columns = msgspec.field(default_factory=dict)
    position: Callable[[Any], tuple[int | str, ...]] | None = None
    bare: bool = False


class Declared(Generic[S, Session, P, T]):
    """An act or a read: its declaration and its function; as an attribute of a service it can be called."""

    def __init__(self, function: Callable[Concatenate[S, Session, P], T], declaration: Declaration) -> None:
        self.function: Callable[Concatenate[S, Session, P], T] = function
        self.declaration = declaration
        self.name = function.__name__
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, service: None, owner: type[S]) -> "Declared[S, Session, P, T]": ...
    @overload
    def __get__(self, service: S, owner: type[S]) -> "Bound[Session, P, T]": ...
    def __get__(self, service: S | None, owner: type[S]) -> "Declared[S, Session, P, T] | Bound[Session, P, T]":
        return self if service is None else Bound(self, service)

    @cached_property
    def answer(self) -> Any:
        """Returns the type of what it answers."""
        return get_type_hints(self.function, include_extras=True)["return"]

    @cached_property
    def parameters(self) -> tuple[Argument, ...]:
        """Returns its parameters behind the service and the transaction, in order."""
        hints = get_type_hints(self.function, include_extras=True)
        found = list(inspect.signature(self.function).parameters.values())[2:]
        named = frozenset(_IN_BRACES.findall(self.declaration.path))
        if not self.declaration.path:
            named = frozenset(one.name for one in found if one.kind is one.POSITIONAL_OR_KEYWORD) - {"reason"}
        return tuple(
            Argument(one.name, _role(one.name, hints[one.name], named), hints[one.name], one.default) for one in found
        )

    def of_role(self, role: Role) -> list[Argument]:
        """Returns the parameters of one role, in order."""
        return [one for one in self.parameters if one.role == role]


class Bound(Generic[Session, P, T]):
    """An act of an opened service."""

    def __init__(self, declared: Declared[Any, Session, P, T], service: HasCore) -> None:
        self._declaration = declared.declaration
        self._function: Callable[..., T] = declared.function
        self._service = service

    @overload
    def __call__(self, session: Session, /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T: ...
    def __call__(self, *args: Any, **kwargs: Any) -> T:  # type: ignore[misc]  # P is not known here
        """In the given transaction, or in one of its own. Raises what the act raises; InvalidInput for bad input."""
        if args and isinstance(args[0], Connection):
            return self._function(self._service, *args, **kwargs)
        if args and isinstance(args[0], Work):
            return self._act(args[0], args[1:], kwargs)
        if self._declaration.reads:
            with self._service.core.reading() as conn:
                return self._function(self._service, conn, *args, **kwargs)
        return self._service.core.run(lambda work: self._act(work, args, kwargs))

    def _act(self, work: Work, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> T:
        named = {name: entered(value, name, work.now) for name, value in kwargs.items()}
        return self._function(self._service, work, *map(entered, args), **named)


def act(
    *,
    title: Text,
    scope: Scope,
    path: str = "",
    command: str = "",
    second_review: bool = False,
    file: bool = False,
    status: int = 201,
    keyed: bool = True,
) -> Callable[[Callable[Concatenate[S, Work, P], T]], Declared[S, Work, P, T]]:
    """Declare a method of a service as an act; see ``Declaration``."""
    declaration = Declaration(
        title=title,
        scope=scope,
        path=path,
        command=command,
        second_review=second_review,
        file=file,
        status=status,
        keyed=keyed,
    )
    return lambda function: Declared(function, declaration)


def query(
    *,
    title: Text,
    scope: Scope,
    path: str = "",
    command: str = "",
    columns: Columns | None = None,
    position: Callable[[Any], tuple[int | str, ...]] | None = None,
    bare: bool = False,
) -> Callable[[Callable[Concatenate[S, Connection, P], T]], Declared[S, Connection, P, T]]:
    """Declare a method of a service as a read; see ``Declaration``."""
    declaration = Declaration(
        title=title,
        scope=scope,
        path=path,
        command=command,
        reads=True,
        status=200,
        columns=columns or {},
        position=position,
        bare=bare,
    )
    return lambda function: Declared(function, declaration)


def declared(service: type) -> Iterator[Declared[Any, Any, ..., Any]]:
    """Yields what a class of services declares, in the order of its source."""
    for base in reversed(service.__mro__):
        for one in vars(base).values():
            if isinstance(one, Declared):
                yield one


def plain(kind: Any) -> Any:
    """Returns a type without what ``Annotated`` adds to it."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def option_of(kind: Any) -> Option | None:
    """Returns the ``Option`` in an ``Annotated`` type, where there is one."""
    if get_origin(kind) is not Annotated:
        return None
    return next((one for one in get_args(kind)[1:] if isinstance(one, Option)), None)


def is_struct(kind: Any) -> bool:
    """Returns whether a type is one struct."""
    bare = plain(kind)
    return isinstance(bare, type) and issubclass(bare, msgspec.Struct)


def _role(name: str, kind: Any, named: frozenset[str]) -> Role:
    if is_struct(kind):
        return "body"
    if option_of(kind) is ACTING:
        return "person"
    if name in named:
        return "path"
    return _BY_NAME.get(name, "field")
