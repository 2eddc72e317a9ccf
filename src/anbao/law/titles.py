"""What the pack calls the categories of goods and of findings: its files say it once, every interface shows it."""

from pathlib import Path

import msgspec

from anbao.law.yaml_source import YamlSource
from anbao.text import Text

FILES = ("lexicon/categories.yaml", "fraud/kinds.yaml", "pictures.yaml")


class _Titled(msgspec.Struct, frozen=True):
    id: str
    title: Text


def load_titles(folder: Path) -> dict[str, Text]:
    """Titles by the id of a category of findings. Raises PackError."""
    return {row.id: row.title for file in FILES for row in YamlSource(folder / file).read(list[_Titled])}
