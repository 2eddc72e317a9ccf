"""Why a person must look before a consumer is given anything."""

from anbao.engine.readmodels.orders import BoughtLine
from anbao.model.assistance import HelpRequest
from anbao.text import Text

DOUBTS = {
    "unknown_order": Text("没有这个订单", "There is no such order"),
    "on_behalf": Text("代他人提出，须核对委托", "Asked on behalf of another: check the mandate"),
    "not_the_buyer": Text("求助者不是该订单的买家", "The asker is not the buyer of that order"),
    "no_statement": Text("没有说明损害", "No harm was stated"),
    "no_merchant": Text("订单没有对应的商家", "No merchant stands behind the order"),
}
"""Why a person must look before anything is given."""


def doubt(request: HelpRequest, trade: BoughtLine | None, consumer: str) -> str:
    """Why a person must look before anything is given; empty where identity and interest are plain."""
    if trade is None:
        return "unknown_order"
    if request.on_behalf:
        return "on_behalf"
    if trade.consumer != consumer:
        return "not_the_buyer"
    if request.statement is None:
        return "no_statement"
    if request.help == "identity" and not trade.merchant:
        return "no_merchant"
    return ""
