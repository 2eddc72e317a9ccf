"""The parts of an evidence pack, and which personal fields each reader sees on what basis (``evidence.yaml``)."""

from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from anbao.law.cache import read_cached
from anbao.law.yaml_source import YamlSource
from anbao.model.sourced import Provision
from anbao.text import Text

Reader = Literal["court", "counterparty", "authority", "consumer"]
"""Whom a pack is for."""
READERS: tuple[Reader, ...] = get_args(Reader)

Whose = Literal["own", "merchant", "other"]
"""Of the person or matter that the pack is about · of the merchant concerned · of anybody else."""

ANY_FIELD = "*"


class Basis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a field is shown or withheld, in words and by provision."""

    basis: Text
    provisions: Annotated[tuple[Provision, ...], Meta(min_length=1)]


class OpenedFields(Basis, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields that a reader sees; ``*`` is each."""

    whose: tuple[Whose, ...]
    fields: tuple[str, ...]


class ReaderRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one reader sees; a field that no row of ``opens`` fits is withheld on ``otherwise``."""

    id: Reader
    title: Text
    opens: tuple[OpenedFields, ...]
    otherwise: Basis

    def opening(self, whose: Whose, field: str) -> Basis | None:
        """Returns on what basis a field is shown; None where it is withheld."""
        for row in self.opens:
            if whose in row.whose and (field in row.fields or ANY_FIELD in row.fields):
                return row
        return None


class PackPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the twelve parts; ``kinds``: how the kinds of its entries begin."""

    no: int
    title: Text
    kinds: tuple[str, ...] = ()


class EvidenceRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of ``evidence.yaml``. ``erased``: why a field that was erased cannot be shown."""

    parts: tuple[PackPart, ...]
    readers: tuple[ReaderRule, ...]
    erased: Basis

    def reader(self, name: Reader) -> ReaderRule:
        """Returns the rule for a reader."""
        return next(one for one in self.readers if one.id == name)

    def part_of(self, kind: str) -> int:
        """Returns under which part entries of a kind stand."""
        fits = [(len(begins), part.no) for part in self.parts for begins in part.kinds if kind.startswith(begins)]
        return max(fits, default=(0, _LOGS))[1]


_LOGS = 10
"""The part of what belongs to no other."""


@read_cached
def load_evidence(folder: Path) -> EvidenceRules:
    """Returns a pack's ``evidence.yaml``. Raises PackError with file and line."""
    source = YamlSource(folder / "evidence.yaml")
    made = source.read(EvidenceRules)
    if sorted(one.id for one in made.readers) != sorted(READERS):
        raise source.error(Text("每种读者须有一项规则", "each reader has one rule"), "readers")
    return made
