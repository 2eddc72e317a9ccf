"""``anbao key``: who may call the HTTP API, and for what."""

import click

from anbao.access.keys import create_key, list_keys, revoke_key
from anbao.cli.acts import add_acts
from anbao.cli.common import format_option, open_store_option, store_option, t
from anbao.cli.output import Column, echo, emit
from anbao.model.base import legal_time
from anbao.model.scopes import SCOPES
from anbao.prove.persons import Persons
from anbao.text import Text, system_language

ACTOR = "officer"


@click.group(
    help=t("接口密钥：新建、列出、吊销；主密钥：更换", "API keys: create, list, revoke; change the master key")
)
def command() -> None:
    """The group; its commands follow."""


@command.command("create", help=t("新建密钥；只显示这一次", "create a key; it is shown this once"))
@click.option("--name", required=True, help=t("谁用它", "who uses it"))
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(SCOPES),
    help=t("权限，可多次给出", "what it may do; may be given several times"),
)
@store_option
def create(name: str, scopes: tuple[str, ...], store_url: str | None) -> None:
    """Prints the token."""
    with open_store_option(store_url, create=True) as platform:
        token = platform.run(lambda work: create_key(work, name, scopes, ACTOR))
    echo(token)
    echo(t("请妥善保存，以后无法再看到", "keep it safe: it cannot be shown again"), err=True)


@command.command("list", help=t("列出密钥（不含密文）", "list the keys, without their secrets"))
@store_option
@format_option()
def list_all(store_url: str | None, output_format: str) -> None:
    """The oldest first."""
    with open_store_option(store_url) as platform, platform.reading() as conn:
        rows: list[dict[str, object]] = [
            {
                "id": key.id,
                "name": key.name,
                "scopes": " ".join(key.scopes),
                "created": _shown(key.created),
                "revoked": _shown(key.revoked),
            }
            for key in list_keys(conn)
        ]
    columns = [
        Column("id", Text("标识", "id")),
        Column("name", Text("名称", "name")),
        Column("scopes", Text("权限", "scopes")),
        Column("created", Text("创建", "created")),
        Column("revoked", Text("吊销", "revoked")),
    ]
    emit(rows, columns, output_format, system_language())


@command.command("revoke", help=t("吊销密钥，即刻生效", "end a key, at once"))
@click.argument("identity", metavar="ID")
@store_option
def revoke(identity: str, store_url: str | None) -> None:
    """Running servers heed it within a second or so."""
    with open_store_option(store_url) as platform:
        platform.run(lambda work: revoke_key(work, identity, ACTOR))
    echo(t(f"已吊销 {identity}", f"revoked {identity}"), err=True)


add_acts(command, "key", "persons", Persons)


def _shown(instant: int | None) -> str:
    if instant is None:
        return ""
    return legal_time(instant).isoformat(timespec="seconds")
