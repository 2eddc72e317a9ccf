"""A law pack (规则包): the law of one country as data — provisions, norms, duties, settings, the calendar.

Reading a pack checks it as a whole: every reference resolves, every condition compiles, every duty is fulfilled by
norms or says why it is fulfilled by hand. Errors are PackError with file and line.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from anbao.errors import InvalidInput, NotFound
from anbao.law import kinds as entry_kinds
from anbao.law.cache import read_cached
from anbao.law.calendar import WorkCalendar, YearTable
from anbao.law.case_kinds import CaseKind
from anbao.law.controls import Control
from anbao.law.duties import DutyRow, Setting
from anbao.law.kinds import EntryKind
from anbao.law.norm_files import Vocabulary, check_reference, read_norms
from anbao.law.norms import Norm
from anbao.law.parameters import Parameter
from anbao.law.paths import default_pack_path
from anbao.law.provisions import Library, Provision, ProvisionHit, cited, load_library
from anbao.law.reports import ReportForm
from anbao.law.yaml_source import YamlSource
from anbao.model.entry import Facts
from anbao.text import Text

__all__ = ["Pack", "PackInfo", "default_pack_path", "load_pack"]


class PackInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a pack is called."""

    id: str
    title: Text
    version: str
    notes: Text


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """A loaded pack. ``digest``: SHA-256 (hex) over what decides obligations: norms, kinds, settings, calendar."""

    info: PackInfo
    digest: str
    library: Library
    kinds: dict[str, EntryKind]
    norms: tuple[Norm, ...]
    settings: tuple[Setting, ...]
    duties: tuple[DutyRow, ...]
    controls: tuple[Control, ...]
    calendar: WorkCalendar
    case_kinds: dict[str, CaseKind] = {}
    parameters: tuple[Parameter, ...] = ()
    reports: dict[str, ReportForm] = {}

    def provision(self, ref: str, on: date | None = None) -> Provision:
        """The provision that a reference leads to, on a day. Raises InvalidInput, NotFound."""
        return self.library.provision(ref, on)

    def cite(self, refs: Iterable[str], on: date | None = None) -> Text:
        """Provisions by name; what the pack does not hold, as a platform's own lexicon may cite, stands as written."""
        found, unknown = [], []
        for ref in refs:
            try:
                found.append(self.library.provision(ref, on))
            except (InvalidInput, NotFound):
                unknown.append(ref)
        known = cited(found)
        return Text("，".join(filter(None, (known.zh, *unknown))), "; ".join(filter(None, (known.en, *unknown))))

    def search(self, text: str) -> Iterator[ProvisionHit]:
        """Articles that contain all the words of ``text``. Raises InvalidInput for none."""
        return self.library.search(text)

    def kind(self, name: str) -> EntryKind:
        """An entry kind. Raises InvalidInput."""
        found = self.kinds.get(name)
        if found is None:
            raise InvalidInput(
                Text(f"没有条目种类 {name}", f"there is no entry kind {name}"),
                hint=Text("可用的种类见规则包的 kinds 目录", "the pack's folder kinds lists them"),
                field="kind",
            )
        return found

    def case_kind(self, name: str) -> CaseKind:
        """A kind of case. Raises InvalidInput."""
        found = self.case_kinds.get(name)
        if found is None:
            raise InvalidInput(
                Text(f"没有事项种类 {name}", f"there is no kind of case {name}"),
                hint=Text("可用的种类见规则包的 cases.yaml", "the pack's cases.yaml lists them"),
                field="kind",
            )
        return found

    def check_event(
        self,
        kind: str,
        subjects: Mapping[str, str],
        facts: Mapping[str, str | int | bool],
        *,
        has_consumer: bool = False,
    ) -> EntryKind:
        """The kind of an event that the platform reports, once it fits. Raises InvalidInput."""
        found = self.kind(kind)
        entry_kinds.check_event(found, subjects, facts, has_consumer=has_consumer)
        return found

    def norm(self, name: str) -> Norm | None:
        """The newest version of a norm; None where the pack has none of that id."""
        return next((norm for norm in reversed(self.norms) if norm.id == name), None)

    def norms_opened(self, kind: str, facts: Facts) -> list[Norm]:
        """The norms, all versions of them, that an entry of a kind opens where it states these facts."""
        return [
            norm
            for norm in self.norms
            if norm.opens and kind in norm.opens.kinds and (norm.opens.when is None or norm.opens.when.holds(facts))
        ]

    def norms_for(self, kind: str) -> list[Norm]:
        """The norms that entries of a kind move in any way: open, discharge, precede, end or break."""
        return [norm for norm in self.norms if kind in _kinds_of(norm)]


@read_cached
def load_pack(path: Path) -> Pack:
    """Read and check a pack's folder. Raises PackError."""
    info = YamlSource(path / "pack.yaml").read(PackInfo)
    library = load_library(path / "provisions")
    kinds = _read_kinds(path / "kinds")
    settings = _read_settings(YamlSource(path / "settings.yaml"), library)
    duty_source = YamlSource(path / "duties.yaml")
    duties = _read_unique(duty_source, DutyRow)
    vocabulary = Vocabulary(kinds, {one.id for one in duties}, {one.id for one in settings}, library)
    norms = read_norms(path / "norms", vocabulary)
    _check_duties(duty_source, duties, norms)
    tables = YamlSource(path / "calendar.yaml").read_list(YearTable)
    return Pack(
        info=info,
        digest=_digest(norms, kinds, settings, tables),
        library=library,
        kinds=kinds,
        norms=norms,
        settings=settings,
        duties=duties,
        controls=_read_controls(path / "controls.yaml", settings, library),
        calendar=WorkCalendar(tables),
        case_kinds=_read_case_kinds(path / "cases.yaml", settings),
        parameters=_read_parameters(path / "parameters.yaml", library),
        reports=_read_reports(path / "reports.yaml", norms, library),
    )


