"""Risk notices as a consumer sees them, in one language, filled with the listing's own facts."""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from anbao.model.listing_fact import FactValue
from anbao.model.notice import Notice, fill, slots
from anbao.text import Language, Text

if TYPE_CHECKING:
    import jinja2

_RISKS = Text(zh="风险", en="Risks")
_UNSUITABLE = Text(zh="不适宜人群", en="Not suitable for")
_CAUTIONS = Text(zh="注意事项", en="Cautions")
_QUESTION = Text(
    zh="您或者使用者是否属于上述不适宜人群？",
    en="Do you, or does the person who will use it, belong to one of these groups?",
)
_CONFIRM = Text(zh="我已阅读并理解上述风险提示", en="I have read and understood this notice")


class RenderedNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice in one language; ``question`` is empty where the consumer need not be asked,
    ``confirm`` where it is enough that the notice was shown.
    """

    id: str
    version: int
    language: Language
    title: str
    risks: tuple[str, ...]
    unsuitable: tuple[str, ...]
    cautions: tuple[str, ...]
    question: str = ""
    confirm: str = ""

    @property
    def parts(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Headings and their sentences; a part without sentences has no heading."""
        named = ((_RISKS, self.risks), (_UNSUITABLE, self.unsuitable), (_CAUTIONS, self.cautions))
        return tuple((heading.get(self.language), sentences) for heading, sentences in named if sentences)

    def as_text(self) -> str:
        """Plain lines: the title, each part with its heading, the question last."""
        lines = [self.title]
        for heading, sentences in self.parts:
            lines += [heading, *(f"- {sentence}" for sentence in sentences)]
        return "\n".join([*lines, self.question] if self.question else lines)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the plain text in UTF-8: what an entry says was shown."""
        return sha256(self.as_text().encode()).hexdigest()


def render(notice: Notice, language: Language, facts: Mapping[str, FactValue] | None = None) -> RenderedNotice:
    """The notice as it is shown to a consumer; sentences whose facts are not known are left out."""
    known = facts or {}

    def sentences_of(sentences: Sequence[Text]) -> tuple[str, ...]:
        return tuple(
            fill(sentence.get(language), known) for sentence in sentences if slots(sentence.zh) <= known.keys()
        )

    return RenderedNotice(
        id=notice.id,
        version=notice.version,
        language=language,
        title=notice.title.get(language),
        risks=sentences_of(notice.risks),
        unsuitable=sentences_of(notice.unsuitable),
        cautions=sentences_of(notice.cautions),
        question=_QUESTION.get(language) if notice.ask_unsuitable else "",
        confirm=_CONFIRM.get(language) if notice.confirm else "",
    )


def to_html(shown: Sequence[RenderedNotice]) -> str:
    """The notices as an HTML fragment to be put on the page of the listing; nothing in it runs."""
    return _fragment().render(notices=shown, yes=_YES, no=_NO)


_YES = Text(zh="属于", en="Yes")
_NO = Text(zh="不属于", en="No")


@cache
def _fragment() -> "jinja2.Template":
    import jinja2  # most commands render no notice

    loader = jinja2.PackageLoader("anbao.warn", "pages")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("notices.html.j2")
