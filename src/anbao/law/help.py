"""What a person harmed can do besides asking the platform (``help.yaml``)."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from anbao.law.yaml_source import YamlSource
from anbao.model.assistance import Harm
from anbao.model.sourced import Sourced
from anbao.text import Text


class Hint(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"harms": "for"}):
    """One way that is open, for these kinds of harm."""

    id: str
    harms: Annotated[tuple[Harm, ...], Meta(min_length=1)]
    title: Text
    text: Text


class Hints(msgspec.Struct, frozen=True):
    """All hints, in the order in which they are shown."""

    all: tuple[Hint, ...]

    def for_harm(self, harm: Harm) -> tuple[Hint, ...]:
        return tuple(hint for hint in self.all if harm in hint.harms)


def load_hints(folder: Path) -> Hints:
    """Read ``help.yaml`` of a pack. Raises PackError with file and line."""
    source = YamlSource(folder / "help.yaml")
    hints = tuple(source.read_list(Hint))
    for place, hint in enumerate(hints):
        if any(hint.id == other.id for other in hints[:place]):
            raise source.error(Text(f"{hint.id} 重复", f"{hint.id} stands twice"), place, "id")
    return Hints(hints)
