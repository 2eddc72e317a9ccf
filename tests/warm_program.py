"""``anbao`` for shell examples: each call is a fork of one process that has the program loaded.

A page of the documentation calls the program up to twenty times, and each start would load all of it again. What bash
starts instead hands its arguments, folder, environment and open files to that process, and waits for the exit status.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import msgspec

from anbao.cli import main
from anbao.platform import open_platform
from helpers import until

_MOST = 1 << 20

_CALL = """#!{python} -IS
import json, os, socket, sys
files = [int(name) for name in os.listdir("/proc/self/fd")]
files = [one for one in files if os.path.exists(f"/proc/self/fd/{{one}}")]
with socket.socket(socket.AF_UNIX) as caller:
    caller.connect({address!r})
    given = dict(arguments=sys.argv[1:], folder=os.getcwd(), environment=dict(os.environ), files=files)
    socket.send_fds(caller, [json.dumps(given).encode()], files)
    caller.shutdown(socket.SHUT_WR)
    sys.exit(int(caller.recv(16) or 99))
"""


class _Call(msgspec.Struct):
    """What one call was given; ``files``: the numbers of its open files, in the order in which they were sent."""

    arguments: list[str]
    folder: str
    environment: dict[str, str]
    files: list[int]


@contextmanager
def warm_program(folder: Path) -> Iterator[Path]:
    """A folder to put first in ``PATH``, with an ``anbao`` in it that needs no time to start."""
    address, programs = folder / "socket", folder / "bin"
    programs.mkdir()
    program = programs / "anbao"
    program.write_text(_CALL.format(python=sys.executable, address=str(address)))
    program.chmod(0o755)
    served = subprocess.Popen([sys.executable, __file__, str(address)])
    try:
        until(lambda: address.exists() or served.poll() is not None, 60)
        yield programs
    finally:
        served.kill()
        served.wait()


def _serve(address: str) -> None:
    """Answer calls until the process is killed, each in a fork."""
    _load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        while True:
            caller, _ = listening.accept()
            if not os.fork():
                listening.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _answer(caller)
            caller.close()


def _load() -> None:
    """Load what nearly every command needs. The commands choose their language when they are made: each fork's own."""
    with tempfile.TemporaryDirectory() as folder, open_platform(f"sqlite:///{folder}/anbao.db") as platform:
        platform.advance()


def _answer(caller: socket.socket) -> NoReturn:
    """Run one call as its process would, and send its exit status."""
    status = 99
    try:
        data, received, _, _ = socket.recv_fds(caller, _MOST, 250)
        call = msgspec.json.decode(data, type=_Call)
        above = [os.dup2(one, 500 + place) for place, one in enumerate(received)]
        caller = _moved(caller, 499)
        for one, number in zip(above, call.files, strict=True):
            os.dup2(one, number)
            os.close(one)
        os.chdir(call.folder)
        os.environ.clear()
        os.environ.update(call.environment)
        main(call.arguments)
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        caller.send(str(status).encode())
        os._exit(0)


def _moved(caller: socket.socket, number: int) -> socket.socket:
    """The connection under a number that no file of the call has."""
    return socket.socket(fileno=os.dup2(caller.fileno(), number))


if __name__ == "__main__":
    _serve(sys.argv[1])
