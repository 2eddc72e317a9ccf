"""Words for people, in zh-CN and English side by side, so that neither can be forgotten or drift."""

import os
from typing import Literal

import msgspec

Language = Literal["zh", "en"]

DEFAULT_LANGUAGE: Language = "zh"


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message in both languages. ``format`` fills ``{name}`` fields in each."""

    zh: str
    en: str

    def format(self, **fields: object) -> "Text":
        return Text(self.zh.format(**fields), self.en.format(**fields))

    def get(self, language: Language) -> str:
        return self.en if language == "en" else self.zh


def choose_language(wanted: str | None) -> Language:
    """The language for an ``Accept-Language`` value, a locale or a setting; zh-CN unless English ranks first."""
    if not wanted:
        return DEFAULT_LANGUAGE
    for part in wanted.replace("_", "-").split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return DEFAULT_LANGUAGE


def system_language() -> Language:
    """The language set by ``ANBAO_LANG``; zh-CN by default."""
    return choose_language(os.environ.get("ANBAO_LANG"))
