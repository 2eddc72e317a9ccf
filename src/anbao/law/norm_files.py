"""Reads norms from a pack's YAML and checks them against the pack's kinds, duties, settings and provisions."""

import hashlib
from collections.abc import Collection, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from anbao.errors import InvalidInput, NotFound, PackError
from anbao.law.conditions import Condition
from anbao.law.duties import Confidence
from anbao.law.kinds import PLATFORM_ROLE, EntryKind, FactType
from anbao.law.norms import Due, Duty, Needs, Norm, NormKind, OwedBy, Period, Trigger
from anbao.law.provisions import InForce, Library
from anbao.law.yaml_source import YamlSource
from anbao.text import Text


class _Opens(msgspec.Struct, forbid_unknown_fields=True):
    on: tuple[str, ...]
    when: str = ""


class _Act(msgspec.Struct, forbid_unknown_fields=True):
    by: tuple[str, ...]
    when: str = ""


class _Needs(msgspec.Struct, forbid_unknown_fields=True):
    before: tuple[str, ...]
    when: str = ""
    at_least: Period | None = None


class _NormText(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A norm as it stands in the file."""

    id: str
    duties: tuple[str, ...] = ()
    duty: Duty
    kind: NormKind
    title: Text
    provisions: tuple[str, ...]
    in_force: InForce
    applies: InForce | None = None
    about: tuple[str, ...]
    opens: _Opens | None = None
    discharged: _Act | None = None
    needs: _Needs | None = None
    ends: _Act | None = None
    broken: _Act | None = None
    released: _Act | None = None
    due: Due
    deadline: str
    confidence: Confidence
    owed_by: OwedBy = "platform"
    once: bool = False
    moves: bool = False
    note: str = ""


class Vocabulary(NamedTuple):
    """What norms may refer to."""

    kinds: Mapping[str, EntryKind]
    duties: Collection[str]
    settings: Collection[str]
    library: Library


_SHAPES: dict[NormKind, tuple[frozenset[str], frozenset[str]]] = {
    "respond": (frozenset({"opens", "discharged"}), frozenset({"within", "setting", "at_once", "named"})),
    "guard": (frozenset({"opens", "needs"}), frozenset({"at_once"})),
    "forbid": (frozenset({"opens"}), frozenset({"at_once"})),
    "calendar": (frozenset({"discharged"}), frozenset({"months"})),
    "keep": (frozenset({"opens"}), frozenset({"at_least"})),
}
"""Per kind of norm: the parts that it must have, and the forms its ``due`` may take."""

_PARTS = ("opens", "discharged", "needs")


def read_norms(folder: Path, vocabulary: Vocabulary) -> tuple[Norm, ...]:
    """All norms of a folder, by id and period of force. Raises PackError."""
    found: dict[str, list[tuple[Norm, YamlSource, int]]] = {}
    for path in sorted(folder.glob("*.yaml")):
        source = YamlSource(path)
        for place, text in enumerate(source.read_list(_NormText)):
            norm = _Reader(source, place, text, vocabulary).read()
            found.setdefault(norm.id, []).append((norm, source, place))
    for name, versions in found.items():
        versions.sort(key=lambda version: version[0].first_day)
        for (earlier, *_), (later, source, place) in pairwise(versions):
            if not earlier.last_day or later.first_day <= earlier.last_day:
                what = Text(f"规范 {name} 在同一期间出现两次", f"the norm {name} stands twice for one period")
                raise source.error(what, place, "id")
    return tuple(norm for name in sorted(found) for norm, *_ in found[name])


class _Reader:
    """Reads one norm; errors point into its file."""

    def __init__(self, source: YamlSource, place: int, text: _NormText, vocabulary: Vocabulary) -> None:
        self._source = source
        self._place = place
        self._text = text
        self._vocabulary = vocabulary

    def read(self) -> Norm:
        text = self._text
        self._check_shape()
        self._check_references()
        norm = Norm(
            id=text.id,
            version="",
            duties=text.duties,
            duty=text.duty,
            kind=text.kind,
            title=text.title,
            provisions=text.provisions,
            in_force_from=text.in_force.from_.isoformat(),
            in_force_until=text.in_force.until.isoformat() if text.in_force.until else "",
            applies_from=text.applies.from_.isoformat() if text.applies else "",
            applies_until=text.applies.until.isoformat() if text.applies and text.applies.until else "",
            about=text.about,
            opens=self._trigger("opens", "on", text.opens.on, text.opens.when) if text.opens else None,
            discharged=self._act("discharged", text.discharged),
            needs=self._needs(text.needs) if text.needs else None,
            ends=self._act("ends", text.ends),
            broken=self._act("broken", text.broken),
            released=self._released(text.released) if text.released else None,
            due=text.due,
            deadline="platform" if text.deadline == "platform" else "law",
            confidence=text.confidence,
            owed_by=text.owed_by,
            once=text.once,
            moves=text.moves,
            note=text.note,
        )
        return msgspec.structs.replace(norm, version=_version(norm))

    def _check_shape(self) -> None:
        text = self._text
        parts, dues = _SHAPES[text.kind]
        present = {part for part in _PARTS if getattr(text, part)}
        if present != parts:
            wanted = ", ".join(sorted(parts))
            raise self._error(Text(f"{text.kind} 规范应有且仅有 {wanted}", f"a {text.kind} norm has {wanted}"), "kind")
        due = next(name for name in text.due.__struct_fields__ if getattr(text.due, name))
        if due not in dues:
            wanted = ", ".join(sorted(dues))
            raise self._error(
                Text(f"{text.kind} 规范的期限应为 {wanted}", f"a {text.kind} norm is due by {wanted}"), "due"
            )
        if text.deadline not in ("law", "platform") or (text.due.setting and text.deadline == "law"):
            raise self._error(
                Text(
                    "deadline 为 law 或 platform；平台自定的期限（setting）写 platform",
                    "law or platform; where due is a setting, it is the platform's",
                ),
                "deadline",
            )
        if text.due.setting and text.due.setting not in self._vocabulary.settings:
            raise self._error(
                Text(f"没有设置项 {text.due.setting}", f"there is no setting {text.due.setting}"), "due", "setting"
            )
        if text.kind == "calendar" and text.about != (PLATFORM_ROLE,):
            raise self._error(Text("calendar 规范只能针对平台", "a calendar norm is about [platform]"), "about")
        if text.moves and not (text.due.within and not text.due.within.hours and not text.due.within.working_days):
            raise self._error(
                Text("moves 只用于日、月、年的期间", "moves is for periods in days, months or years"), "moves"
            )
        if text.released and text.kind != "keep":
            raise self._error(Text("只有 keep 规范可以写 released", "only a keep norm is released"), "released")
        if text.once and text.kind != "guard":
            raise self._error(Text("只有 guard 规范可以写 once", "only a guard can be asked once"), "once")
        if not text.about:
            raise self._error(Text("至少写一个对象", "name at least one subject"), "about")

    def _check_references(self) -> None:
        text = self._text
        for place, duty in enumerate(text.duties):
            if duty not in self._vocabulary.duties:
                raise self._error(Text(f"没有义务 {duty}", f"there is no duty {duty}"), "duties", place)
        if not text.provisions:
            raise self._error(Text("没有写依据", "a norm needs its provisions"), "provisions")
        for place, reference in enumerate(text.provisions):
            check_reference(self._vocabulary.library, reference, self._source, self._place, "provisions", place)

    def _act(self, part: str, act: _Act | None) -> Trigger | None:
        return self._trigger(part, "by", act.by, act.when) if act else None

    def _released(self, act: _Act) -> Trigger:
        """What ends a keeping concerns all that is stored: its entries need not name the norm's subjects."""
        return self._trigger("released", "by", act.by, act.when, about=())

    def _needs(self, needs: _Needs) -> Needs:
        return Needs(self._trigger("needs", "before", needs.before, needs.when), needs.at_least)

    def _trigger(
        self, part: str, field: str, kinds: tuple[str, ...], when: str, about: tuple[str, ...] | None = None
    ) -> Trigger:
        facts: dict[str, FactType] = {}
        if not kinds:
            raise self._error(Text("没有写条目种类", "no entry kind is named"), part, field)
        for place, name in enumerate(kinds):
            kind = self._vocabulary.kinds.get(name)
            if kind is None:
                raise self._error(Text(f"没有条目种类 {name}", f"there is no entry kind {name}"), part, field, place)
            for role in self._text.about if about is None else about:
                if role not in kind.roles:
                    raise self._error(
                        Text(f"{name} 没有对象 {role}", f"{name} has no subject {role}"), part, field, place
                    )
            for fact, described in kind.facts.items():
                if facts.setdefault(fact, described.python) is not described.python:
                    raise self._error(Text(f"事实 {fact} 类型不一", f"the fact {fact} has several types"), part, field)
        if not when:
            return Trigger(kinds)
        try:
            return Trigger(kinds, Condition(when, facts))
        except ValueError as error:
            raise self._error(Text(f"条件 {when} 有误：{error}", f"condition {when}: {error}"), part, "when") from error

    def _error(self, what: Text, *keys: str | int) -> PackError:
        return self._source.error(what, self._place, *keys)


def check_reference(library: Library, reference: str, source: YamlSource, *keys: str | int) -> None:
    """Raise PackError at ``keys`` unless the reference leads somewhere."""
    try:
        library.provision(reference)
    except (InvalidInput, NotFound) as error:
        raise source.error(error.what, *keys) from error


def _version(norm: Norm) -> str:
    """Digest of what decides: a corrected title or note leaves open obligations with their norm."""
    content: dict[str, Any] = {
        name: _plain(getattr(norm, name))
        for name in ("about", "broken", "discharged", "due", "ends", "in_force_from", "kind", "needs", "once", "opens")
    }
    if norm.moves:
        content["moves"] = True
    if norm.applies_from:
        content["applies_from"] = norm.applies_from
    if norm.released:
        content["released"] = _plain(norm.released)
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, Condition):
        return [value.source, value.reads]
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    return value
