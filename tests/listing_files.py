"""What tests of listing files share: writing one, and what reading it gives."""

from collections.abc import Callable
from pathlib import Path

from anbao.connect.files import FileRowError, Partial, Source, decode
from anbao.connect.files.decode import Row
from anbao.model.listing import Listing

Write = Callable[[str, bytes], Path]


def writer(folder: Path) -> Write:
    """What writes a file of that name and content into a folder."""

    def to_file(name: str, content: bytes) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return to_file


def read(source: Source, rows: int = 1000) -> list[Row]:
    return [row for chunk in source.chunks(rows=rows) for row in decode(chunk, source.mapping, source.format)]


def listings(rows: list[Row]) -> list[Listing]:
    return [row.listing if isinstance(row, Partial) else row for row in rows if not isinstance(row, FileRowError)]


def errors(rows: list[Row]) -> list[tuple[int, int, str]]:
    parts = [part for row in rows for part in (row.parts if isinstance(row, Partial) else (row,))]
    return [(part.row, part.line, part.field) for part in parts if isinstance(part, FileRowError)]


def titles(rows: list[Row]) -> list[str]:
    return [listing.title for listing in listings(rows)]


def everything(listing: Listing) -> str:
    """All that is judged of a listing."""
    return "\n".join([listing.title, listing.description, *listing.texts.values()])


def assert_chunking_does_not_matter(source: Source, sizes: tuple[int, ...] = (1, 3, 1000)) -> None:
    """Chunks of each size, and a restart behind each chunk, give what one pass gives."""
    once = read(source, 10**9)
    for size in sizes:
        chunks = list(source.chunks(rows=size))
        decoded = [decode(chunk, source.mapping, source.format) for chunk in chunks]
        assert [len(rows) for rows in decoded] == [chunk.rows for chunk in chunks]
        assert [row for rows in decoded for row in rows] == once
        for number, chunk in enumerate(chunks[:20]):
            rest = source.chunks(chunk.position, chunk.next_row, chunk.next_line, size)
            assert [row for later in rest for row in decode(later, source.mapping, source.format)] == [
                row for rows in decoded[number + 1 :] for row in rows
            ]
