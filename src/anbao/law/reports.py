"""Forms of the reports to the authority (报送表式): who gets them, their columns, and which norm wants them."""

import msgspec

from anbao.model.sourced import Sourced
from anbao.text import Text


class ReportForm(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One report. ``registered`` and ``unregistered``: columns in order, with their headings.

    ``fact``: only merchants with this fact of their categories; all by default. ``declarations``: by the word that a
    merchant's file holds.
    """

    id: str
    norm: str
    recipient: Text
    registered: dict[str, str]
    unregistered: dict[str, str]
    declarations: dict[str, str] = msgspec.field(default_factory=dict)
    fact: str = ""
    note: str = ""
