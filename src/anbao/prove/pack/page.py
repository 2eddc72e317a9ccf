"""What the index of a pack shows, and its HTML: self-contained, without scripts, all text escaped."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from anbao.engine.core import Core
from anbao.errors import AnbaoError
from anbao.law.evidence import EvidenceRules
from anbao.ledger.note import Checkpoint
from anbao.ledger.whole import whole_record
from anbao.model.base import legal_time
from anbao.model.events.prevent import ListingScreenedEvent
from anbao.prove.pack.collect import Matter
from anbao.prove.pack.content import PackContent, PackRequest
from anbao.prove.pack.standalone.check import entry_path
from anbao.prove.timeline import TimelineLine
from anbao.store import Connection
from anbao.text import Text
from anbao.version import VERSION

if TYPE_CHECKING:
    import jinja2

MOST_BODY = 1_500
"""Characters of an entry's content on the index; all of it stands in the entry's file."""


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    """One entry on the index; ``page``: the listing's page as it stood, "" for other entries."""

    actor: str
    at: str
    body: str
    entered_late: bool
    entry: int
    file: str
    kind: str
    owes: list[Text]
    page: str
    part: int
    recorded: str
    subjects: str
    title: Text


class ShownPart(msgspec.Struct, frozen=True, kw_only=True):
    """One of the twelve parts with its entries."""

    lines: list[ShownLine]
    no: int
    title: Text


class PageContent(msgspec.Struct, frozen=True, kw_only=True):
    """All that the index shows, in words and plain values."""

    about: str
    basis: list[Text]
    checkpoint: str
    content: PackContent
    database: str
    left_out: list[Text]
    matters: list[str]
    parts: list[ShownPart]
    purpose: str
    program: str
    reader: Text
    since: str
    until: str

    @staticmethod
    def of(
        core: Core,
        rules: EvidenceRules,
        matter: Matter,
        request: PackRequest,
        checkpoint: Checkpoint,
        content: PackContent,
        pages: Mapping[str, bytes],
    ) -> "PageContent":
        """Returns what is shown of a matter."""
        shown = [_shown(core, rules, line, content, pages) for line in matter.lines]
        rule = rules.reader(request.reader)
        cite = core.pack.cite
        return PageContent(
            about=":".join(matter.about),
            basis=[
                Text(f"{one.basis.zh}（{cite(one.provisions).zh}）", f"{one.basis.en} ({cite(one.provisions).en})")
                for one in rule.opens
            ],
            checkpoint=f"{checkpoint.origin} · {checkpoint.size} · {checkpoint.root.hex()}",
            content=content,
            database=core.store.dialect,
            left_out=list(matter.left_out),
            matters=[":".join(one) for one in matter.matters],
            parts=[
                ShownPart(lines=[line for line in shown if line.part == part.no], no=part.no, title=part.title)
                for part in rules.parts
            ],
            purpose=request.purpose,
            program=VERSION,
            reader=rule.title,
            since=_when(matter.lines[0].at),
            until=_when(matter.until),
        )


def _shown(
    core: Core, rules: EvidenceRules, line: TimelineLine, content: PackContent, pages: Mapping[str, bytes]
) -> ShownLine:
    body = json.dumps(_opened(line.body, content.disclosure.values), ensure_ascii=False, indent=1)
    page = _page_path(line.entry)
    return ShownLine(
        actor=line.actor,
        at=_when(line.at),
        body=body if len(body) <= MOST_BODY else body[:MOST_BODY] + "…",
        entered_late=line.entered_late,
        entry=line.entry,
        file=entry_path(line.entry),
        kind=line.kind,
        owes=[_owed(core, one.norm, one.state, one.due_at) for one in line.owes],
        page=page if page in pages else "",
        part=rules.part_of(line.kind),
        recorded=_when(line.recorded),
        subjects=" ".join(f"{role}:{name}" for role, name in line.subjects.items()),
        title=line.title,
    )


def _opened(value: Any, values: Mapping[str, str]) -> Any:
    """A body in which the reader's personal values stand in the clear, marked as such."""
    if isinstance(value, dict):
        return {name: _opened(one, values) for name, one in value.items()}
    if isinstance(value, list):
        return [_opened(one, values) for one in value]
    if isinstance(value, str) and value in values:
        return f"【{values[value]}】"
    return value


def _owed(core: Core, norm: str, state: str, due: int | None) -> Text:
    known = core.pack.norm(norm)
    title = known.title if known else Text(norm, norm)
    until = "" if due is None else " " + _when(due)
    return Text(f"{title.zh}（{_STATES[state].zh}{until}）", f"{title.en} ({_STATES[state].en}{until})")


_STATES = {
    "open": Text("未到期", "open"),
    "overdue": Text("逾期", "overdue"),
    "discharged": Text("已履行", "done in time"),
    "discharged_late": Text("迟延履行", "done late"),
    "discharged_recorded_late": Text("已履行，补录", "done in time, entered late"),
    "missed_recorded_late": Text("逾期后补录为已履行", "missed; entered later as done in time"),
    "ended": Text("已终止", "ended"),
    "waived": Text("已豁免", "waived"),
    "keeping": Text("保持中", "being upheld"),
    "kept": Text("已保持", "upheld"),
    "broken": Text("已违反", "broken"),
}


def _when(instant: int) -> str:
    return legal_time(instant).strftime("%Y-%m-%d %H:%M:%S +08:00")


def _page_path(index: int) -> str:
    return f"pages/{index:012d}.html"


def listing_pages(conn: Connection, lines: Sequence[TimelineLine]) -> dict[str, bytes]:
    """Returns a page for each listing as it stood, out of the texts in its entry."""
    found: dict[str, bytes] = {}
    template = _templates().get_template("listing.html.j2")
    for line in lines:
        if line.kind != ListingScreenedEvent.KIND:
            continue
        record = line.stored.event(ListingScreenedEvent).screened.listing
        missing = ""
        try:
            record = whole_record(conn, record)
        except AnbaoError as error:
            missing = f"{error.what.zh} · {error.what.en}"
        page = template.render(
            record=record, line=line, at=_when(line.at), file=entry_path(line.entry), missing=missing
        )
        found[_page_path(line.entry)] = page.encode("utf-8", "replace")
    return found


def write_index(shown: PageContent) -> bytes:
    """Returns ``index.html``."""
    page = _templates().get_template("index.html.j2").render(shown=shown)
    return page.encode("utf-8", "replace")


@cache
def _templates() -> "jinja2.Environment":
    import jinja2  # most commands make no pack

    loader = jinja2.PackageLoader("anbao.prove.pack", "pages")
    return jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
