"""Risk notices as a consumer sees them, in one language."""

import msgspec

from anbao.model.notice import Notice
from anbao.text import Language, Text

_RISKS = Text(zh="风险", en="Risks")
_UNSUITABLE = Text(zh="不适宜人群", en="Not suitable for")
_CAUTIONS = Text(zh="注意事项", en="Cautions")
_QUESTION = Text(
    zh="您或者使用者是否属于上述不适宜人群？",
    en="Do you, or does the person who will use it, belong to one of these groups?",
)


class RenderedNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice in one language; ``question`` is empty where the consumer need not be asked."""

    id: str
    version: int
    language: Language
    title: str
    risks: tuple[str, ...]
    unsuitable: tuple[str, ...]
    cautions: tuple[str, ...]
    question: str = ""

    def as_text(self) -> str:
        """Plain lines: the title, each part with its heading, the question last."""
        parts = ((_RISKS, self.risks), (_UNSUITABLE, self.unsuitable), (_CAUTIONS, self.cautions))
        lines = [self.title]
        for heading, sentences in parts:
            if sentences:
                lines += [heading.get(self.language), *(f"- {sentence}" for sentence in sentences)]
        return "\n".join([*lines, self.question] if self.question else lines)


def render(notice: Notice, language: Language) -> RenderedNotice:
    """The notice as it is shown to a consumer."""
    return RenderedNotice(
        id=notice.id,
        version=notice.version,
        language=language,
        title=notice.title.get(language),
        risks=tuple(text.get(language) for text in notice.risks),
        unsuitable=tuple(text.get(language) for text in notice.unsuitable),
        cautions=tuple(text.get(language) for text in notice.cautions),
        question=_QUESTION.get(language) if notice.ask_unsuitable else "",
    )
