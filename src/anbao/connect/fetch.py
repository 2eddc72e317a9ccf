"""Fetches what strangers name, and nothing from inside.

- Each host is resolved here, every address it has is checked, and the connection goes to a checked address: a second
  answer of the name service cannot change the target. Each redirect is a new fetch with all checks.
- Bytes and time are limited as a whole, whatever the server does; what is compressed is not expanded.
- No cookies, no credentials, no proxy of the environment.
"""

import os
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Literal
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore
import msgspec

ALLOW_VARIABLE = "ANBAO_FETCH_ALLOW"
"""Hosts (``host`` or ``host:port``, separated by commas) that may be fetched from although they lie inside."""

MAX_BYTES = 20 << 20
SECONDS = 15.0
MAX_REDIRECTS = 3
PORTS = frozenset({80, 443})
"""Pictures lie behind these; other ports are how a neighbourhood is explored."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 1 << 16
_NAT64 = IPv6Network("64:ff9b::/96")
_HEADERS = [("User-Agent", "anbao"), ("Accept", "image/*"), ("Accept-Encoding", "identity")]

Reason = Literal["forbidden_address", "unreachable", "too_large"]


class NotFetched(Exception):
    """``reason``: the address may not be fetched, gave no answer that is of use, or gave too much."""

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(why)
        self.reason: Reason = reason


Resolve = Callable[[str, int], Iterable[str]]
"""A host and port → its addresses. Raises OSError."""


class Fetcher(msgspec.Struct, frozen=True, kw_only=True):
    """Limits and exceptions. ``allowed``: hosts that are not checked, for demonstrations and one's own stores."""

    allowed: frozenset[str] = frozenset()
    max_bytes: int = MAX_BYTES
    resolve: Resolve
    seconds: float = SECONDS

    def fetch(self, url: str) -> bytes:
        """The bytes behind a URL. Raises NotFetched."""
        until = time.monotonic() + self.seconds
        for _ in range(MAX_REDIRECTS + 1):
            status, location, body = self._get(self._checked(url), until)
            if status in _REDIRECTS and location:
                url = urljoin(url, location)
            elif status == 200:
                return body
            else:
                raise NotFetched("unreachable", f"HTTP {status}")
        raise NotFetched("unreachable", f"more than {MAX_REDIRECTS} redirects")

    def _checked(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise NotFetched("forbidden_address", f"no URL: {error}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii() or not url.isprintable():
            raise NotFetched("forbidden_address", "not a plain http or https URL")
        if parts.username is not None or parts.password is not None:
            raise NotFetched("forbidden_address", "a URL with credentials")
        if port not in PORTS and not self._is_allowed(parts.hostname, port):
            raise NotFetched("forbidden_address", f"port {port}")
        return parts

    def _is_allowed(self, host: str, port: int) -> bool:
        return host in self.allowed or f"{host}:{port}" in self.allowed

    def addresses(self, host: str, port: int, seconds: float) -> list[str]:
        """The host's addresses, all of them outside. Raises NotFetched."""
        try:
            found = list(_resolvers.submit(self.resolve, host, port).result(max(0.0, seconds)))
        except (OSError, UnicodeError, Late) as error:
            raise NotFetched("unreachable", f"{host} does not resolve: {error}") from error
        if not found:
            raise NotFetched("unreachable", f"{host} has no address")
        if not self._is_allowed(host, port):
            for address in found:
                if not is_outside(address):
                    raise NotFetched("forbidden_address", f"{host} points to {address}")
        return found

    def _get(self, parts: SplitResult, until: float) -> tuple[int, str, bytes]:
        url = parts._replace(fragment="").geturl()
        try:
            with (
                httpcore.ConnectionPool(ssl_context=_trusted(), network_backend=_Checked(self, until)) as pool,
                pool.stream("GET", url, headers=[("Host", parts.netloc), *_HEADERS]) as response,
            ):
                headers = {name.lower(): value.decode("latin-1") for name, value in response.headers}
                if response.status != 200:
                    return response.status, headers.get(b"location", ""), b""
                return 200, "", self._body(response, headers.get(b"content-length", ""))
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise NotFetched("unreachable", str(error) or type(error).__name__) from error
        except (httpcore.UnsupportedProtocol, ValueError) as error:
            raise NotFetched("unreachable", str(error)) from error

    def _body(self, response: httpcore.Response, length: str) -> bytes:
        if length.isdecimal() and int(length) > self.max_bytes:
            raise NotFetched("too_large", f"{length} bytes, limit {self.max_bytes}")
        body = bytearray()
        for chunk in response.iter_stream():
            body += chunk
            if len(body) > self.max_bytes:
                raise NotFetched("too_large", f"more than {self.max_bytes} bytes")
        return bytes(body)


def is_outside(address: str) -> bool:
    """Whether an address is of the public internet, and so is what it carries inside (6to4, Teredo, NAT64)."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in (ip, *_inner(ip)))


def _inner(ip: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(ip, IPv4Address):
        return []
    found = [ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        found.append(IPv4Address(int(ip) & 0xFFFF_FFFF))
    return [one for one in found if one is not None]


def system_resolve(host: str, port: int) -> list[str]:
    """The addresses that the system's resolver gives."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def system_fetcher() -> Fetcher:
    """The fetcher for this process, with the hosts that ``ANBAO_FETCH_ALLOW`` names."""
    named = os.environ.get(ALLOW_VARIABLE, "").split(",")
    return Fetcher(allowed=frozenset(one.strip().lower() for one in named if one.strip()), resolve=system_resolve)


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


_resolvers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="anbao-resolve")


class _Checked(httpcore.NetworkBackend):
    """Connects to checked addresses only, and lets nothing last longer than the whole may."""

    def __init__(self, fetcher: Fetcher, until: float) -> None:
        self._fetcher = fetcher
        self._until = until
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return self._connect(self._fetcher.addresses(host, port, _left(self._until)), port)

    def _connect(self, addresses: Sequence[str], port: int) -> httpcore.NetworkStream:
        for last, address in enumerate(addresses, 1):
            try:
                return _Limited(self._plain.connect_tcp(address, port, timeout=_left(self._until)), self._until)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if last == len(addresses):
                    raise
        raise httpcore.ConnectError("no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("no sockets of this machine")


class _Limited(httpcore.NetworkStream):
    """A stream of which no operation goes beyond the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._until))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Limited(self._stream.start_tls(ssl_context, server_hostname, _left(self._until)), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("took too long as a whole")
    return left
