"""How a value that somebody gives to an act is described, and how the command line takes it."""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from msgspec import Meta


class Option(NamedTuple):
    """Stands in ``Annotated[…]`` at a parameter of an act, or at a field of its input.

    ``flags``: names on the command line, ``--<name of the field>`` by default. ``argument``: it stands there without a
    name. ``read``: makes the value out of the text that was typed. ``default``: where the command line has
    one of its own.
    """

    zh: str
    en: str
    flags: tuple[str, ...] = ()
    argument: bool = False
    metavar: str | None = None
    read: Callable[[str], Any] | None = None
    default: str | None = None


ACTING = Option("何人", "who acts", flags=("--by",))

ActingPerson = Annotated[str, Meta(max_length=128), ACTING]
"""Who acts, where several people share a key; "" for the key itself. Recorded beside the key, it proves nothing."""
