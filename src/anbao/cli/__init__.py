"""The command line: few flat verbs. Data on stdout, all else on stderr.

Exit status: 0 clean · 1 findings, or not sound · 2 usage or input · 3 internal.
"""

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of ``anbao``."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for place, argument in enumerate(given):
        # Help texts are chosen when commands are made, so the language is settled before they are imported.
        if argument == "--lang" and place + 1 < len(given):
            os.environ["ANBAO_LANG"] = given[place + 1]
        elif argument.startswith("--lang="):
            os.environ["ANBAO_LANG"] = argument.removeprefix("--lang=")
    from anbao.cli.root import run

    sys.exit(run(given))
