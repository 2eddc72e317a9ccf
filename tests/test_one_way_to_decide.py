"""Second review, lease and conflict of interest hold on every path by which a case is decided (decision 0040)."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import pytest

import anbao
from anbao.cases import leases
from anbao.errors import Conflict, Forbidden
from anbao.model.complaint import Complaint
from anbao.model.events.investigate import HazardConfirmed
from anbao.model.hazard import Confirmation, Fingerprint, Suspicion
from anbao.model.listing import Listing
from anbao.model.message import Message
from anbao.platform import Platform
from anbao.remove.appeals import AppealFiled
from anbao.store.bulk import sql
from case_steps import decide, find, look_twice, open_one, take
from helpers import no_second_looks
from second_review_steps import MATTERS, WHY

PAGE = Path(__file__).parents[1] / "docs" / "decisions" / "0040-one-way-to-decide.md"
SOURCE = Path(anbao.__file__).parent

Act = Callable[[Platform, str, str], object]


class Decided(NamedTuple):
    """A path: what opens the matter, what decides it as a person, and the entry that says that it was decided."""

    case_kind: str
    done: str
    open: Callable[[Platform], str]
    act: Act


def _message(platform: Platform) -> str:
    platform.submit_messages([Message(id="a", sender="merchant", text="请把资金转到安全账户", merchant="m1")])
    return "a"


def _complaint(platform: Platform) -> str:
    told = Complaint(concern="service", merchant="m1", source="consumer", text="客服一直不回复")
    return platform.run(lambda work: platform.investigate.complaints.file(work, told)).receipt


def _danger(platform: Platform) -> str:
    platform.submit_listing(Listing(id="L1", merchant="m1", title="某牌充电宝 20000 毫安"))
    told = Complaint(concern="safety", listing="L1", source="consumer", text="充电时起火")
    platform.run(lambda work: platform.investigate.complaints.file(work, told))
    return "complained-L1"


def _harmed(platform: Platform) -> str:
    told = Complaint(concern="quality", harmed=True, listing="L1", source="consumer", text="割手")
    platform.run(lambda work: platform.investigate.complaints.file(work, told))
    platform.keep_time()
    return "L1"


def _notice(platform: Platform) -> str:
    told = {
        "concern": "infringement",
        "merchant": "m1",
        "proof": "注册证与侵权商品对比图",
        "reporter": {"name": "某品牌公司", "contact": "ip@example.cn"},
        "right": "商标 1234567",
        "source": "rights_holder",
        "text": "该店假冒我司商标",
    }
    steps = platform.investigate.complaints
    return platform.run(lambda work: steps.file(work, msgspec.convert(told, Complaint))).receipt


def _match(platform: Platform) -> str:
    platform.submit_listing(Listing(id="L1", merchant="m1", title="充电宝 20000 毫安"))
    open_one(platform, "L1", subjects={"hazard": "H1", "listing": "L1", "merchant": "m1"})
    return "L1"


def _order(platform: Platform) -> str:
    open_one(platform, "L1", kind="order_flagged", subjects={"consumer": "c-1", "listing": "L1", "order": "O1"})
    return "O1"


def _as_a_case(kind: str, outcome: str) -> Act:
    def act(platform: Platform, name: str, person: str) -> object:
        return decide(platform, waiting(platform, kind), person, outcome, WHY)

    return act


def _in_bulk(platform: Platform, name: str, person: str) -> object:
    """Ordered, and let go at once: there is no time to undo it."""
    kind = "message_held"
    if find(platform, waiting(platform, kind)).state == "second":
        return decide(platform, waiting(platform, kind), person, "stop", WHY)
    given = {"outcome": "stop", "reason": WHY, "person": person}
    platform.run(lambda work: platform.cases.change(work, kind, undo_minutes=0))
    ordered = platform.run(lambda work: platform.cases.decide_many(work, cases=(waiting_in(work.conn, kind),), **given))
    while platform.cases.release():
        pass
    return ordered


PATHS = {name: Decided(one.case_kind, one.done, one.open, one.act) for name, one in MATTERS.items()} | {
    f"{kind} as a case": Decided(kind, done, opened, _as_a_case(kind, outcome))
    for kind, done, opened, outcome in (
        ("appeal", "appeal.decided", MATTERS["appeal"].open, "denied"),
        ("assistance_offer", "assistance.given", _harmed, "helped"),
        ("assistance", "dispute.refused", MATTERS["help refused"].open, "refuse"),
        ("complaint", "complaint.handled", _complaint, "rejected"),
        ("danger_complaint", "complaint.handled", _danger, "confirm"),
        ("hazard_match", "violation.found", _match, "remove"),
        ("hazard_suspected", "hazard.dismissed", MATTERS["hazard dismissed"].open, "dismiss"),
        ("listing_review", "listing.decided", MATTERS["listing"].open, "block"),
        ("measure_proposed", "measure.declined", MATTERS["measure left"].open, "leave"),
        ("merchant_held", "merchant.refused", MATTERS["merchant"].open, "refused"),
        ("message_held", "message.decided", _message, "stop"),
        ("notice_check", "complaint.handled", _notice, "lacking"),
        ("order_flagged", "order.reviewed", _order, "stand"),
        ("proceedings", "ip.proceedings_ended", MATTERS["proceedings"].open, "infringed"),
    )
}
PATHS |= {
    f"danger of a complaint {name}": Decided(
        "danger_complaint", "complaint.handled", _danger, MATTERS[f"hazard {name}"].act
    )
    for name in ("confirmed", "dismissed")
}
PATHS["many at once"] = Decided("message_held", "message.decided", _message, _in_bulk)

Condition = Literal["second look required", "lease of another person", "conflict of interest"]


def waiting(platform: Platform, kind: str) -> str:
    with platform.reading() as conn:
        return waiting_in(conn, kind)


def waiting_in(conn: object, kind: str) -> str:
    rows = sql(conn, "SELECT id FROM case_file WHERE kind = ? AND waiting_since IS NOT NULL", (kind,)).all()  # type: ignore[arg-type]
    return str(rows[0][0]) if rows else ""


def done(platform: Platform, path: Decided) -> int:
    platform.keep_time()
    with platform.reading() as conn:
        assert not platform.reactions.lags(conn)
        return len(platform.ledger.entries(conn, 0, 100_000, kind=path.done))


def made_to_wait(platform: Platform, path: Decided, name: str) -> str:
    """The case that waits. That of proceedings is opened in time, or by a first decision where two are needed."""
    if not waiting(platform, path.case_kind):
        look_twice(platform, 100, path.case_kind)
        MATTERS["proceedings"].act(platform, name, "first")
    return waiting(platform, path.case_kind)


@pytest.mark.parametrize("condition", Condition.__args__)  # type: ignore[attr-defined]
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
def test_no_path_passes_what_a_case_is_held_to(platform: Platform, path: Decided, condition: Condition) -> None:
    name = path.open(platform)
    platform.keep_time()
    case = made_to_wait(platform, path, name)
    no_second_looks(platform)
    if condition == "second look required":
        look_twice(platform, 100, path.case_kind)
    before = done(platform, path)
    if condition == "second look required":
        if find(platform, case).state != "second":
            path.act(platform, name, "wang")
        first = find(platform, case).decider
        assert (find(platform, case).state, find(platform, case).waits) == ("second", True)
        with pytest.raises(Conflict):
            path.act(platform, name, first)
    elif condition == "lease of another person":
        assert take(platform, "zhao", path.case_kind) == case
        with pytest.raises(Conflict):
            path.act(platform, name, "li")
        platform.run(lambda work: leases.give_back(work, case, "zhao"))
    else:
        platform.run(lambda work: sql(work.conn, "UPDATE case_file SET barred = 'wang' WHERE id = ?", (case,)))
        with pytest.raises((Conflict, Forbidden)):
            path.act(platform, name, "Wang ")
    assert done(platform, path) == before
    path.act(platform, name, "li")
    assert done(platform, path) == before + 1
    assert find(platform, case).state == "closed"
    assert platform.verify().sound


def test_who_confirms_a_danger_after_an_appeal_was_filed_does_not_decide_it(platform: Platform) -> None:
    platform.submit_listing(Listing(id="L1", merchant="M1", title="充电宝"))
    barcode = Fingerprint(kind="barcode", value="6901234567892")
    suspicion = Suspicion(
        fingerprints=(barcode,), id="H1", listing="L1", merchant="M1", source="authority", title="充电宝过热"
    )
    look_twice(platform, 0, "hazard_suspected")
    platform.run(lambda work: platform.investigate.suspect(work, suspicion))
    platform.run(lambda work: platform.investigate.confirm(work, "H1", Confirmation(), actor="ann"))
    platform.keep_time()
    with platform.reading() as conn:
        measure = str(sql(conn, "SELECT id FROM measure WHERE kind = 'takedown'").scalar_one())
    filed = AppealFiled(measure=measure, text="不是同一型号")
    appeal = platform.run(lambda work: platform.remove.appeal(work, filed, actor="platform"))
    platform.run(lambda work: platform.investigate.confirm(work, "H1", Confirmation(severity=5), actor="wang"))
    for person in ("ann", "wang"):
        with pytest.raises((Conflict, Forbidden)):
            decide(platform, waiting(platform, "appeal"), person, "denied")
        with pytest.raises((Conflict, Forbidden)):
            MATTERS["appeal"].act(platform, appeal, person)
    MATTERS["appeal"].act(platform, appeal, "li")


def test_a_confirmed_danger_is_not_changed_by_one_person_where_two_are_needed(platform: Platform) -> None:
    name = MATTERS["hazard confirmed"].open(platform)
    look_twice(platform, 100, "hazard_suspected")
    for person in ("ann", "bo"):
        MATTERS["hazard confirmed"].act(platform, name, person)
    other = Confirmation(fingerprints=(Fingerprint(kind="barcode", value="6900000000014"),))

    def confirmed() -> list[str]:
        platform.keep_time()
        with platform.reading() as conn:
            found = platform.ledger.entries(conn, kind="hazard.confirmed", subject=("hazard", name))
        return [one.event(HazardConfirmed).record.fingerprints[0].value for one in found]

    platform.run(lambda work: platform.investigate.confirm(work, name, other, actor="ann"))
    assert confirmed() == ["6901234567892"]
    with pytest.raises(Conflict):
        platform.run(lambda work: platform.investigate.confirm(work, name, other, actor="Ann"))
    decide(platform, waiting(platform, "hazard_suspected"), "bo", "confirm")
    assert confirmed() == ["6901234567892", "6900000000014"]


def test_the_page_lists_every_function_that_decides() -> None:
    """Each call of what records a decision stands in a function of the table, and the table names no other."""
    deciding = {"decide_about", "settle_case", "first_decision"}
    found = set()
    for file in SOURCE.rglob("*.py"):
        module = ".".join(file.relative_to(SOURCE).with_suffix("").parts)
        for function in ast.walk(ast.parse(file.read_text())):
            if not isinstance(function, ast.FunctionDef):
                continue
            calls = [one.func for one in ast.walk(function) if isinstance(one, ast.Call)]
            names = {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in calls}
            if names & deciding:
                found.add(f"{module}.{function.name}")
    assert found == set(re.findall(r"^\| `([\w.]+)` \|", PAGE.read_text(), re.MULTILINE))
