"""The command line: flat verbs, each in the folder of the duty that it serves. Data on stdout, all else on stderr.

Exit status: 0 clean · 1 findings, or not sound · 2 usage or input · 3 internal.
"""

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of ``anbao``."""
    given = _settle_language(list(sys.argv[1:] if arguments is None else arguments))
    from anbao.cli.root import run

    sys.exit(run(given))


def _settle_language(given: list[str]) -> list[str]:
    """Take ``--lang`` out: help texts are chosen when commands are made, so it must be known before their import."""
    rest = []
    arguments = iter(given)
    for argument in arguments:
        name, sign, value = argument.partition("=")
        if name != "--lang":
            rest.append(argument)
        else:
            os.environ["ANBAO_LANG"] = value if sign else next(arguments, "")
    return rest
