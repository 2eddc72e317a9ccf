"""Brings the bytes of pictures (uploads, stored objects, addresses) to their service; reads them outside transactions.

- A picture is stored before what was read in it is recorded, so each reading can be checked against its bytes.
- A task that is being worked on is not due for others; if the process dies, it is due again.
- Whatever goes wrong with one picture becomes a finding on it after the last attempt, and holds up no other.
"""

import logging
from hashlib import sha256

from anbao.connect.disguises import Disguises
from anbao.connect.fetch import Fetcher, NotFetched, system_fetcher
from anbao.connect.storage import ObjectStorage, storage_for
from anbao.detect.picture.decode import MAX_BYTES
from anbao.detect.picture.reading import read
from anbao.engine.readmodels import pictures
from anbao.engine.readmodels.pictures import Task
from anbao.engine.work import Work
from anbao.errors import NotFound, StoreError, Tampered, TooLarge
from anbao.model.picture import PictureProblem, PictureReading
from anbao.platform import Platform
from anbao.text import Text

log = logging.getLogger("anbao.pictures")

CLAIM = 120_000
"""Milliseconds for which a task belongs to who works on it: longer than fetching and reading may take."""

RETRY = 60_000
"""Milliseconds before the second attempt; four times as long before each further one."""

ATTEMPTS = 5
"""After about an hour and a half what did not come is a finding."""


class PictureIntake:
    """The pictures of one platform: its storage, its HTTP client, its service."""

    def __init__(
        self, platform: Platform, storage: ObjectStorage | None = None, fetcher: Fetcher | None = None
    ) -> None:
        self._platform = platform
        self._service = platform.prevent.pictures
        self._storage = storage
        self._fetcher = system_fetcher() if fetcher is None else fetcher
        self._disguises = Disguises(platform, self.fingerprints)

    @property
    def storage(self) -> ObjectStorage:
        """Where bytes are stored; opened when the first picture comes."""
        if self._storage is None:
            self._storage = storage_for(self._platform.store.url)
        return self._storage

    def keep(self, data: bytes) -> PictureReading:
        """Keep an upload and read it; what was read before is not read again. Raises TooLarge, StoreError."""
        if len(data) > MAX_BYTES:
            raise TooLarge(
                Text(f"图片超过 {MAX_BYTES >> 20} MB", f"the picture is larger than {MAX_BYTES >> 20} MB"),
                hint=Text("压缩后再上传", "compress it first"),
            )
        with self._platform.reading() as conn:
            known = pictures.read_of(conn, sha256(data).hexdigest())
        if known is not None:
            return known.reading
        self.storage.put(data)
        return read(data)

    def take(self, data: bytes, *, actor: str = "platform") -> PictureReading:
        """Keep, read and record an upload; listings that wait for it are decided on."""
        reading = self.keep(data)
        self._platform.run(lambda work: self._service.take(work, reading, actor=actor))
        return reading

    def fingerprints(self, picture: str) -> tuple[str, ...]:
        """The hashes by which a danger's picture and its disguises are known. Raises NotFound, BadPicture."""
        from anbao.detect.picture.decode import decode
        from anbao.detect.picture.variants import variants

        return variants(decode(self.storage.get(picture)))

    def settle(self) -> int:
        """Do all that is due; how much that was."""
        count = 0
        while self.step():
            count += 1
        return count

    def step(self) -> bool:
        """Complete a danger's pictures, or fetch or read one picture that is due; whether there was anything to do."""
        if self._disguises.step():
            return True
        now = self._platform.clock()
        with self._platform.reading() as conn:
            task = pictures.due_task(conn, now)
        if task is None:
            return False
        claimed = task
        if self._platform.run(lambda work: pictures.postpone(work.conn, claimed, now + CLAIM, claimed.attempts)):
            try:
                self._do(claimed)
            except StoreError:
                log.exception("the storage is away; the picture is tried again")
            except Exception:
                log.exception("reading a picture of listing %s failed", claimed.listing)
                self._later(claimed, "undecodable")
        return True

    def _do(self, task: Task) -> None:
        try:
            data = self.storage.get(task.picture) if task.picture else self._fetcher.fetch(task.source)
        except NotFound:
            self._later(task, "unreachable")
        except Tampered:
            log.exception("a stored picture was altered")
            self._later(task, "undecodable")
        except NotFetched as error:
            if error.reason == "unreachable":
                self._later(task, "unreachable")
            else:
                self._give_up(task, error.reason)
        else:
            reading = read(data, text=True) if task.state == "text" else self.keep(data)
            self._platform.run(lambda work: self._take(work, task, reading))

    def _take(self, work: Work, task: Task, reading: PictureReading) -> None:
        pictures.assign(work.conn, task, reading.picture)
        self._service.take(work, reading)

    def _later(self, task: Task, problem: PictureProblem) -> None:
        attempts = task.attempts + 1
        if attempts >= ATTEMPTS:
            self._give_up(task, problem)
            return
        due = self._platform.clock() + RETRY * 4**task.attempts
        self._platform.run(lambda work: pictures.postpone(work.conn, task, due, attempts))

    def _give_up(self, task: Task, problem: PictureProblem) -> None:
        self._platform.run(lambda work: self._service.give_up(work, task, problem))
