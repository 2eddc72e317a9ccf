"""Listing files: JSONL, JSON, CSV, TSV, Parquet, or plain text with one title per line.

Invariants
- Memory is bounded by a few blocks, whatever the size of the file, of a line or of a record.
- The reading process only cuts; ``decode`` is pure and runs anywhere.
- Chunks of any size, or a restart at any chunk's ``position``, give the same listings and row errors.
- What can be read of a bad row is judged (``Partial``); what cannot is a ``FileRowError`` with line, field and reason.
  It never ends the file.
"""

from anbao.connect.files.decode import decode
from anbao.connect.files.opening import open_source
from anbao.connect.files.records import MAX_RECORD, Chunk, FileRowError, Format, Mapping, Partial
from anbao.connect.files.source import Source

__all__ = ["MAX_RECORD", "Chunk", "FileRowError", "Format", "Mapping", "Partial", "Source", "decode", "open_source"]
