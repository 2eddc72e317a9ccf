"""``anbao serve`` as a process, on a port that the system gave it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx

from helpers import until

ANBAO = [sys.executable, "-c", "from anbao.cli import main; main()"]
SECONDS_TO_START = 60.0


def start_server(store_url: str, folder: Path, *options: str) -> tuple["subprocess.Popen[bytes]", str]:
    """A server that answers, and its address. What it says, and what it leaves behind when killed, is in ``folder``."""
    said = folder / "server.txt"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [*ANBAO, "serve", "--store", store_url, "--port", "0", *options],
            stdout=log,
            stderr=log,
            env={**os.environ, "TMPDIR": str(folder)},
        )

    def address() -> str:
        assert process.poll() is None, said.read_text()
        found = re.search(r"http://\S+:\d+", said.read_text())
        return found.group() if found and _is_healthy(found.group()) else ""

    try:
        return process, until(address, SECONDS_TO_START, every=0.02)
    except BaseException:
        process.kill()
        process.wait()
        raise


def _is_healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
