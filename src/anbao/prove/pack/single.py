"""The single-file verifier: the modules of ``standalone`` joined, their imports of each other left out."""

import re
from functools import cache
from importlib.resources import files

_ORDER = (
    "refusal",
    "archive",
    "ed25519",
    "der",
    "signatures",
    "certificates",
    "timestamp",
    "notes",
    "check",
    "program",
)
_OWN_IMPORT = re.compile(r"^from anbao\.[\w.]+ import (?:\([^)]*\)|[^\n(]*)\n", re.MULTILINE)
_DOCSTRING = re.compile(r'\A"""(.*?)"""\n', re.DOTALL)

_HEAD = '''#!/usr/bin/env python3
"""Verify an Anbao evidence pack (证据包) with Python's standard library alone; 3.11 or newer.

    python3 -I -S anbao_verify.py PACK.zip [--key KEY.txt] [--ca ROOTS.pem] [--json]

Exit status 0: sound, 1: refused (with a sentence that says what is wrong), 2: used wrongly.
Licence: Apache-2.0.
"""
'''
_FOOT = '\n\nif __name__ == "__main__":\n    sys.exit(main(sys.argv[1:]))\n'


@cache
def single_file() -> bytes:
    """Returns the source of ``anbao_verify.py``."""
    folder = files("anbao.prove.pack").joinpath("standalone")
    parts = [_HEAD]
    for name in _ORDER:
        source = folder.joinpath(f"{name}.py").read_text(encoding="utf-8")
        said = _DOCSTRING.match(source)
        assert said is not None
        comment = "\n".join(f"# {line}".rstrip() for line in said[1].strip().splitlines())
        parts.append(f"\n\n{comment}\n{_OWN_IMPORT.sub('', source[said.end() :])}")
    return ("".join(parts) + _FOOT).encode()
