"""What the pack says of removal: the measures, the ladder of penalties, to whom violations are reported.

Held at load: every provision resolves; the ladder, asked about every combination of facts, always answers, and names
only measures against merchants.
"""

from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, Literal

import msgspec
import zen

from anbao.errors import InvalidInput
from anbao.law.norm_files import check_reference
from anbao.law.norms import Period
from anbao.law.pack import Pack
from anbao.law.yaml_source import YamlSource
from anbao.model.events.remove import ViolationFound, ViolationServiceEnded
from anbao.model.sourced import Confidence
from anbao.text import Text

_KEY = "ladder"
_INPUTS = ("severity", "earlier", "relapse", "must_end")
_COMPLETE = "complete"
"""The check that the ladder has a row for all facts."""
_MOST_EARLIER = 6


class MeasureKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of measure. ``does`` and ``undoes`` are topics of effects; ``days`` 0: until it is lifted.

    ``sanction``: what it is called where it has to be published.
    """

    id: str
    title: Text
    means: Text
    on: Literal["listing", "merchant"]
    does: str
    undoes: str
    provisions: tuple[str, ...]
    days: int = 0
    sanction: str = ""
    appeal_days: int = 15


class LadderStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the ladder: conditions in the language of decision tables, and the measures that follow."""

    id: str
    title: Text
    severity: str = ""
    earlier: str = ""
    relapse: str = ""
    must_end: str = ""
    take: tuple[str, ...]
    propose: tuple[str, ...] = ()


class Recipient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The authority to which violations in a field are reported; ``of``: whose seat decides the place.

    ``title``: what the field is called.
    """

    field: str
    title: Text
    to: Text
    of: Literal["platform", "merchant"]
    provisions: tuple[str, ...]
    confidence: Confidence
    note: Text | None = None


class _LadderFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    counted_within: Period
    rows: tuple[LadderStep, ...]


class LadderFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the ladder may read: severity 1 to 5, earlier counted violations, relapse, and whether service must end."""

    severity: int
    earlier: int = 0
    relapse: bool = False
    must_end: bool = False


class Ladder:
    """The decision table (GoRules JDM) made of the pack's rows."""

    def __init__(self, content: _LadderFile) -> None:
        self.counted_within = content.counted_within
        self._rows = {row.id: row for row in content.rows}

    @cached_property
    def _engine(self) -> zen.ZenEngine:
        # Made when it is first asked: it imports asyncio.
        table = _table(tuple(self._rows.values()))
        return zen.ZenEngine({"loader": {"type": "static", "content": {_KEY: table}}})

    def step(self, facts: LadderFacts) -> LadderStep:
        """The row that fits. Raises InvalidInput where none does."""
        try:
            found = self._engine.evaluate(_KEY, msgspec.structs.asdict(facts))["result"]
            return self._rows[found["step"]]
        except Exception as error:  # zen raises bare Exception
            raise InvalidInput(Text(f"处罚阶梯没有适用的行：{facts}", f"the ladder has no row for {facts}")) from error

    def check(self) -> None:
        """Raises InvalidInput where some facts have no row."""
        for severity, earlier, relapse, must_end in product(
            range(1, 6), range(_MOST_EARLIER), (False, True), (False, True)
        ):
            self.step(LadderFacts(severity=severity, earlier=earlier, relapse=relapse, must_end=must_end))


class RemovalRules(msgspec.Struct, frozen=True):
    """All of it, with the pack whose norms say where a service must end."""

    measures: dict[str, MeasureKind]
    ladder: Ladder
    recipients: dict[str, Recipient]
    pack: Pack

    def must_end(self, field: str) -> bool:
        """Whether a norm of the pack wants the service ended for a serious violation in a field."""
        opened = self.pack.norms_opened(ViolationFound.KIND, {"field": field, "serious": True})
        return any(norm.discharged and norm.discharged.kinds == (ViolationServiceEnded.KIND,) for norm in opened)

    def field_title(self, field: str) -> Text:
        """What a field of violations is called; its id where the pack names none."""
        known = self.recipients.get(field)
        return known.title if known else Text(field, field)

    def measure(self, name: str) -> MeasureKind:
        """Raises InvalidInput."""
        found = self.measures.get(name)
        if found is None:
            raise InvalidInput(
                Text(f"没有措施 {name}", f"there is no measure {name}"),
                hint=Text(f"可用：{'、'.join(self.measures)}", f"one of {', '.join(self.measures)}"),
                field="measure",
            )
        return found


def load_rules(where: Path, pack: Pack) -> RemovalRules:
    """Read and check ``measures.yaml``, ``ladder.yaml`` and ``recipients.yaml``. Raises PackError."""
    measures = _read_sourced(YamlSource(where / "measures.yaml"), MeasureKind, pack)
    recipients = _read_sourced(YamlSource(where / "recipients.yaml"), Recipient, pack)
    source = YamlSource(where / "ladder.yaml")
    content = source.read(_LadderFile)
    kinds = {one.id: one for one in measures}
    for place, row in enumerate(content.rows):
        for name in row.take + row.propose:
            if name not in kinds or kinds[name].on != "merchant":
                what = Text(f"{name} 不是针对商家的措施", f"{name} is no measure against a merchant")
                raise source.error(what, "rows", place)
    try:
        ladder = Ladder(content)
        if not source.passed(_COMPLETE):
            ladder.check()
            source.note_passed(_COMPLETE)
    except Exception as error:
        raise source.error(Text(f"不是完整的阶梯：{error}", f"no complete ladder: {error}"), "rows") from error
    return RemovalRules(kinds, ladder, {one.field: one for one in recipients}, pack)


def _read_sourced(source: YamlSource, wanted: type[Any], pack: Pack) -> list[Any]:
    rows = source.read_list(wanted)
    for place, row in enumerate(rows):
        for number, reference in enumerate(row.provisions):
            check_reference(pack.library, reference, source, place, "provisions", number)
    return rows


def _table(rows: tuple[LadderStep, ...]) -> dict[str, Any]:
    inputs = [{"id": name, "name": name, "field": name} for name in _INPUTS]
    rules = [{"_id": row.id, **{name: getattr(row, name) for name in _INPUTS}, "step": f'"{row.id}"'} for row in rows]
    content = {
        "hitPolicy": "first",
        "passThrough": False,
        "inputField": None,
        "outputPath": None,
        "executionMode": "single",
        "inputs": inputs,
        "outputs": [{"id": "step", "name": "step", "field": "step"}],
        "rules": rules,
    }
    place = {"x": 0, "y": 0}
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "position": place, "content": {"schema": ""}},
            {"id": "table", "name": "table", "type": "decisionTableNode", "position": place, "content": content},
            {"id": "out", "name": "out", "type": "outputNode", "position": place, "content": {"schema": ""}},
        ],
        "edges": [
            {"id": "a", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "b", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }
