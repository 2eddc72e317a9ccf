"""Texts that Anbao writes to people (``templates/*.yaml``): warnings, statements, letters, in zh-CN and English.

A template is a Jinja text; what it may name is checked when it is rendered, so that a slot that nobody filled is an
error and never an empty place in a letter.
"""

import hashlib
import html
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import msgspec
from msgspec import Meta

from anbao.errors import InvalidInput
from anbao.law.cache import read_cached
from anbao.law.yaml_source import YamlSource
from anbao.model.sourced import Sourced
from anbao.text import Language, Text

if TYPE_CHECKING:
    import jinja2

_COMPILES = "jinja"
"""The check that all templates of a file compile."""

_STYLE = (
    "body{font:16px/1.8 serif;max-width:46rem;margin:3rem auto;padding:0 1rem}h1{text-align:center;font-size:1.4rem}"
)


class Template(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text in one version; ``title`` and ``body`` are Jinja templates in both languages."""

    id: str
    version: Annotated[int, Meta(ge=1)]
    title: Text
    body: Text


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """What a person reads. ``digest`` is SHA-256 (hex) over title, line feed and body."""

    template: str
    version: int
    language: Language
    title: str
    body: str
    digest: str


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A text in both languages."""

    title: Text
    body: Text

    def page(self, language: Language) -> str:
        """As a page to print or keep, which loads nothing."""
        title, body = html.escape(self.title.get(language)), html.escape(self.body.get(language))
        tag = "en" if language == "en" else "zh-CN"
        return (
            f'<!doctype html><html lang="{tag}"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
            f'<h1>{title}</h1><div style="white-space:pre-wrap">{body}</div></html>'
        )


class Templates:
    """The templates of a pack by id."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._known = dict(templates)

    def get(self, name: str) -> Template:
        """Raises InvalidInput for an unknown one."""
        found = self._known.get(name)
        if found is None:
            raise InvalidInput(Text(f"没有文本模板 {name}", f"there is no template {name}"), field="template")
        return found

    def render(self, name: str, language: Language, slots: Mapping[str, Any]) -> Rendered:
        """The text in one language. Raises InvalidInput for an unknown template or a slot that is not given."""
        from jinja2 import UndefinedError

        template = self.get(name)
        try:
            title = _compiled(template.title.get(language)).render(slots).strip()
            body = _compiled(template.body.get(language)).render(slots).strip()
        except UndefinedError as error:
            raise InvalidInput(
                Text(f"模板 {name} 缺少内容：{error}", f"the template {name} lacks a slot: {error}"), field="template"
            ) from error
        digest = hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()
        return Rendered(
            template=name, version=template.version, language=language, title=title, body=body, digest=digest
        )

    def letter(self, name: str, slots: Mapping[str, Any]) -> Letter:
        """The text in both languages; a ``Text`` among the slots is read in each. Raises as ``render``."""
        zh, en = (self.render(name, language, _in(language, slots)) for language in get_args(Language))
        return Letter(title=Text(zh.title, en.title), body=Text(zh.body, en.body))


def _in(language: Language, slots: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.get(language) if isinstance(value, Text) else value for name, value in slots.items()}


@read_cached
def load_templates(folder: Path) -> Templates:
    """Read all files of ``folder/templates``. Raises PackError with file and line."""
    known: dict[str, Template] = {}
    for file in sorted((folder / "templates").glob("*.yaml")):
        source = YamlSource(file)
        compiles = source.passed(_COMPILES)
        for place, template in enumerate(source.read_list(Template)):
            if template.id in known:
                raise source.error(Text(f"{template.id} 重复", f"{template.id} stands twice"), place, "id")
            if not compiles:
                _check(source, place, template)
            known[template.id] = template
        if not compiles:
            source.note_passed(_COMPILES)
    return Templates(known)


def _check(source: YamlSource, place: int, template: Template) -> None:
    """Raises PackError where a template is none of Jinja's."""
    from jinja2 import TemplateSyntaxError

    for text in (template.title, template.body):
        for language in get_args(Language):
            try:
                _compiled(text.get(language))
            except TemplateSyntaxError as error:
                what = Text(f"模板语法错误：{error}", f"no valid template: {error}")
                raise source.error(what, place, "body") from error


@cache
def _environment() -> "jinja2.Environment":
    import jinja2  # most commands write no letter
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _compiled(source: str) -> "jinja2.Template":
    return _environment().from_string(source)
