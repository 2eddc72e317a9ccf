"""Writing a pack's zip archive: the same files give the same bytes, on every machine.

Files are stored, not compressed: what a compressor writes depends on its version, and what is not compressed is no zip
bomb. Names are sorted, times are those of the format's beginning.
"""

import io
import zipfile
from collections.abc import Mapping

_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_UNIX = 3


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Returns the archive of some files by name."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _TIME)
            info.external_attr, info.create_system = _MODE, _UNIX
            archive.writestr(info, files[name])
    return made.getvalue()
