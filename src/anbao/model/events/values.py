"""What the platform sets itself: deadlines, numbers and choices, the handling of kinds of cases."""

from typing import Annotated

from msgspec import Meta

from anbao.model.events.base import LedgerEvent, Subject


class SettingChanged(LedgerEvent, frozen=True, kw_only=True):
    """The platform set one of its own deadlines. ``value``: a Period as JSON."""

    KIND = "setting.changed"

    about: Annotated[str, Meta(extra={"subject": "setting"})]
    setting: str
    value: str


class ParameterChanged(LedgerEvent, frozen=True, kw_only=True):
    """The platform set a number or a choice of its own. ``value``: its plain form."""

    KIND = "parameter.changed"

    about: Annotated[str, Meta(extra={"subject": "parameter"})]
    parameter: str
    value: str


class CaseKindChanged(LedgerEvent, frozen=True, kw_only=True):
    """How a kind of case is handled from now on. ``second_look``: percent, ``undo_minutes``: minutes."""

    KIND = "case.kind_changed"

    case_kind: Subject
    second_look: int
    undo_minutes: int
