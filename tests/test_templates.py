"""Texts to people: rendered in both languages, never with a hole in them; a wrong file says where."""

from pathlib import Path

import pytest

from anbao.errors import InvalidInput, PackError
from anbao.law.pack import default_pack_path
from anbao.law.templates import load_templates

GOOD = """\
- id: a
  version: 2
  title: {zh: '你好 {{ name }}', en: 'Hello {{ name }}'}
  body: {zh: '正文', en: 'text'}
  confidence: memory
  source: test
"""


def written(folder: Path, text: str) -> Path:
    (folder / "templates").mkdir()
    (folder / "templates" / "one.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_text_is_rendered_in_both_languages_with_its_version(tmp_path: Path) -> None:
    templates = load_templates(written(tmp_path, GOOD))
    chinese, english = (templates.render("a", language, {"name": "安保"}) for language in ("zh", "en"))
    assert (chinese.title, english.title, chinese.version) == ("你好 安保", "Hello 安保", 2)
    assert chinese.digest != english.digest


def test_a_slot_that_nobody_fills_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        load_templates(written(tmp_path, GOOD)).render("a", "zh", {})


@pytest.mark.parametrize(
    ("before", "after"), [("{{ name }}", "{{ name"), ("version: 2", "version: 0"), ("  source: test\n", "")]
)
def test_a_file_that_does_not_fit_says_where(tmp_path: Path, before: str, after: str) -> None:
    with pytest.raises(PackError, match=r"one\.yaml:"):
        load_templates(written(tmp_path, GOOD.replace(before, after)))


def test_a_name_stands_once(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="twice"):
        load_templates(written(tmp_path, GOOD + GOOD))


def test_an_unknown_text_is_refused() -> None:
    with pytest.raises(InvalidInput):
        load_templates(default_pack_path()).render("no.such", "zh", {})
