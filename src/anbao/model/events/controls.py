"""Controls: what the platform must keep alive, who is in charge of it, and what came of trying it."""

from typing import Annotated

from msgspec import Meta

from anbao.model.base import JsonValue
from anbao.model.events.base import Commitment, LedgerEvent, Subject
from anbao.text import Text

ControlRole = Annotated[str, Meta(extra={"subject": "control"})]


class ControlEvent(LedgerEvent, frozen=True, kw_only=True):
    """What every entry of a control says; ``name`` is the control as a subject, ``control`` as a fact."""

    control: str
    name: ControlRole
    platform: Subject = "self"


class ControlRegistered(ControlEvent, frozen=True, kw_only=True):
    """A control is tried from now on."""

    KIND = "control.registered"


class ControlAssigned(ControlEvent, frozen=True, kw_only=True):
    """A person is in charge of a control."""

    KIND = "control.assigned"

    person: Commitment


class ControlProbed(ControlEvent, frozen=True, kw_only=True):
    """A control was tried, in so many milliseconds. ``by_hand``: by a person; ``seen``: what the trial saw."""

    KIND = "control.probed"

    by_hand: bool = False
    duration: int
    ok: bool
    seen: JsonValue = None
    why: Text


class ControlFailed(ControlEvent, frozen=True, kw_only=True):
    """A control that worked does not, as the entry ``probe`` shows."""

    KIND = "control.failed"

    probe: int


class ControlRecovered(ControlEvent, frozen=True, kw_only=True):
    """A control works again, as the entry ``probe`` shows."""

    KIND = "control.recovered"

    probe: int


class ControlRetired(ControlEvent, frozen=True, kw_only=True):
    """A control is tried no longer."""

    KIND = "control.retired"

    reason: str
