"""A risk notice (告知提示): what is shown to a consumer before the order (消费者权益保护法 18, 28)."""

import re
from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from anbao.model.sourced import Sourced
from anbao.text import Text

_SLOT = re.compile(r"\{\??([a-z_]+)\}")
_CONDITION = re.compile(r"\{\?[a-z_]+\}")


class Notice(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One notice in one version. With ``ask_unsuitable`` the consumer is asked about the groups before the order.

    A sentence may name facts of the listing, as ``{altitude_m}``, or ``{?scuba}`` to depend on one without saying
    it; such a sentence is shown only where the listing states them.
    ``confirm``: the consumer must acknowledge it; otherwise it is enough that it was shown. ``confirm_law``: a statute
    asks for the acknowledgement; otherwise it is the platform's own rule.
    """

    id: str
    version: Annotated[int, Meta(ge=1)]
    title: Text
    risks: Annotated[tuple[Text, ...], Meta(min_length=1)]
    cautions: Annotated[tuple[Text, ...], Meta(min_length=1)]
    unsuitable: tuple[Text, ...] = ()
    ask_unsuitable: bool = False
    confirm: bool = True
    confirm_law: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.ask_unsuitable and not self.unsuitable:
            raise ValueError("ask_unsuitable is set, but no unsuitable group is named")
        for sentence in (*self.risks, *self.cautions, *self.unsuitable):
            if slots(sentence.zh) != slots(sentence.en):
                raise ValueError(f"the languages name different facts: {sentence.zh}")
        if all(slots(sentence.zh) for sentence in self.risks):
            raise ValueError("every risk depends on a fact of the listing")

    @property
    def facts(self) -> frozenset[str]:
        """The facts that its sentences name."""
        return frozenset(name for one in (*self.risks, *self.cautions, *self.unsuitable) for name in slots(one.zh))


def slots(sentence: str) -> frozenset[str]:
    """The facts that a sentence names."""
    return frozenset(_SLOT.findall(sentence))


def fill(sentence: str, facts: Mapping[str, object]) -> str:
    """The sentence with its facts. Raises KeyError for one that is not given."""
    return _CONDITION.sub("", sentence).format_map(facts)
