"""The log of the server: one record is one line, or a line and an indented block, whatever a caller sent.

A path, a header or the message of an error may hold line separators; what follows one would look like a record of its
own (CWE-117). Control characters are shown, and every further line of a traceback begins with a mark of its own.
"""

import logging
from typing import Any

from anbao.printing import visible

_FORM = "%(asctime)s %(levelname)s %(name)s %(message)s"
_CONTINUED = "    | "


class SafeFormatter(logging.Formatter):
    """Formats a record so that only its first line can be taken for one."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging calls it so
        return visible(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return _block(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return _block(super().formatStack(stack_info))


def log_config() -> dict[str, Any]:
    """For ``logging.config.dictConfig``: warnings and errors of all parts to standard error, formatted safely."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"safe": {"()": SafeFormatter, "format": _FORM}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "safe", "stream": "ext://sys.stderr"},
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
    }


def _block(text: str) -> str:
    return "\n".join(f"{_CONTINUED}{visible(line)}" for line in text.split("\n"))
