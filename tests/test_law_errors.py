"""A broken pack does not load; the error names file and line."""

from pathlib import Path

import pytest

from anbao.errors import PackError
from anbao.law.pack import load_pack

FILES = {
    "pack.yaml": """\
id: xx
title: {zh: 试, en: test}
version: "1"
notes: {zh: 试, en: test}
""",
    "provisions/xx.law.2020.json": """\
{
"id": "xx.law.2020",
"title": {"zh": "法", "en": "Law"},
"version": "2020",
"in_force": {"from": "2020-01-01"},
"dates": "stored",
"status": "stored",
"source": "test",
"articles": [
{"no": 1, "label": "第一条", "text": "一款\\n二款"},
{"no": 2, "label": "第二条", "text": "一款"}
]
}
""",
    "kinds/all.yaml": """\
- id: thing.found
  title: {zh: 发现, en: found}
  by: platform
  subjects: [thing]
  facts:
    size: {type: integer, title: {zh: 大小, en: size}}
- id: thing.done
  title: {zh: 完成, en: done}
  by: platform
  subjects: [thing]
- id: other.done
  title: {zh: 其他, en: other}
  by: platform
  subjects: [other]
""",
    "settings.yaml": """\
- id: thing.act
  title: {zh: 期限, en: time}
  default: {hours: 24}
  why: {zh: 未规定, en: none named}
  provisions: [xx.law.2020/1.2]
""",
    "duties.yaml": """\
- id: xx.duty
  instrument: xx.law.2020
  article: "1"
  actor: platform
  trigger: found
  act: act
  source_status: stored
  norms: [xx.norm]
""",
    "calendar.yaml": """\
- year: 2026
  published: 2025-11-04
  dates: memory
  days: test
  holidays: [2026-01-01]
  working: [2026-01-04]
""",
    "norms/prevent.yaml": """\
# a comment
- id: xx.norm
  duties: [xx.duty]
  duty: prevent
  kind: respond
  title: {zh: 规范, en: norm}
  provisions: [xx.law.2020/1.1]
  in_force: {from: 2020-01-01}
  about: [thing]
  opens: {on: [thing.found], when: size > 3}
  discharged: {by: [thing.done]}
  due: {setting: thing.act}
  deadline: platform
  confidence: stored
""",
}

NORM = "norms/prevent.yaml"


