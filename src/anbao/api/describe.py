"""The API described: as OpenAPI, and as one page without scripts that loads nothing from elsewhere."""

import html
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from anbao import __version__
from anbao.api.problems import MEDIA_TYPE, ProblemDocument
from anbao.text import Language, Text

_TITLE = Text("安保 Anbao 接口", "Anbao API")
_INTRO = Text(
    "除健康检查与公开日志外，各接口须带请求头 Authorization: Bearer anbao_…；错误一律为 application/problem+json。",
    "All but health and the public log need the header Authorization: Bearer anbao_…;"
    " every error is application/problem+json.",
)
_COLUMNS = (Text("方法", "Method"), Text("地址", "Path"), Text("权限", "Scope"), Text("用途", "What it does"))
_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:68rem;margin:2rem auto;padding:0 1rem;color:#1c2733}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;vertical-align:top;"
    "border-bottom:1px solid #d8dee4}code{font-size:.9em}a{color:#0b5fff}"
)

_STREAMED = {
    ("post", "/v1/hazards/import"): "text/csv",
    ("post", "/v1/lexicons"): "text/csv",
    ("post", "/v1/listings/batch"): "application/x-ndjson",
    ("post", "/v1/pictures"): "application/octet-stream",
    ("post", "/v1/policies"): "application/json",
}
"""Bodies that a handler reads by itself."""


class Operation(msgspec.Struct, frozen=True):
    """One method at one address; ``scope`` is empty where no scope is needed."""

    method: str
    path: str
    scope: str
    words: Text


class Description:
    """Handlers described; made when first asked for."""

    def __init__(self, handlers: Sequence[BaseRouteHandler]) -> None:
        self._handlers = handlers

    @cached_property
    def document(self) -> bytes:
        """The OpenAPI document as JSON."""
        return msgspec.json.encode(self._schema)

    @cached_property
    def endpoints(self) -> tuple[Operation, ...]:
        """All documented endpoints, by path."""
        found = []
        for path, methods in sorted(self._schema["paths"].items()):
            for method, one in sorted(methods.items()):
                scopes = [scope for need in one.get("security", []) for scope in need.get("key", [])]
                words = Text(one["description"], one["summary"])
                found.append(Operation(method.upper(), path, "".join(scopes), words))
        return tuple(found)

    def page(self, language: Language) -> str:
        """The endpoints as HTML."""
        other, switch = ("en", "English") if language == "zh" else ("zh", "中文")
        heads = "".join(f"<th>{column.get(language)}</th>" for column in _COLUMNS)
        rows = "".join(
            f"<tr><td>{one.method}</td><td><code>{html.escape(one.path)}</code></td><td><code>{one.scope}</code></td>"
            f"<td>{html.escape(one.words.get(language))}</td></tr>"
            for one in self.endpoints
        )
        title = _TITLE.get(language)
        return (
            f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style>'
            f'<p><a href="?lang={other}">{switch}</a> · <a href="openapi.json">OpenAPI</a></p><h1>{title}</h1>'
            f"<p>{html.escape(_INTRO.get(language))}</p><table><tr>{heads}</tr>{rows}</table></html>"
        )

    @cached_property
    def _schema(self) -> dict[str, Any]:
        described = _documented(self._handlers).openapi_schema.to_schema()
        schemas, components = msgspec.json.schema_components(
            [ProblemDocument], ref_template="#/components/schemas/{name}"
        )
        described["components"]["schemas"].update(components)
        failure = {"description": "RFC 9457", "content": {MEDIA_TYPE: {"schema": schemas[0]}}}
        for path, methods in described["paths"].items():
            for method, one in methods.items():
                answers = {status: answer for status, answer in one["responses"].items() if status.startswith("2")}
                one["responses"] = {**answers, "default": failure}
                if media_type := _STREAMED.get((method, path)):
                    one["requestBody"] = {"required": True, "content": {media_type: {"schema": {"type": "string"}}}}
        return described


def _documented(handlers: Sequence[BaseRouteHandler]) -> Litestar:
    """An application only to be described: the one that serves has no schema routes of its own."""
    security = SecurityScheme(type="http", scheme="bearer", bearer_format="anbao_<id>_<secret>")
    return Litestar(
        route_handlers=list(handlers),
        openapi_config=OpenAPIConfig(
            title=_TITLE.en,
            version=__version__,
            description=_INTRO.en,
            components=Components(security_schemes={"key": security}),
        ),
    )
