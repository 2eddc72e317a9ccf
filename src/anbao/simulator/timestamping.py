"""A time-stamping authority on loopback, for the demo and the tests: ``openssl ts`` answers behind a small server."""

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def openssl_is_here() -> bool:
    """Whether the program is installed that answers."""
    return shutil.which("openssl") is not None


_CONFIG = """
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[stamper]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def _openssl(*arguments: str, folder: Path) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


class TimestampAuthority:
    """An authority with a root of its own. ``broken``: it answers with status 503; ``replay``: with this answer."""

    def __init__(self, folder: Path, *, key: str = "rsa:2048", days: int = 30) -> None:
        self.folder, self.url = folder, ""
        self.broken, self.replay, self.asked = False, b"", 0
        (folder / "ts.cnf").write_text(_CONFIG.format(folder=folder))
        (folder / "serial").write_text("01")
        curve = ("-pkeyopt", "ec_paramgen_curve:P-256") if key == "ec" else ()
        for name in ("ca", "tsa"):
            _openssl("req", "-newkey", key, *curve, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                     "-subj", f"/CN={name} of {folder.name}", folder=folder)  # fmt: skip
        common = ("-extfile", "ts.cnf", "-sha256")
        _openssl("x509", "-req", "-in", "ca.csr", "-signkey", "ca.key", "-days", "30", "-extensions", "ca",
                 *common, "-out", "ca.pem", folder=folder)  # fmt: skip
        _openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                 str(days), "-extensions", "stamper", *common, "-out", "tsa.pem", folder=folder)  # fmt: skip

    @property
    def roots(self) -> str:
        """Returns its root certificate, PEM."""
        return (self.folder / "ca.pem").read_text()

    def answer(self, question: bytes) -> bytes:
        """Returns the answer of ``openssl ts`` to a request in DER."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            asked, answered = Path(name) / "q.tsq", Path(name) / "a.tsr"
            asked.write_bytes(question)
            _openssl("ts", "-reply", "-config", "ts.cnf", "-section", "tsa", "-queryfile", str(asked), "-out",
                     str(answered), folder=self.folder)  # fmt: skip
            return answered.read_bytes()


@contextmanager
def stamping_authority(folder: Path, **how: object) -> Iterator[TimestampAuthority]:
    """An authority that listens while the context is open."""
    folder.mkdir(exist_ok=True)
    one = TimestampAuthority(folder, **how)  # type: ignore[arg-type]
    lock = threading.Lock()

    class StampHandler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                one.asked += 1
                answer = b"" if one.broken else one.replay or one.answer(question)
            self.send_response(503 if one.broken else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), StampHandler)
    one.url = f"http://127.0.0.1:{server.server_port}/tsa"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
