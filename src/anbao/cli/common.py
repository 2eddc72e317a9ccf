"""What the commands share: words in the user's language, the store option, and how errors reach the user."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import click

from anbao.errors import InvalidInput
from anbao.text import Text, system_language

if TYPE_CHECKING:
    from anbao.platform import Platform

F = TypeVar("F", bound=Callable[..., object])

STORE_VARIABLE = "ANBAO_STORE"
FORMATS = ("table", "json", "jsonl", "csv")


def t(zh: str, en: str) -> str:
    """The words in the user's language."""
    return Text(zh, en).get(system_language())


def store_option(function: F) -> F:
    """``--store URL``, by default from ``ANBAO_STORE``."""
    return click.option(
        "--store",
        "store_url",
        metavar="URL",
        default=lambda: os.environ.get(STORE_VARIABLE),
        help=t(
            "存储地址：sqlite:///文件.db 或 postgresql://…（默认取环境变量 ANBAO_STORE）",
            "the store: sqlite:///file.db or postgresql://… (default: ANBAO_STORE)",
        ),
    )(function)


def format_option(default: str = "table") -> Callable[[F], F]:
    """``--format table|json|jsonl|csv``."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(FORMATS),
        default=default,
        show_default=True,
        help=t("输出格式", "output format"),
    )


def require_store(url: str | None) -> str:
    """The URL, or InvalidInput that says how to give one."""
    if url:
        return url
    raise InvalidInput(
        Text("没有指定存储", "no store given"),
        hint=Text(
            f"加 --store sqlite:///anbao.db，或设环境变量 {STORE_VARIABLE}",
            f"add --store sqlite:///anbao.db, or set {STORE_VARIABLE}",
        ),
    )


def open_store_option(url: str | None, *, create: bool = False) -> "Platform":
    """The platform behind ``--store``."""
    # Loaded here, so that help and usage errors come at once.
    from anbao.platform import open_platform

    store = require_store(url)
    platform = open_platform(store, create=create)
    platform.persons.delete_files = partial(_delete_files, store)
    return platform


def _delete_files(store: str, digests: Sequence[str]) -> None:
    from anbao.connect.storage import delete_from  # the object storage is rarely needed

    delete_from(store, digests)


def connect_registry(platform: "Platform") -> None:
    """Ask the registry that ``ANBAO_REGISTRY`` names before a merchant is verified. Raises InvalidInput, PackError."""
    from anbao.connect.registry import registry_from_environment

    platform.prevent.merchants.connect(registry_from_environment())
