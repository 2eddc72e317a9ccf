"""Cases (待人工决定事项): what a person must decide, whichever room found it.

A room opens a case in its own transaction (``cases.open``) and reacts to ``case.decided`` of its kinds. The kinds,
their outcomes and times stand in the pack (``cases.yaml``).
"""

from anbao.cases.opening import open_case as open
from anbao.cases.reading import Case
from anbao.cases.room import Cases

__all__ = ["Case", "Cases", "open"]
