"""The service that decides on pictures of listings, inside open transactions; bytes and time are elsewhere
(``connect.pictures``).
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from anbao.detect.picture.candidates import ListingStanding
from anbao.engine.core import Core, system_clock
from anbao.engine.readmodels import pictures
from anbao.engine.readmodels.pictures import Read, State, Task
from anbao.engine.work import Projector, Work
from anbao.law.deadlines import legal_day
from anbao.law.pack import load_pack
from anbao.law.parameters import in_force
from anbao.model.events.investigate import HazardConfirmed, HazardLifted
from anbao.model.picture import PictureProblem, PictureReading, PictureRules, PictureScreened
from anbao.prevent.pictures import records
from anbao.prevent.pictures.dangers import DangerPictures, Dangers, project_dangers
from anbao.prevent.pictures.judge import PictureCase, judge
from anbao.rules.clearances import cleared_of_entry
from anbao.rules.rulesets import Rulesets, ruleset_of_pack
from anbao.store import Connection

AT_ONCE = 500
"""Listings with the same picture that one transaction decides on; the others follow as tasks."""


Look = Callable[[PictureReading], PictureScreened]
"""Decides on a picture by itself, outside of any listing."""


class PictureService:
    """Reads nothing itself: it is given readings, and decides under the ruleset, the dangers and the rules in force."""

    def __init__(self, core: Core, rulesets: Rulesets) -> None:
        self._core = core
        self._rulesets = rulesets
        self._dangers = DangerPictures()

    def projectors(self) -> Iterable[tuple[str, Projector]]:
        yield HazardConfirmed.KIND, project_dangers
        yield HazardLifted.KIND, project_dangers

    def rules(self, conn: Connection, now: int) -> PictureRules:
        """The platform's numbers in force."""
        number = self._core.parameters.number
        return PictureRules(**{name: number(conn, f"picture.{name}", now) for name in PictureRules.__struct_fields__})

    def looking(self, conn: Connection) -> Look:
        """How pictures by themselves are decided on now."""
        now = self._core.clock()
        ruleset, rules = self._rulesets.in_force(conn, now), self.rules(conn, now)
        known = self._dangers.at(conn, ruleset.versions.hazards)
        return lambda reading: judge(_alone(reading), ruleset, known, rules)

    def take(self, work: Work, reading: PictureReading, *, at: int | None = None, actor: str = "engine") -> int:
        """Record what was read in a picture, and decide on the listings that wait for it; the entry's index."""
        known = pictures.read_of(work.conn, reading.picture)
        if known is not None and known.reading == reading:
            entry = known.entry
        else:
            entry = records.record_reading(work, reading, work.now if at is None else at, actor)
        states: tuple[State, ...] = ("waiting", "text") if reading.text_read or reading.problem else ("waiting",)
        for state in states:
            for task in pictures.tasks_of_picture(work.conn, reading.picture, state, AT_ONCE):
                self._decide(work, task, Read(entry, reading))
        return entry

    def decide_known(self, work: Work, listing: str) -> list[PictureScreened]:
        """Decide on those pictures of a listing whose bytes were read already, in their order."""
        decisions = []
        for task in pictures.tasks_of_listing(work.conn, listing):
            read = pictures.read_of(work.conn, task.picture) if task.picture else None
            if read is not None:
                decisions.append(self._decide(work, task, read))
        return decisions

    def give_up(self, work: Work, task: Task, problem: PictureProblem) -> None:
        """Decide on a picture whose bytes never came."""
        self._decide(work, task, None, problem)

    def _decide(self, work: Work, task: Task, read: Read | None, problem: PictureProblem = "") -> PictureScreened:
        conn = work.conn
        shop = records.shop_of(conn, task.listing, work.now)
        ruleset = self._rulesets.in_force(conn, work.now)
        cleared = ruleset.guarded.cleared
        case = PictureCase(
            category=shop.category,
            entry=-1 if read is None else read.entry,
            harmless=cleared_of_entry(cleared, self._core.ledger, conn, task.listing, task.screened),
            place=task.place,
            problem=problem,
            reading=None if read is None else read.reading,
            screened=task.screened,
            source=task.source,
            standing=shop.standing,
        )
        known = self._dangers.at(conn, ruleset.versions.hazards)
        decision = judge(case, ruleset, known, self.rules(conn, work.now))
        records.record_screened(work, task, shop.merchant, decision)
        return decision


def look_by_pack(where: Path) -> Look:
    """How the defaults of a pack decide on pictures by themselves, without a store. Raises PackError."""
    pack = load_pack(where)
    today = legal_day(system_clock())
    names = PictureRules.__struct_fields__
    rules = PictureRules(**{name: int(in_force(pack.parameters, f"picture.{name}", today).value) for name in names})
    ruleset = ruleset_of_pack(where)
    return lambda reading: judge(_alone(reading), ruleset, Dangers(()), rules)


def _alone(reading: PictureReading) -> PictureCase:
    return PictureCase(
        category="",
        place=0,
        reading=reading,
        screened=-1,
        source=reading.picture,
        standing=ListingStanding("pass", -1),
    )
