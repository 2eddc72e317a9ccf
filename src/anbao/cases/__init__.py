"""Cases (待人工决定事项): what a person must decide, whichever room found it.

A package opens a case in its own transaction (``cases.open``), decides one by ``cases.decide_about`` where an act of
its own does, and does what follows where ``cases.taking_effect`` says that a decision took effect. The kinds, their
outcomes and times stand in the pack (``cases.yaml``).
"""

from anbao.cases.deciding import DECISIONS, Determination, Opening, decide, decide_about, taking_effect
from anbao.cases.opening import open_case as open
from anbao.cases.reading import Case
from anbao.cases.service import Cases

__all__ = [
    "DECISIONS",
    "Case",
    "Cases",
    "Determination",
    "Opening",
    "decide",
    "decide_about",
    "open",
    "taking_effect",
]
