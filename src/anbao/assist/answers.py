"""What a consumer who asks for help gets."""

import msgspec

from anbao.assist.disclosure import Seller
from anbao.assist.dossier import DossierRecord
from anbao.assist.records import State
from anbao.law.help import Hint
from anbao.law.templates import Letter
from anbao.text import Text

_FIELDS = {
    "name": Text("真实名称", "real name"),
    "address": Text("地址", "address"),
    "contact": Text("有效联系方式", "valid contact"),
}


class HelpAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the consumer gets, and in writing. ``held``: why a person must look first, empty where nobody must."""

    dispute: str
    entry: int
    state: State
    held: str = ""
    letter: Letter | None = None
    seller: Seller | None = None
    records: list[DossierRecord] = []
    hints: tuple[Hint, ...] = ()


def missing_of(seller: Seller) -> Text:
    """What of a seller the platform cannot give, in words."""
    words = [_FIELDS[name] for name in seller.missing]
    return Text("、".join(one.zh for one in words), ", ".join(one.en for one in words))
