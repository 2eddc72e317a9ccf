"""The report on a terminal."""

from collections.abc import Mapping

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as RichText

from anbao.cli.output import stdout_console
from anbao.cli.prevent.screening_report.words import EMPTY, NOT_ADVICE, share, visible
from anbao.connect.summary import Summary, Worst
from anbao.prevent.words import CHANNELS, FIELDS, OUTCOMES, SEVERITIES, Meaning, unchecked
from anbao.text import Language, Text

SHOWN_WORST = 10
SHOWN_TERMS = 10

_STYLES = {"block": "bold red", "review": "yellow", "notice": "blue", "pass": "green"}


def render_terminal(
    summary: Summary, language: Language, names: Mapping[str, Text], console: Console | None = None
) -> None:
    """Print outcomes with their meaning, the worst findings and the most frequent terms; on stdout by default."""
    parts: list[RenderableType] = [_heading(Text("审核结果", "Screening"), language), _outcomes(summary, language)]
    if summary.findings:
        parts += [_heading(Text("最严重的命中", "Worst findings"), language), _worst(summary, language, names)]
        parts += [_heading(Text("命中最多的词", "Terms found most often"), language), _terms(summary, language, names)]
        parts += [_heading(Text("命中方式", "How terms were found"), language), _channels(summary, language)]
    else:
        parts.append(Padding(EMPTY.get(language), (1, 0, 0, 2)))
    parts.append(Padding(RichText(NOT_ADVICE.get(language), style="dim"), (1, 2)))
    (console or stdout_console()).print(Group(*parts))


def _heading(text: Text, language: Language) -> RenderableType:
    return Padding(RichText(text.get(language), style="bold"), (1, 0, 0, 2))


def _table(language: Language, *columns: tuple[Text, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=True)
    for title, justify in columns:
        table.add_column(title.get(language), justify=justify, overflow="fold")  # type: ignore[arg-type]
    return table


_COUNT = (Text("数量", "number"), "right")
_SHARE = (Text("占比", "share"), "right")
_MEANING = (Text("说明", "meaning"), "left")


def _outcomes(summary: Summary, language: Language) -> Table:
    table = _table(language, (Text("处理", "outcome"), "left"), _COUNT, _SHARE, _MEANING)
    for outcome, meaning in OUTCOMES.items():
        count = summary.outcomes[outcome]
        name = RichText(meaning.name.get(language), style=_STYLES[outcome])
        table.add_row(name, f"{count:,}", share(count, summary.rows), meaning.says.get(language))
    if summary.errors:
        name = RichText(Text("无法读取", "Unreadable").get(language), style="magenta")
        says = Text("该行不是有效的商品数据，未审核。", "The row is no valid listing and was not screened.").get(
            language
        )
        table.add_row(name, f"{summary.errors:,}", share(summary.errors, summary.rows), says)
    table.add_section()
    total = Text(f"{summary.listings_found:,} 件有命中", f"{summary.listings_found:,} with findings").get(language)
    table.add_row(Text("合计", "Total").get(language), f"{summary.rows:,}", "", total)
    return table


def _worst(summary: Summary, language: Language, names: Mapping[str, Text]) -> Table:
    table = _table(
        language,
        (Text("行", "row"), "right"),
        (Text("编号", "listing"), "left"),
        (Text("级别", "severity"), "left"),
        (Text("词条", "term"), "left"),
        (Text("位置", "place"), "left"),
        (Text("上下文", "context"), "left"),
        (Text("依据", "provisions"), "left"),
    )
    for worst in summary.worst[:SHOWN_WORST]:
        table.add_row(
            str(worst.row),
            RichText(visible(worst.listing)),
            SEVERITIES[worst.severity].name.get(language),
            RichText(visible(_name(worst.term, names, language))),
            _place(worst, language),
            _context(worst),
            RichText(
                "\n".join(
                    (
                        *(_name(one, names, language) for one in worst.provisions),
                        *([unchecked(worst.source).get(language)] if worst.source else []),
                    )
                )
            ),
        )
    return table


def _name(code: str, names: Mapping[str, Text], language: Language) -> str:
    return names[code].get(language) if code in names else code


def _place(worst: Worst, language: Language) -> RichText:
    field = visible(FIELDS.get(worst.field, Text(worst.field, worst.field)).get(language))
    return RichText(f"{field} {worst.start}–{worst.end}" if worst.end else field)


def _context(worst: Worst) -> RichText:
    shown = RichText(visible(worst.before))
    shown.append(visible(worst.surface), style="bold red underline")
    return shown.append(visible(worst.after))


def _terms(summary: Summary, language: Language, names: Mapping[str, Text]) -> Table:
    table = _table(
        language,
        (Text("词条", "term"), "left"),
        (Text("类别", "category"), "left"),
        (Text("级别", "severity"), "left"),
        _COUNT,
    )
    ranked = sorted(summary.terms.items(), key=lambda item: (-item[1].findings, item[0]))
    for term, count in ranked[:SHOWN_TERMS]:
        what, category = visible(_name(term, names, language)), _name(count.category, names, language)
        severity = SEVERITIES[count.severity].name.get(language)
        table.add_row(RichText(what), RichText(category), severity, f"{count.findings:,}")
    return table


def _channels(summary: Summary, language: Language) -> Table:
    table = _table(language, (Text("方式", "how"), "left"), _COUNT, _SHARE, _MEANING)
    _add_counts(table, CHANNELS, summary.channels, language)
    return table


def _add_counts(table: Table, meanings: Mapping[str, Meaning], counts: Mapping[str, int], language: Language) -> None:
    total = sum(counts.values())
    for key, meaning in meanings.items():
        if count := counts.get(key, 0):
            says = meaning.says.get(language)
            table.add_row(meaning.name.get(language), f"{count:,}", share(count, total), says)
