"""Pages that anyone may open: plain HTML in the reader's language, no script, nothing loaded from elsewhere."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jinja2

from anbao.api.context import PublicRequest
from anbao.text import Language, Text, choose_language

STYLE = """
body{font:16px/1.7 -apple-system,"PingFang SC","Noto Sans SC","Microsoft YaHei",sans-serif;max-width:46rem;
margin:2rem auto;padding:0 1rem;color:#1a1a1a}h1{font-size:1.5rem}article{border-top:1px solid #ddd;padding:1rem 0}
table{border-collapse:collapse}td,th{border:1px solid #ddd;padding:.2rem .5rem;text-align:left}pre{white-space:pre-wrap;
overflow-wrap:anywhere;background:#f6f6f6;padding:.5rem}.dim{color:#666;font-size:.9rem}.lifted{opacity:.6}a{color:#0b57d0}
"""


def reader_language(request: PublicRequest, wanted: str | None) -> Language:
    """The language asked for, else the browser's, else zh-CN."""
    return choose_language(wanted or request.headers.get("accept-language"))


def public_page(title: Text, language: Language, template: str, slots: Mapping[str, Any]) -> str:
    """A whole page; ``template`` is the Jinja text of its body, escaped by default."""
    body = _compiled(template).render(slots, t=lambda zh, en: Text(zh, en).get(language), language=language)
    other = "en" if language == "zh" else "zh"
    return _compiled(_FRAME).render(
        title=title.get(language),
        style=STYLE,
        body=body,
        tag="zh-CN" if language == "zh" else "en",
        other=other,
        other_name="English" if other == "en" else "中文",
    )


@cache
def _compiled(source: str) -> jinja2.Template:
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(source)


_FRAME = """<!doctype html>
<html lang="{{ tag }}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{ title }}</title><style>{{ style|safe }}</style>
<p class="dim"><a href="?lang={{ other }}">{{ other_name }}</a></p><h1>{{ title }}</h1>
{{ body|safe }}
</html>
"""