def write(folder: Path, **changed: str) -> Path:
    for name, content in {**FILES, **changed}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def test_the_pack_that_the_others_break_is_sound(tmp_path: Path) -> None:
    pack = load_pack(write(tmp_path))
    assert [norm.id for norm in pack.norms] == ["xx.norm"]
    assert pack.norms[0].opens is not None
    assert pack.norms[0].opens.signal("thing.found") == "thing.found?size > 3"


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "said"),
    [
        (NORM, "  duty: prevent", "  duty: prevent\n  colour: red", 5, "colour"),
        (NORM, "  duty: prevent", "  duty: nothing", 4, "nothing"),
        (NORM, "xx.law.2020/1.1", "xx.law.2020/9", 7, "xx.law.2020/9"),
        (NORM, "xx.law.2020/1.1", "xx.law.2020/1.3", 7, "1.3"),
        (NORM, "xx.law.2020/1.1", "xx.lwa/1", 7, "xx.lwa"),
        (NORM, "from: 2020-01-01", "from: 2020-13-01", 8, "date"),
        (NORM, "about: [thing]", "about: [other]", 10, "other"),
        (NORM, "on: [thing.found]", "on: [thing.fuond]", 10, "thing.fuond"),
        (NORM, "when: size > 3", "when: sise > 3", 10, "sise"),
        (NORM, "when: size > 3", "when: size >", 10, "size >"),
        (NORM, "when: size > 3", "when: size", 10, "true or false"),
        (NORM, "by: [thing.done]", "by: []", 11, "entry kind"),
        (NORM, "{setting: thing.act}", "{setting: thing.atc}", 12, "thing.atc"),
        (NORM, "{setting: thing.act}", "{setting: thing.act, at_once: true}", 12, "exactly one"),
        (NORM, "{setting: thing.act}", "{months: [1, 7]}", 12, "due"),
        (NORM, "{setting: thing.act}", "{within: {weeks: 2}}", 12, "weeks"),
        (NORM, "deadline: platform", "deadline: law", 13, "platform"),
        (NORM, "confidence: stored", "confidence: sure", 14, "sure"),
        (NORM, "  discharged: {by: [thing.done]}\n", "", 5, "discharged"),
        (NORM, "kind: respond", "kind: guard", 5, "guard"),
        (NORM, "duties: [xx.duty]", "duties: [xx.duyt]", 3, "xx.duyt"),
        (NORM, "  kind: respond", "  kind: respond\n  kind: keep", 6, "twice"),
        (NORM, "title: {zh: 规范, en: norm}", "title: {zh: 规范", 7, "YAML"),
        (NORM, "# a comment", FILES[NORM], 16, "twice"),
        ("duties.yaml", "norms: [xx.norm]", "norms: [xx.nrom]", 8, "xx.nrom"),
        ("duties.yaml", "  norms: [xx.norm]\n", "", 1, "norms or by_hand"),
        ("kinds/all.yaml", "id: other.done", "id: thing.done", 11, "thing.done"),
        ("kinds/all.yaml", "type: integer", "type: number", 5, "number"),
        ("settings.yaml", "hours: 24", "hours: soon", 3, "default.hours"),
        ("settings.yaml", "xx.law.2020/1.2", "xx.law.2020/2.2", 5, "2.2"),
        ("calendar.yaml", "[2026-01-04]", "[2025-01-04]", 1, "2026"),
        ("calendar.yaml", "year: 2026", "year: soon", 1, "0.year"),
        ("pack.yaml", "version:", "vresion:", 3, "vresion"),
        ("provisions/xx.law.2020.json", '"no": 2', '"no": "2"', 11, "no"),
        ("provisions/xx.law.2020.json", '"2020-01-01"', '"2020-99-01"', 5, "date"),
        ("provisions/xx.law.2020.json", '"articles": [', '"articles": [,', 9, "JSON"),
    ],
)
def test_an_error_names_file_and_line(tmp_path: Path, name: str, old: str, new: str, line: int, said: str) -> None:
    write(tmp_path, **{name: FILES[name].replace(old, new, 1)})
    with pytest.raises(PackError) as caught:
        load_pack(tmp_path)
    assert caught.value.where == f"{tmp_path / name}:{line}", caught.value.what.en
    assert said in caught.value.what.en


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "calendar.yaml").unlink()
    with pytest.raises(PackError) as caught:
        load_pack(tmp_path)
    assert caught.value.where.endswith("calendar.yaml:1")


def test_two_periods_of_one_norm_may_follow_each_other(tmp_path: Path) -> None:
    first = FILES[NORM].replace("from: 2020-01-01", "from: 2020-01-01, until: 2022-12-31")
    second = (
        FILES[NORM].replace("# a comment\n", "").replace("2020-01-01", "2023-01-01").replace("size > 3", "size > 5")
    )
    pack = load_pack(write(tmp_path, **{NORM: first + second}))
    assert [(norm.in_force_from, norm.in_force_until) for norm in pack.norms] == [
        ("2020-01-01", "2022-12-31"),
        ("2023-01-01", ""),
    ]
    assert pack.norms[0].version != pack.norms[1].version


def test_a_version_changes_with_what_decides_and_not_with_words(tmp_path: Path) -> None:
    def version(name: str, **changes: str) -> str:
        content = FILES[NORM]
        for old, new in changes.items():
            content = content.replace(old, new)
        return load_pack(write(tmp_path / name, **{NORM: content})).norms[0].version

    plain = version("plain")
    assert version("words", **{"zh: 规范": "zh: 改写"}) == plain
    assert version("condition", **{"size > 3": "size > 4"}) != plain


def test_the_digest_follows_a_setting(tmp_path: Path) -> None:
    plain = load_pack(write(tmp_path / "a")).digest
    changed = {"settings.yaml": FILES["settings.yaml"].replace("24", "48")}
    assert load_pack(write(tmp_path / "b", **changed)).digest != plain
