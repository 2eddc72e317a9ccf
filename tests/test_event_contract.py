"""The contract of events: what the product writes reads back as the struct of its kind, which has the same bytes."""

import io
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import msgspec
import pytest
from rich.console import Console

import table_use
from anbao.cli.demo import print_all
from anbao.cli.demo.printer import DemoPrinter
from anbao.ledger import Stored
from anbao.ledger.canonical import decode
from anbao.model.events import LedgerEvent
from anbao.model.events.base import shape
from anbao.platform import open_platform
from event_contract import broken, kinds

RELEASES = Path(__file__).parent / "releases"
LISTINGS, SEED = 100, 20_261_124


@pytest.fixture(scope="module", params=["now", "0.1.0"])
def entries(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Stored]:
    """All entries of a demo: of one that runs now, and of one that release 0.1.0 ran."""
    folder: Path = tmp_path_factory.mktemp("contract")
    url = f"sqlite:///{folder}/store.db"
    if request.param == "0.1.0":
        (folder / "store.db").write_bytes(lzma.decompress((RELEASES / "store-0.1.0.db.xz").read_bytes()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANBAO_STORAGE", f"file://{folder}/objects")
        with open_platform(url) as platform:
            if request.param == "now":
                platform.controls.on_schedule = True
                print_all(DemoPrinter(Console(file=io.StringIO())), platform, folder, LISTINGS, SEED)
            with platform.reading() as conn:
                return list(platform.entries(conn))


def test_each_entry_reads_back_as_its_struct_with_the_same_bytes(entries: list[Stored]) -> None:
    known = kinds()
    assert len({stored.kind for stored in entries if stored.kind in known}) > 50
    wrong = {stored.kind: why for stored in entries if stored.kind in known and (why := _why(known, stored))}
    assert wrong == {}


def test_the_name_of_a_kind_is_written_in_its_class_alone() -> None:
    known = kinds()
    written = {
        (module, text)
        for module, tree in table_use.modules()
        if not module.startswith("model.events")
        for text in table_use.strings(tree)
        if text in known
    }
    assert written == {("warn.buyers", "warning.corrected")}, "that one is the name of a template"


def test_a_struct_that_loses_a_field_is_found(entries: list[Stored]) -> None:
    known = kinds()
    tried, missed = set(), []
    for stored in entries:
        said = decode(stored.data).body
        if stored.kind not in known or shape(known[stored.kind]).whole:
            continue
        for field, name, _ in shape(known[stored.kind]).fields:
            if name in said and (stored.kind, name) not in tried and not shape(known[stored.kind]).facts:
                tried.add((stored.kind, name))
                if not broken(_without(known[stored.kind], field), stored.data):
                    missed.append((stored.kind, name))
    assert len(tried) > 100
    assert missed == []


def _why(known: dict[str, type[LedgerEvent]], stored: Stored) -> str:
    return broken(known[stored.kind], bytes(stored.data))


def _without(kind: type[LedgerEvent], field: str) -> type[LedgerEvent]:
    """The struct of a kind as it would be without one of its fields."""
    hints = get_type_hints(kind, include_extras=True)
    made = msgspec.defstruct(
        kind.__name__,
        list(_fields(kind, hints, field)),
        bases=(LedgerEvent,),
        frozen=True,
        kw_only=True,
        namespace={"KIND": kind.KIND},
    )
    assert issubclass(made, LedgerEvent)
    return made


def _fields(kind: type[LedgerEvent], hints: dict[str, object], dropped: str) -> Iterator[tuple[str, object, object]]:
    for one in msgspec.structs.fields(kind):
        if one.name != dropped:
            how = msgspec.field(name=one.encode_name, default=one.default)
            if one.default_factory is not msgspec.NODEFAULT:
                how = msgspec.field(name=one.encode_name, default_factory=one.default_factory)
            yield one.name, hints[one.name], how
