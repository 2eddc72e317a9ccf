"""What the tests of cases do, and how they look at the queue."""

from typing import Any

from anbao import cases
from anbao.cases import reading
from anbao.detect.text import Lexicon
from anbao.model.listing import Listing
from anbao.platform import Platform

MINUTE = 60_000
HELD = "测试待审词甲"


def open_one(platform: Platform, name: str, severity: int = 3, **more: Any) -> str:
    given: dict[str, Any] = {"kind": "hazard_match", "subjects": {"listing": name}, "severity": severity, "about": 0}
    return platform.run(lambda work: cases.open(work, **(given | more)))


def find(platform: Platform, name: str) -> cases.Case:
    with platform.reading() as conn:
        return reading.find(conn, name)


def take(platform: Platform, person: str, *kinds: str) -> str | None:
    found = platform.run(lambda work: platform.cases.next(work, kinds=kinds, actor=person).case)
    return found.id if found else None


def decide(platform: Platform, name: str, person: str, outcome: str = "keep", reason: str = "看过") -> str:
    done = platform.run(lambda work: platform.cases.decide(work, name, person=person, outcome=outcome, reason=reason))
    return done.state


def look_twice(platform: Platform, share: int, kind: str = "hazard_match") -> None:
    platform.run(lambda work: platform.cases.change(work, kind, second_look=share))


def kinds_of(platform: Platform, subject: tuple[str, str]) -> list[str]:
    with platform.reading() as conn:
        return [one.kind for one in platform.ledger.entries(conn, subject=subject)]


def use_test_lexicon(platform: Platform) -> None:
    """In place of the pack's, whose words may change."""
    digest = platform.import_lexicon(Lexicon.from_csv(f"term,category,severity\n{HELD},test,3\n".encode()))
    platform.activate_lexicon(digest)


def hold(platform: Platform, name: str) -> None:
    """Submit a listing that the default policy holds."""
    answer = platform.submit_listing(Listing(id=name, title=f"{HELD}一件"))
    assert answer.decision.outcome == "review"


def reviews(platform: Platform) -> list[cases.Case]:
    with platform.reading() as conn:
        return platform.cases.worst(conn, kinds=["listing_review"])
