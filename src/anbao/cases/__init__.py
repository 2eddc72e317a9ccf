"""Cases (待人工决定事项): what a person must decide, whichever package found it.

A package opens a case in its own transaction (``cases.open``), decides one by ``cases.decide_about`` where an act of
its own does, and names a handler for each kind of case that it opens (``Service.case_handlers``): that gets every
decision that takes effect. The kinds, their outcomes and times stand in the pack (``cases.yaml``).
"""

from anbao.cases.adding import add_report, widen
from anbao.cases.deciding import DECISIONS, Determination, Opening, decide, decide_about, second_review_required
from anbao.cases.opening import open_case as open
from anbao.cases.reading import Case
from anbao.cases.service import Cases

__all__ = [
    "DECISIONS",
    "Case",
    "Cases",
    "Determination",
    "Opening",
    "add_report",
    "decide",
    "decide_about",
    "open",
    "second_review_required",
    "widen",
]
