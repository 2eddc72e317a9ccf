"""``anbao serve``: the HTTP API on uvicorn."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import click
import msgspec
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from anbao.api.app import SETTINGS_VARIABLE, ServerSettings
from anbao.api.logs import log_config
from anbao.api.metrics import MULTIPROCESS_VARIABLE
from anbao.cli.common import open_store_option, require_store, store_option, t
from anbao.cli.output import echo

GRACE_SECONDS = 30
SECONDS_TO_ANSWER = 60
"""After which a silent worker is replaced: on a busy machine one that starts needs more than the usual 5."""


@click.command(help=t("启动 HTTP 服务", "serve the HTTP API"))
@store_option
@click.option("--host", default="127.0.0.1", show_default=True, help=t("监听地址", "address to listen on"))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help=t("端口", "port"))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help=t("进程数", "processes"))
@click.option(
    "--checkpoint-every",
    default=5.0,
    show_default=True,
    type=click.FloatRange(min=0.1),
    help=t("每隔几秒签署检查点（日志有增长时）", "seconds between checkpoints, where the log grew"),
)
@click.option("--open-docs", is_flag=True, help=t("说明页与 OpenAPI 不需密钥", "the API's description needs no key"))
def command(
    store_url: str | None, host: str, port: int, workers: int, checkpoint_every: float, open_docs: bool
) -> None:
    """Runs until it is stopped; what was accepted is finished first."""
    settings = ServerSettings(store=require_store(store_url), checkpoint_every=checkpoint_every, open_docs=open_docs)
    # Opened once beforehand: a store that cannot be opened is reported here, and workers find its tables made.
    open_store_option(settings.store, create=True).close()
    run_server(settings, host, port, workers)


def run_server(settings: ServerSettings, host: str, port: int, workers: int = 1) -> None:
    """Serve until stopped. Port 0 is any free one; which, is said once it listens."""
    os.environ[SETTINGS_VARIABLE] = msgspec.json.encode(settings).decode()
    # The server, once it stopped, raises the signal that stopped it anew: it must not end us before we tidied up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _shared_metrics(workers):
        config = uvicorn.Config(
            "anbao.api.app:from_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            access_log=False,
            log_config=log_config(),
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_worker_healthcheck=SECONDS_TO_ANSWER,
        )
        with config.bind_socket() as listening:
            port = listening.getsockname()[1]
            echo(t(f"监听 http://{host}:{port}", f"listening on http://{host}:{port}"), err=True)
            if workers > 1:
                Multiprocess(config, [listening]).run()
                return
            server = uvicorn.Server(config)
            server.run([listening])
        if not server.started:
            sys.exit(STARTUP_FAILURE)


@contextmanager
def _shared_metrics(workers: int) -> Iterator[None]:
    """A folder in which several processes count together, for as long as they serve."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="anbao-metrics-") as folder:
        os.environ[MULTIPROCESS_VARIABLE] = folder
        yield