Named = TypeVar("Named", CaseKind, Control, EntryKind, Setting, DutyRow, ReportForm)


def _read_kinds(folder: Path) -> dict[str, EntryKind]:
    """The entry kinds of all packages: one file each."""
    kinds: dict[str, EntryKind] = {}
    for file in sorted(folder.glob("*.yaml")):
        source = YamlSource(file)
        for place, kind in enumerate(_read_unique(source, EntryKind)):
            if kind.id in kinds:
                raise source.error(Text(f"编号 {kind.id} 重复", f"the id {kind.id} stands twice"), place, "id")
            kinds[kind.id] = kind
    return kinds


def _read_settings(source: YamlSource, library: Library) -> tuple[Setting, ...]:
    settings = _read_unique(source, Setting)
    for place, setting in enumerate(settings):
        for number, reference in enumerate(setting.provisions):
            check_reference(library, reference, source, place, "provisions", number)
    return settings


def _read_case_kinds(file: Path, settings: Sequence[Setting]) -> dict[str, CaseKind]:
    """Nothing where the pack has no such file."""
    if not file.exists():
        return {}
    source, known = YamlSource(file), {"", *(one.id for one in settings)}
    kinds = _read_unique(source, CaseKind)
    for place, kind in enumerate(kinds):
        if kind.due not in known:
            raise source.error(Text(f"没有设置项 {kind.due}", f"there is no setting {kind.due}"), place, "due")
    names = {kind.id for kind in kinds}
    for place, kind in enumerate(kinds):
        if unknown := set(kind.strict_as) - names:
            name = min(unknown)
            raise source.error(Text(f"没有事项种类 {name}", f"there is no kind of case {name}"), place, "strict_as")
    return {kind.id: kind for kind in kinds}


def _read_controls(path: Path, settings: Sequence[Setting], library: Library) -> tuple[Control, ...]:
    """The registry of controls; a pack may have none."""
    if not path.exists():
        return ()
    source = YamlSource(path)
    controls = _read_unique(source, Control)
    known = {setting.id for setting in settings}
    for place, control in enumerate(controls):
        if control.every not in known:
            raise source.error(
                Text(f"没有设置 {control.every}", f"there is no setting {control.every}"), place, "every"
            )
        for number, reference in enumerate(control.provisions):
            check_reference(library, reference, source, place, "provisions", number)
    return controls


def _read_parameters(path: Path, library: Library) -> tuple[Parameter, ...]:
    if not path.exists():
        return ()
    source = YamlSource(path)
    parameters = source.read_list(Parameter)
    for place, parameter in enumerate(parameters):
        for number, reference in enumerate(parameter.provisions):
            check_reference(library, reference, source, place, "provisions", number)
        if any(parameter.id == one.id and one.in_force.covers(parameter.in_force.from_) for one in parameters[:place]):
            raise source.error(Text(f"编号 {parameter.id} 重复", f"the id {parameter.id} stands twice"), place, "id")
    return tuple(parameters)


def _read_reports(path: Path, norms: Sequence[Norm], library: Library) -> dict[str, ReportForm]:
    if not path.exists():
        return {}
    source = YamlSource(path)
    reports = _read_unique(source, ReportForm)
    known = {norm.id for norm in norms}
    for place, report in enumerate(reports):
        if report.norm not in known:
            raise source.error(Text(f"没有规范 {report.norm}", f"there is no norm {report.norm}"), place, "norm")
        for number, reference in enumerate(report.provisions):
            check_reference(library, reference, source, place, "provisions", number)
    return {report.id: report for report in reports}


def _read_unique(source: YamlSource, wanted: type[Named]) -> tuple[Named, ...]:
    rows = source.read_list(wanted)
    seen: set[str] = set()
    for place, row in enumerate(rows):
        if row.id in seen:
            raise source.error(Text(f"编号 {row.id} 重复", f"the id {row.id} stands twice"), place, "id")
        seen.add(row.id)
    return tuple(rows)


def _check_duties(source: YamlSource, duties: Sequence[DutyRow], norms: Sequence[Norm]) -> None:
    keeping: dict[str, set[str]] = {}
    for norm in norms:
        for duty in norm.duties:
            keeping.setdefault(duty, set()).add(norm.id)
    for place, row in enumerate(duties):
        stated, found = set(row.norms), keeping.get(row.id, set())
        if stated != found:
            names = ", ".join(sorted(stated ^ found))
            raise source.error(
                Text(f"义务 {row.id} 与规范不一致：{names}", f"the duty {row.id} and the norms disagree on {names}"),
                place,
                "norms" if row.norms else "by_hand",
            )


def _digest(
    norms: Sequence[Norm], kinds: Mapping[str, EntryKind], settings: Sequence[Setting], tables: Sequence[YearTable]
) -> str:
    content = {
        "calendar": [[table.year, table.published, sorted(table.holidays), sorted(table.working)] for table in tables],
        "kinds": {one.id: {name: fact.type for name, fact in one.facts.items()} for one in kinds.values()},
        "norms": [[norm.id, norm.version, norm.first_day, norm.last_day] for norm in norms],
        "settings": {one.id: one.default for one in settings},
    }
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def _kinds_of(norm: Norm) -> set[str]:
    needed = norm.needs.trigger if norm.needs else None
    triggers = (norm.opens, norm.discharged, needed, norm.ends, norm.broken, norm.released)
    return {kind for trigger in triggers if trigger for kind in trigger.kinds}
