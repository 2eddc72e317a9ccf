"""What must still be retained of a person, by the norms of kind ``keep`` that the pack holds."""

from collections.abc import Iterable, Iterator

from anbao.engine.core import Core
from anbao.engine.obligations import read
from anbao.engine.readmodels import merchants, orders
from anbao.law.norms import Norm
from anbao.model.base import Noun, legal_time
from anbao.store import Connection
from anbao.text import Text

_TRADING = frozenset({"verified", "held", "waiting"})
"""Merchants whose retention has not begun, because they have not left."""


class Hold(Noun, frozen=True, kw_only=True):
    """A norm that forbids erasure: about what, by which article, until when (UTC ms; None: its time has not begun)."""

    norm: str
    title: Text
    provisions: Text
    subject: str
    until: int | None = None

    @property
    def said(self) -> Text:
        """Returns the hold in words."""
        if self.until is None:
            until = Text("期限尚未起算", "its time has not begun")
        else:
            day = f"{legal_time(self.until):%Y-%m-%d %H:%M}"
            until = Text(f"至 {day}", f"until {day}")
        return Text(
            f"{self.title.zh}（{self.provisions.zh}，{self.subject}，{until.zh}）",
            f"{self.title.en} ({self.provisions.en}; {self.subject}; {until.en})",
        )


def holds(
    core: Core, conn: Connection, consumers: Iterable[str], subjects: Iterable[tuple[str, str]], now: int
) -> list[Hold]:
    """Returns what holds at an instant. ``consumers``: commitments whose orders count."""
    own = set(consumers)
    found: list[Hold] = []
    for role, name in subjects:
        if role == "order" and not any(line.consumer in own for line in orders.lines_of(conn, name)):
            continue
        begins = role == "order" or (role == "merchant" and merchants.status_of(conn, name) in _TRADING)
        for norm in _keeping(core, role):
            found += _of_norm(core, conn, norm, (role, name), begins, now)
    return found


def _keeping(core: Core, role: str) -> Iterator[Norm]:
    """The newest version of each norm of retention about a role alone."""
    newest = {norm.id: norm for norm in core.pack.norms if norm.kind == "keep" and norm.about == (role,)}
    yield from newest.values()


def _of_norm(
    core: Core, conn: Connection, norm: Norm, subject: tuple[str, str], begins: bool, now: int
) -> Iterator[Hold]:
    """``begins``: what the retention is counted from has yet to come, unless it came before."""
    role, name = subject
    opened = read.about(conn, norm.id, {role: name}, now)
    ends = [one.due_at for one in opened if one.state == "keeping"]
    unconditional = norm.opens is not None and norm.opens.when is None
    yet_to_begin = begins and unconditional and not norm.last_day and (role == "merchant" or not opened)
    if ends or yet_to_begin:
        until = None if yet_to_begin or None in ends else max(one for one in ends if one is not None)
        yield Hold(
            norm=norm.id,
            title=norm.title,
            provisions=core.pack.cite(norm.provisions),
            subject=f"{role} {name}",
            until=until,
        )
