"""A real server for the tests: uvicorn in a thread, on a free loopback port, over a real store."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from anbao.access.keys import create_key
from anbao.api import ServerSettings, create_app
from anbao.platform import Platform, open_platform

SECONDS_TO_ANSWER = 30.0


class Served:
    """A running server, its platform, and clients for it."""

    def __init__(self, url: str, platform: Platform) -> None:
        self.url = url
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


@contextmanager
def served(store_url: str, *, open_docs: bool = False, checkpoint_every: float = 0.2) -> Iterator[Served]:
    """A server over a store, with a platform of its own."""
    platform = open_platform(store_url)
    platform.advance()  # what is due at the opening, so that the tests meet a ledger at rest
    app = create_app(
        ServerSettings(store=store_url, open_docs=open_docs, checkpoint_every=checkpoint_every), platform=platform
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=10))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        running = Served(f"http://127.0.0.1:{port}", platform)
        yield running
        running.close()
    finally:
        server.should_exit = True
        thread.join()
        platform.close()
