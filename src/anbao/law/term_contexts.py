"""Context rules (``lexicon/contexts.yaml``): where a term of a lexicon means less than it says, and why.

A rule lowers the severity of a finding and gives it its name, so that people see why; only where ``lowers_to`` is 0 is
there no finding at all. What a rule is for stands in the pack and never in code: that "不含" makes an additive harmless
but no gun.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from anbao.model.listing import Channel
from anbao.text import Text

Form = Literal["", "across_words", "common_words", "few_letters"]
"""What the place itself must look like.

``across_words``: the term is no word there, but the end of one common word and the beginning of the next (微笑|气泡).
``common_words``: in a term of up to five characters, what a guess would replace are parts of common words (猫咪 for
猎枪). ``few_letters``: nothing but one to three Latin letters.
"""

Phrases = tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...]


class ContextRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule. It holds where all that it states holds; of ``around``, ``before``, ``after``, ``near`` one suffices.

    ``categories`` (with all below them), ``terms``, ``channels``: what it is for; all where empty.
    ``around``: longer phrases in which the term stands. ``before``, ``after``: phrases in the same clause, at most
    ``within`` characters from the term. ``near``: phrases in the same field, at most ``within`` characters from it.
    ``also``: one of these must stand in the field. ``unless``: none of these may stand in it.
    ``unsupported``: only where nothing else is found in the field.
    """

    id: Annotated[str, Meta(pattern="^[a-z][a-z_]{1,40}$")]
    title: Text
    lowers_to: Annotated[int, Meta(ge=0, le=4)]
    categories: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    form: Form = ""
    around: Phrases = ()
    before: Phrases = ()
    after: Phrases = ()
    near: Phrases = ()
    within: Annotated[int, Meta(ge=0, le=60)] = 0
    also: Phrases = ()
    unless: Phrases = ()
    unsupported: bool = False

    def __post_init__(self) -> None:
        if not (self.form or self.around or self.before or self.after or self.near or self.also or self.channels):
            raise ValueError(f"{self.id} says nowhere where it holds")

    def is_for(self, category: str, term: str, channel: Channel) -> bool:
        """Whether the rule is for hits of this kind."""
        return (
            (not self.channels or channel in self.channels)
            and (not self.terms or term in self.terms)
            and (
                not self.categories or any(category == one or category.startswith(f"{one}.") for one in self.categories)
            )
        )
