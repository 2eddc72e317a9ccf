"""Outside registries over HTTP: is this number in force, and whose is it (核验登记机关、许可机关的信息).

The protocol, spoken by ``simulator.registry`` too: ``POST {url}`` with ``{"kind", "number", "holder"}`` as JSON gives
200 with ``{"state": "valid" | "revoked" | "unknown" | "mismatch", "valid_until": "2031-03-31"}``. Both may be
personal, so number and holder stand in the body, never in the address, and in no error.

``ANBAO_REGISTRY`` names one registry by its URL, or a YAML file that lists several.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Annotated

import httpx
import msgspec
from msgspec import Meta

from anbao.errors import InvalidInput
from anbao.law.yaml_source import YamlSource
from anbao.model.merchant import Day
from anbao.model.registry import RegistryAnswer, RegistryQuestion, RegistryState
from anbao.prevent.merchants.port import Registry, RegistryDown
from anbao.text import Text

REGISTRY_VARIABLE = "ANBAO_REGISTRY"

FIRST_PAUSE = 0.2
"""Seconds before the second try; doubled with each, and up to half as much again by chance."""

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class RegistrySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One registry: the ``kinds`` of number that it answers for (none: all), ``timeout`` in milliseconds, ``tries``.

    ``token_variable`` names the environment variable that holds its bearer token.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    url: Annotated[str, Meta(pattern=r"^https?://")]
    kinds: tuple[str, ...] = ()
    timeout: Annotated[int, Meta(ge=100, le=60_000)] = 5_000
    token_variable: str = ""
    tries: Annotated[int, Meta(ge=1, le=10)] = 3


class _RegistryReply(msgspec.Struct, frozen=True):
    """A registry's answer; what else it says is not read."""

    state: RegistryState
    valid_until: Day = ""


class HttpRegistry:
    """One registry. Safe in several threads; close it when it is asked no more."""

    def __init__(self, settings: RegistrySettings, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.settings = settings
        self._pause = pause
        self._dice = Random()
        token = os.environ.get(settings.token_variable, "") if settings.token_variable else ""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx.Client(timeout=settings.timeout / 1_000, headers=headers, follow_redirects=False)

    def close(self) -> None:
        self._client.close()

    def answers(self, kind: str) -> bool:
        return not self.settings.kinds or kind in self.settings.kinds

    def ask(self, question: RegistryQuestion) -> RegistryAnswer:
        """The answer, after at most ``tries`` requests. Raises RegistryDown."""
        body = msgspec.json.encode(question)
        start, reason = time.monotonic(), ""
        for turn in range(1, self.settings.tries + 1):
            if turn > 1:
                self._pause(FIRST_PAUSE * 2 ** (turn - 2) * (1 + self._dice.random() / 2))
            answer, reason, again = self._try(body)
            if answer is not None:
                return RegistryAnswer(
                    latency=int((time.monotonic() - start) * 1_000),
                    registry=self.settings.name,
                    state=answer.state,
                    tries=turn,
                    valid_until=answer.valid_until,
                )
            if not again:
                break
        raise RegistryDown(f"{self.settings.name}: {reason}")

    def _try(self, body: bytes) -> tuple[_RegistryReply | None, str, bool]:
        """The answer; or why there is none, and whether to try again."""
        try:
            response = self._client.post(self.settings.url, content=body, headers={"Content-Type": "application/json"})
        except httpx.HTTPError as error:
            return None, type(error).__name__, True
        if response.status_code != 200:
            return None, f"HTTP {response.status_code}", response.status_code in _AGAIN
        try:
            return msgspec.json.decode(response.content, type=_RegistryReply), "", False
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None, "its answer does not fit the protocol", False


class Registries:
    """Several registries; each kind of number goes to the first that answers for it."""

    def __init__(self, registries: Sequence[Registry]) -> None:
        self._registries = tuple(registries)

    def answers(self, kind: str) -> bool:
        return any(one.answers(kind) for one in self._registries)

    def ask(self, question: RegistryQuestion) -> RegistryAnswer:
        """Raises RegistryDown."""
        for one in self._registries:
            if one.answers(question.kind):
                return one.ask(question)
        raise RegistryDown(f"no registry answers for {question.kind}")


def registry_from_environment(environment: Mapping[str, str] = os.environ) -> Registry | None:
    """What ``ANBAO_REGISTRY`` names; None where it is not set. Raises InvalidInput, PackError (file and line)."""
    named = environment.get(REGISTRY_VARIABLE, "").strip()
    if not named:
        return None
    if named.startswith(("http://", "https://")):
        return HttpRegistry(RegistrySettings(name=httpx.URL(named).host, url=named))
    if not Path(named).is_file():
        raise InvalidInput(
            Text(f"{REGISTRY_VARIABLE} 指的文件不存在：{named}", f"{REGISTRY_VARIABLE} names no file: {named}"),
            hint=Text("写登记机关接口的网址，或列出它们的 YAML 文件", "give a registry's URL, or a YAML file of them"),
        )
    return Registries([HttpRegistry(one) for one in YamlSource(Path(named)).read_list(RegistrySettings)])
