"""A decision that takes effect goes to the handler of its case kind, and to no other.

Invariants
- Every kind of case of the pack has one handler; a platform without one does not open (``check_handlers``).
- Each decision is handled once, those of one kind in the order of the ledger. One whose handler fails holds up its own
  kind alone, and is tried again (``engine.reactions``).
"""

from functools import partial

from anbao.cases.deciding import DECISIONS, decision_of, in_effect
from anbao.engine.core import Core
from anbao.engine.reactions import Reaction
from anbao.engine.work import Work
from anbao.errors import PackError
from anbao.ledger import Stored
from anbao.text import Text

REACTION = "cases.decided"


def reaction(core: Core) -> Reaction:
    """The one reaction to decisions on cases; a lane for each kind."""
    return Reaction(REACTION, DECISIONS, partial(put_into_effect, core), lane=case_kind_of)


def put_into_effect(core: Core, work: Work, stored: Stored) -> None:
    """Hand a decision that takes effect to the handler of its kind. Raises what that raises."""
    decision = in_effect(stored)
    if decision is not None:
        core.case_handlers[decision.kind](work, decision)


def case_kind_of(stored: Stored) -> str:
    """The kind of the case that an entry of ``DECISIONS`` is about."""
    return decision_of(stored).case_kind


def check_handlers(core: Core) -> None:
    """Raises PackError where nothing handles the decisions on a kind of case."""
    if missing := sorted(core.pack.case_kinds.keys() - core.case_handlers.keys()):
        names = ", ".join(missing)
        raise PackError(
            str(core.where / "cases.yaml"),
            Text(
                f"没有程序处理这些事项的决定：{names}",
                f"nothing handles the decisions on these kinds of cases: {names}",
            ),
            hint=Text("由打开此类事项的服务声明 case_handlers", "the service that opens them declares case_handlers"),
        )
