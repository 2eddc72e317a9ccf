"""The pack's rules of reading complaints (``complaints.yaml``), and the decision table that weighs them."""

import hashlib
import json
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, get_args

import msgspec
import zen

from anbao.errors import PackError
from anbao.law import disk_cache
from anbao.law.yaml_source import YamlSource
from anbao.model.complaint import Concern, Danger
from anbao.model.listing import Severity
from anbao.text import Text

_KEY = "complaints"


class DangerWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words that indicate one kind of danger."""

    danger: Danger
    severity: Severity
    words: tuple[str, ...]


class NoticeNeeds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a notice must hold, and the provisions that say so; ``acting``: those by which it is acted on."""

    needs: tuple[str, ...]
    provisions: tuple[str, ...]
    acting: tuple[str, ...]


class AbuseThresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From how many on complaints are flagged, within a window; ``joined_from`` is a likeness of texts in permille.

    ``joined_concerns``: all complaints about one listing with one of these concerns are one case.
    """

    window_hours: int
    from_one_source: int
    same_text: int
    rejected_before: int
    of_competitor: int
    joined_from: int
    joined_days: int
    joined_concerns: tuple[Concern, ...]


class ComplaintRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All of ``complaints.yaml``."""

    words: tuple[DangerWords, ...]
    notices: dict[str, NoticeNeeds]
    needs: dict[str, Text]
    patterns: AbuseThresholds
    reasons: dict[str, Text]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the table may read. ``lexicon`` is 0 (nothing found) to 5."""

    danger: Danger
    harmed: bool
    authority: bool
    lexicon: int
    life_health: bool
    concern: Concern


_COMPLETE = "complete"


class ComplaintWeight(msgspec.Struct, frozen=True):
    """The table's answer."""

    severity: Severity
    hazard: bool
    reasons: tuple[str, ...]


class Table:
    """A checked decision table: every combination of facts gets a severity and reasons that have words.

    They are some thousands: that a table passed is remembered between runs.
    """

    def __init__(self, table: dict[str, Any], reasons: dict[str, Text], where: str) -> None:
        """``reasons``: their words; ``where``: the table's place in the pack. Raises PackError."""
        canonical = json.dumps(table, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        self.digest = hashlib.sha256(canonical.encode()).hexdigest()[:16]
        self._table = table
        self._weights: dict[Facts, ComplaintWeight] = {}
        stated = msgspec.json.encode((self.digest, sorted(reasons)))
        passed = hashlib.sha256(stated).hexdigest()
        if disk_cache.read(passed, _COMPLETE) is None:
            self._check(reasons, where)
            disk_cache.write(passed, _COMPLETE, b"")

    def _check(self, reasons: dict[str, Text], where: str) -> None:
        try:
            self._engine  # noqa: B018 - made here, to see whether it can be
        except Exception as error:  # zen raises bare Exception
            raise PackError(where, Text(f"不是有效的 JDM 决策：{error}", f"is no valid JDM: {error}")) from error
        yes_no = (False, True)
        for values in product(get_args(Danger), yes_no, yes_no, range(6), yes_no, get_args(Concern)):
            facts = Facts(**dict(zip(Facts.__struct_fields__, values, strict=True)))
            try:
                weight = self.weigh(facts)
            except Exception as error:  # zen raises bare Exception
                raise PackError(where, Text(f"没有适用于 {facts} 的行", f"no row for {facts}: {error}")) from error
            if unknown := set(weight.reasons) - reasons.keys():
                raise PackError(where, Text(f"理由没有文字：{unknown}", f"no words for {unknown}"))

    @cached_property
    def _engine(self) -> zen.ZenEngine:
        # Made when it is first asked: it imports asyncio.
        return zen.ZenEngine({"loader": {"type": "static", "content": {_KEY: self._table}}})

    def weigh(self, facts: Facts) -> ComplaintWeight:
        """The table's answer to these facts."""
        if facts not in self._weights:
            result = self._engine.evaluate(_KEY, msgspec.structs.asdict(facts))["result"]
            self._weights[facts] = msgspec.convert(result, ComplaintWeight)
        return self._weights[facts]


def load_rules(where: Path) -> tuple[ComplaintRules, Table]:
    """The rules and the table of a pack. Raises PackError with file and line."""
    rules = YamlSource(where / "complaints.yaml").read(ComplaintRules)
    file = where / "policy" / "complaints.json"
    try:
        table = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise PackError(f"{file}:1", Text(f"无法读取：{error}", f"cannot be read: {error}")) from error
    return rules, Table(table, rules.reasons, f"{file}:1")
