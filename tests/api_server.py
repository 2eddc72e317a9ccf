"""A real server for the tests: uvicorn in a thread, on a free loopback port, over a real store."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from litestar.types import ASGIApp

from anbao.access.keys import create_key
from anbao.api import ServerSettings, create_app
from anbao.api.investigate import complaint_routes, notice_routes
from anbao.api.throttle import Throttle
from anbao.platform import Platform, open_platform
from helpers import until

SECONDS_TO_ANSWER = 30.0


class Served:
    """A running server, its socket and platform, and clients for it."""

    def __init__(self, listening: socket.socket, platform: Platform) -> None:
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.listening = listening
        self.platform = platform
        self._clients: list[httpx.Client] = []

    def token(self, *scopes: str) -> str:
        return self.platform.run(lambda work: create_key(work, "test", scopes or ("*",), "test"))

    def client(self, *scopes: str, language: str = "en") -> httpx.Client:
        """A client with a fresh key of these scopes, all by default."""
        return self.anonymous(language, Authorization=f"Bearer {self.token(*scopes)}")

    def anonymous(self, language: str = "en", **headers: str) -> httpx.Client:
        client = httpx.Client(
            base_url=self.url,
            headers={"Accept-Language": language, **headers},
            timeout=SECONDS_TO_ANSWER,
            trust_env=False,
        )
        self._clients.append(client)
        return client

    def size(self) -> int:
        """Entries of the ledger."""
        with self.platform.reading() as conn:
            return self.platform.ledger.size(conn)

    def count(self, kind: str) -> int:
        """Entries of one kind."""
        with self.platform.reading() as conn:
            return len(self.platform.ledger.entries(conn, 0, 100_000, kind=kind))

    def close(self) -> None:
        for client in self._clients:
            client.close()


class _Application:
    """An application that serves one platform after another: to register its routes takes longer than many a test."""

    def __init__(self, settings: ServerSettings) -> None:
        self.platform: Platform | None = None
        self.asgi = create_app(settings, self._given)

    def _given(self) -> Platform:
        assert self.platform
        return self.platform


_idle: dict[ServerSettings, list[_Application]] = {}
"""Applications that no server uses now."""


@contextmanager
def _application(settings: ServerSettings, platform: Platform) -> Iterator[ASGIApp]:
    waiting = _idle.setdefault(settings, [])
    one = waiting.pop() if waiting else _Application(settings)
    one.platform = platform
    yield one.asgi
    one.platform = None
    waiting.append(one)


@contextmanager
def served(
    store_url: str, *, open_docs: bool = False, checkpoint_every: float = 0.2, keeps_time: bool = True
) -> Iterator[Served]:
    """A server over a store, with a platform of its own. Without ``keeps_time`` nothing that falls due is done."""
    platform = open_platform(store_url)
    if keeps_time:
        platform.advance()  # what is due at the opening, so that the tests meet a ledger at rest
    settings = ServerSettings(store="", open_docs=open_docs, checkpoint_every=checkpoint_every, keeps_time=keeps_time)
    with _application(settings, platform) as app:
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=10))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            until(lambda: server.started or not thread.is_alive(), SECONDS_TO_ANSWER)
            if not server.started:
                raise RuntimeError("the server did not start")
            running = Served(server.servers[0].sockets[0], platform)
            yield running
            running.close()
        finally:
            server.should_exit = True
            thread.join()
            platform.close()
            # The next server of this process begins to count anew.
            limits = complaint_routes.EACH, complaint_routes.TOGETHER, complaint_routes.SECONDS
            complaint_routes._throttle, notice_routes._throttle = Throttle(*limits), Throttle(*limits)
