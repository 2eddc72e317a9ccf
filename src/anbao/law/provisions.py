"""Provisions (法条): the instruments of a pack, by article and paragraph, as in force on a day.

Invariants
- A reference to an exact version is stable: asked for another day, it leads to the article that holds the same rule in
  the version then in force (网络安全法 2016/22 is 2025/24). A match of low similarity is marked as a guess.
- A reference to a family is read by the numbering of the day that is asked for.
- Paragraphs (款) are a text's lines; a line that begins an item（一）belongs to the paragraph above it.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from anbao.errors import InvalidInput, NotFound, PackError
from anbao.law.references import Reference, family_of, parse_reference
from anbao.text import Text

T = TypeVar("T")

Layout = Literal["source", "restored", "lost"]
Match = Literal["cited", "renumbered", "guess"]

RENUMBERING = "renumbering.json"
_ITEM = re.compile(r"（[一二三四五六七八九十]+）|\d+[.、]")
_AROUND = 40
_NUMERALS: list[str] = ["", *"一二三四五六七八九"]


class Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One article. ``no`` 0 is an annex or a part whose number is not known. ``paragraphs``: whether its breaks are
    the source's, restored from cross-references, or lost.
    """

    no: int
    label: str
    chapter: str = ""
    paragraphs: Layout = "source"
    text: str

    def split(self) -> list[str]:
        """The paragraphs, each with its items."""
        found: list[str] = []
        for line in self.text.split("\n"):
            if found and _ITEM.match(line):
                found[-1] += "\n" + line
            else:
                found.append(line)
        return found


