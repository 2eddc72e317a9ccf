"""Who decides: a name, and the key that signed in where one did.

Over HTTP the key is who acts; the name that is typed with it is recorded beside it. On the command line and in Python
nobody signs in: the name is what somebody stated, and the entry says so (``identity``: ``stated``).
"""

import unicodedata
from typing import NamedTuple

from anbao.engine.values import Parameters
from anbao.engine.work import Work
from anbao.errors import Forbidden, InvalidInput
from anbao.text import Text

STATED = "stated"
"""The field of an entry's body, and its only value; an entry without it says nothing of how the person was known."""

KEY_PREFIX = "key:"
SECOND_BY_KEY = "review.second_by_key"
"""The parameter that says whether a second review takes a key."""

_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that show nothing though their category says otherwise; variation selectors come in ranges."""


class Person(NamedTuple):
    """A name as it was given, and the actor of the key that signed in ("" where nobody did)."""

    name: str
    key: str = ""

    def is_also(self, name: str, key: str = "") -> bool:
        """Whether this may be the person known by ``name`` or ``key``: the same name, or the same key."""
        return bool(name and folded(name) == folded(self.name)) or bool(key and key == self.key)


def folded(name: str) -> str:
    """A name without what does not distinguish two persons: case, width, spaces, characters that nobody sees."""
    wide = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", "".join(char for char in wide if not _unseen(char)))


def person_of(work: Work, name: str) -> Person:
    """The person ``name``, under the key that signed in. Raises InvalidInput."""
    check_name(name, work.signed_in)
    return Person(name, work.signed_in)


def check_name(name: str, signed_in: str = "", field: str = "person") -> None:
    """Raises InvalidInput for no name, and for one that names a key other than the one that signed in."""
    seen = folded(name)
    if not seen or seen.startswith("~") or any(char in name for char in "\x00\n\r"):
        raise InvalidInput(Text("须写明何人，不以 ~ 开头", "say who it is, not beginning with ~"), field=field)
    if seen.startswith(KEY_PREFIX) and name != signed_in:
        raise InvalidInput(
            Text(
                f"{name} 是接口密钥的名称，只能由该密钥自己使用",
                f"{name} is the name of a key; only that key acts as it",
            ),
            hint=Text("写人员姓名", "give the person's own name"),
            field=field,
        )


def identity_of(work: Work) -> str:
    """Returns what an entry says of who made it: that they were only stated, "" where somebody signed in."""
    return "" if work.signed_in else STATED


def key_of(actor: str, identity: str, key: str = "") -> str:
    """Returns the key under which an entry was made, as its actor; "" where nobody signed in.

    ``identity`` and ``key``: what the entry says.
    """
    given = key or actor
    return given if given.startswith(KEY_PREFIX) and identity != STATED else ""


def keys_required(parameters: Parameters, work: Work) -> bool:
    """Whether the platform takes keys for second reviews."""
    return parameters.word(work.conn, SECOND_BY_KEY, work.now) == "required"


def require_key(parameters: Parameters, work: Work) -> None:
    """Raises Forbidden where the platform takes keys for second reviews and nobody signed in."""
    if work.signed_in or not keys_required(parameters, work):
        return
    raise Forbidden(
        Text(
            "平台要求复核的两人都用各自的接口密钥；此处仅自报姓名",
            "this platform takes keys for second reviews, from both persons; here a person was only stated",
        ),
        hint=Text(
            f"经 HTTP 接口用各自的密钥决定，或修改参数 {SECOND_BY_KEY}",
            f"decide over HTTP, each with a key of their own, or change the parameter {SECOND_BY_KEY}",
        ),
        field="person",
    )


def _unseen(char: str) -> bool:
    category, code = unicodedata.category(char), ord(char)
    return (
        category in ("Cc", "Cf", "Zs", "Zl", "Zp")
        or char in _UNSEEN
        or 0xFE00 <= code <= 0xFE0F
        or 0x180B <= code <= 0x180F
        or 0xE0100 <= code <= 0xE01EF
    )
