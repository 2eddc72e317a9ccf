"""Addresses of stores: ``sqlite:///path`` and ``postgresql://user:password@host:port/database?name=value``."""

import re
from pathlib import Path
from urllib.parse import parse_qs, unquote

from anbao.errors import StoreError
from anbao.text import Text

_SQLITE = re.compile(r"sqlite:///(?P<path>[^?]+)")
_POSTGRESQL = re.compile(
    r"(?:postgresql|postgres|postgresql\+psycopg)://"
    r"(?:(?P<user>[^:/]*)(?::(?P<password>[^@]*))?@)?"
    r"(?:(?:\[(?P<ip6>[^/?]+)\]|(?P<host>[^/:?]+))?(?::(?P<port>[0-9]+))?)?"
    r"(?:/(?P<dbname>[^?]*))?(?:\?(?P<more>.*))?"
)
_PASSWORD = re.compile(r"(://[^:/?@]*):.*@")


def sqlite_path(url: str) -> Path | None:
    """The file of a store on SQLite; None for another kind of store. Raises StoreError for a store in memory."""
    if not url.startswith("sqlite:"):
        return None
    found = _SQLITE.fullmatch(url)
    if found is None or found["path"] == ":memory:":
        raise unknown_url(url)
    return Path(found["path"])


def postgresql_parameters(url: str) -> dict[str, str]:
    """What libpq is given to connect. Raises StoreError for what is no address of a store."""
    found = _POSTGRESQL.fullmatch(url)
    if found is None:
        raise unknown_url(url)
    given = found.groupdict()
    named = {
        "user": unquote(given["user"] or ""),
        "password": unquote(given["password"] or ""),
        "host": given["ip6"] or given["host"],
        "port": given["port"],
        "dbname": given["dbname"],
    }
    more = {name: ",".join(values) for name, values in parse_qs(given["more"] or "").items()}
    return {name: value for name, value in named.items() if value} | more


def without_password(url: str) -> str:
    """The address as it may be shown."""
    return _PASSWORD.sub(r"\1:***@", url)


def unknown_url(url: str) -> StoreError:
    return StoreError(
        Text(f"不认识的存储地址：{url}", f"not a store URL: {url}"),
        hint=Text("用 sqlite:///路径.db 或 postgresql://…", "use sqlite:///path.db or postgresql://…"),
    )