class InForce(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """First and last day of force of one version; no last day: still in force."""

    from_: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.from_ <= day and (self.until is None or day <= self.until)


class Instrument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One version of one law, regulation, rule or judicial interpretation.

    ``since``: when the instrument first came into force, where an earlier version is not stored. ``dates``: how the
    period of force is known. ``status``: how much of the text is stored.
    """

    id: str
    title: Text
    version: str
    in_force: InForce
    since: date | None = None
    dates: Literal["stored", "memory"]
    status: Literal["stored", "partial", "summary", "memory"]
    source: str
    note: str = ""
    articles: tuple[Article, ...]

    @property
    def family(self) -> str:
        return family_of(self.id)

    @property
    def first_day(self) -> date:
        return self.since or self.in_force.from_

    @property
    def doubtful(self) -> bool:
        """Whether something about it rests on memory or on a summary."""
        return self.dates == "memory" or self.status in ("summary", "memory")


class Renumbering(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Which article became which; each row is old number, new number, similarity of the texts (0 to 1)."""

    from_: str
    to: str
    guess_below: float
    articles: tuple[tuple[int, int, float], ...]

    def find(self, article: int, *, forward: bool) -> tuple[int, Match] | None:
        """The other version's article, by the best similarity."""
        here, there = (0, 1) if forward else (1, 0)
        rows = [row for row in self.articles if row[here] == article]
        if not rows:
            return None
        best = max(rows, key=lambda row: row[2])
        return int(best[there]), "guess" if best[2] < self.guess_below else "renumbered"


class Provision(msgspec.Struct, frozen=True, kw_only=True):
    """What a reference leads to. ``ref`` is exact. ``in_force``: whether this version was in force on the day asked for
    (None where no day was asked for). ``match``: as cited, or found under another number.
    """

    ref: str
    instrument: Instrument
    article: Article | None
    paragraph: int | None
    text: str
    in_force: bool | None
    match: Match

    @property
    def place(self) -> Text:
        """Article and paragraph: 第三十八条第二款; art. 38(2). Empty for a whole instrument."""
        zh = en = ""
        if self.article is not None:
            zh = self.article.label
            en = f"art. {self.article.no}" if self.article.no else self.article.label
        if self.paragraph is not None:
            zh += f"第{_chinese(self.paragraph)}款"
            en += f"({self.paragraph})"
        return Text(zh, en)

    @property
    def label(self) -> Text:
        """As lawyers write it: 《电子商务法》第三十八条第二款; E-Commerce Law, art. 38(2)."""
        return cited([self])


class ProvisionHit(msgspec.Struct, frozen=True, kw_only=True):
    """One article that a search found; ``excerpt`` shows the first word in its surroundings."""

    ref: str
    instrument: Instrument
    article: Article
    excerpt: str


class Library:
    """All instruments of a pack."""

    def __init__(self, instruments: Iterable[Instrument], renumberings: Iterable[Renumbering] = ()) -> None:
        self.instruments = {one.id: one for one in instruments}
        self._renumberings = tuple(renumberings)
        self._families: dict[str, list[Instrument]] = {}
        for one in sorted(self.instruments.values(), key=lambda one: one.in_force.from_):
            self._families.setdefault(one.family, []).append(one)
        self._articles = {
            (one.id, article.no): article for one in self.instruments.values() for article in one.articles
        }

    def provision(self, ref: str, on: date | None = None) -> Provision:
        """What a reference leads to on a day; without a day, as cited or the newest. Raises InvalidInput, NotFound."""
        reference = parse_reference(ref, self.instruments.keys() | self._families.keys())
        if reference.name in self.instruments:
            return self._follow(self.instruments[reference.name], reference, on)
        return self._provision(self._version(reference.name, on), reference, on, "cited")

    def versions(self, family: str) -> list[Instrument]:
        """All stored versions of a family, the oldest first."""
        return list(self._families.get(family, ()))

    def search(self, words: str) -> Iterator[ProvisionHit]:
        """Articles that contain all the words (separated by spaces), newest version of each family first."""
        wanted = words.split()
        if not wanted:
            raise InvalidInput(Text("没有检索词", "there is nothing to search for"), field="text")
        for family in sorted(self._families):
            for one in reversed(self._families[family]):
                for article in one.articles:
                    if all(word in article.text for word in wanted):
                        yield ProvisionHit(
                            ref=str(Reference(one.id, article.no)),
                            instrument=one,
                            article=article,
                            excerpt=_around(article.text, wanted[0]),
                        )

    def _version(self, family: str, on: date | None) -> Instrument:
        """The version in force on a day; the one stored version where only an earlier, unstored one was in force."""
        versions = self._families[family]
        if on is None:
            return versions[-1]
        for one in versions:
            if one.in_force.covers(on) or one.first_day <= on < one.in_force.from_:
                return one
        raise NotFound(
            Text(f"{family} 在 {on} 没有施行的版本", f"no version of {family} was in force on {on}"),
            hint=Text("换一个日期，或不写日期", "choose another day, or none"),
        )

    def _follow(self, cited: Instrument, reference: Reference, on: date | None) -> Provision:
        if on is None or cited.in_force.covers(on):
            return self._provision(cited, reference, on, "cited")
        others = [one for one in self._families[cited.family] if one.in_force.covers(on)]
        if not others:
            return self._provision(cited, reference, on, "cited")
        target = others[0]
        if reference.article is None:
            return self._provision(target, reference, on, "renumbered")
        for table in self._renumberings:
            if {table.from_, table.to} == {cited.id, target.id}:
                found = table.find(reference.article, forward=table.from_ == cited.id)
                if found is not None:
                    return self._provision(target, Reference(target.id, found[0], reference.paragraph), on, found[1])
        raise NotFound(
            Text(f"{reference} 在 {on} 没有对应条文", f"nothing corresponded to {reference} on {on}"),
            hint=Text(f"当日施行的是 {target.id}", f"{target.id} was in force on that day"),
        )

    def _provision(self, one: Instrument, reference: Reference, on: date | None, match: Match) -> Provision:
        exact = Reference(one.id, reference.article, reference.paragraph)
        article: Article | None = None
        text = one.title.zh
        if reference.article is not None:
            article = self._articles.get((one.id, reference.article))
            if article is None:
                raise NotFound(
                    Text(f"{one.id} 没有收录第 {reference.article} 条", f"{one.id} stores no article {exact}")
                )
            text = article.text
            if reference.paragraph is not None:
                paragraphs = article.split()
                if not 1 <= reference.paragraph <= len(paragraphs):
                    raise NotFound(_no_paragraph(article, exact, len(paragraphs)))
                text = paragraphs[reference.paragraph - 1]
        return Provision(
            ref=str(exact),
            instrument=one,
            article=article,
            paragraph=reference.paragraph,
            text=text,
            in_force=None if on is None else one.in_force.covers(on),
            match=match,
        )


def cited(provisions: Iterable[Provision]) -> Text:
    """Provisions by name, each instrument named once."""
    places: dict[str, tuple[Text, list[Text]]] = {}
    for one in provisions:
        places.setdefault(one.instrument.id, (one.instrument.title, []))[1].append(one.place)
    zh = (f"《{title.zh}》" + "、".join(one.zh for one in listed) for title, listed in places.values())
    en = (", ".join([title.en or title.zh, *(one.en for one in listed if one.en)]) for title, listed in places.values())
    return Text("，".join(zh), "; ".join(en))


def _chinese(number: int) -> str:
    """A paragraph's number as statutes write it; no article here has a hundred paragraphs."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _NUMERALS[tens] + "十") + _NUMERALS[ones]


def load_library(folder: Path) -> Library:
    """Read all instruments of a folder. Raises PackError."""
    instruments: dict[str, Instrument] = {}
    for path in sorted(set(folder.glob("*.json")) - {folder / RENUMBERING}):
        one = _decode(path, Instrument)
        if one.id in instruments or path.stem != one.id:
            raise PackError(f"{path}:2", Text(f"编号 {one.id} 与文件名不符", f"the id {one.id} is not the file's name"))
        numbers = [article.no for article in one.articles]
        if len(set(numbers)) != len(numbers):
            raise PackError(f"{path}:1", Text("条号重复", "an article number stands twice"))
        instruments[one.id] = one
    table = folder / RENUMBERING
    renumberings = _decode(table, list[Renumbering]) if table.exists() else []
    for renumbering in renumberings:
        for name in (renumbering.from_, renumbering.to):
            if name not in instruments:
                raise PackError(f"{table}:1", Text(f"没有法律文件 {name}", f"there is no instrument {name}"))
    return Library(instruments.values(), renumberings)


def _decode(path: Path, wanted: type[T]) -> T:
    data = path.read_bytes()
    try:
        return msgspec.json.decode(data, type=wanted)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PackError(
            f"{path}:{_line(data, str(error))}", Text(f"不符合格式：{error}", f"does not fit: {error}")
        ) from error


def _line(data: bytes, message: str) -> int:
    """The line of a syntax error (byte offset in the message), or of the article that does not fit (one per line)."""
    if at := re.search(r"\(byte (\d+)\)", message):
        return data.count(b"\n", 0, int(at[1])) + 1
    if at := re.search(r"\$\.articles\[(\d+)\]", message):
        before = data.find(b'"articles"')
        return data.count(b"\n", 0, before) + 2 + int(at[1])
    if at := re.search(r"\$\.(\w+)", message):
        return data.count(b"\n", 0, max(0, data.find(f'"{at[1]}"'.encode()))) + 1
    return 1


def _around(text: str, word: str) -> str:
    flat = text.replace("\n", " ")
    at = flat.find(word)
    start, end = max(0, at - _AROUND), at + len(word) + _AROUND
    return ("…" if start else "") + flat[start:end] + ("…" if end < len(flat) else "")


def _no_paragraph(article: Article, exact: Reference, count: int) -> Text:
    if article.paragraphs == "lost":
        return Text(f"{exact}：原文的分款信息已缺失", f"{exact}: the source lost its paragraph breaks")
    return Text(f"{exact}：该条只有 {count} 款", f"{exact}: the article has {count} paragraph(s)")
