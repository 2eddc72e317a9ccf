"""Whether the store is what its entries say, so that an edit by somebody who holds the database is noticed.

The log proves itself (``ledger.verify``). All else that the software acts on is compared here: projections and
obligations with what the entries give, artefacts with their digests, personal values with their commitments, API keys
with the entries that made them, cursors of reactions with the log's length, the index of subjects, the signing key.
What no entry states is named (``engine.rebuild.NOT_STATED``) and stays unproven.
"""

from collections.abc import Iterable, Iterator

import msgspec

from anbao.access import keys
from anbao.engine import rebuild
from anbao.engine.core import Probe, Probed, Service, Step
from anbao.engine.obligations import recompute
from anbao.engine.obligations.closing import Obligation
from anbao.engine.row_differences import Difference
from anbao.engine.work import Work
from anbao.ledger import artefacts, indexing, stamping, witnessing
from anbao.model.base import JsonObject
from anbao.model.events.integrity import StateRepaired
from anbao.model.events.rules import ArtefactStated
from anbao.model.events.timestamps import CheckpointStamped
from anbao.model.events.witnesses import CheckpointCosigned
from anbao.store import Connection
from anbao.text import Text

MOST_SAMPLED = 200_000
"""Entries up to which the control derives all projections again; above, ``anbao doctor`` does so alone."""

_SHOWN = 20
"""Problems of which the control says where they are."""


class StateProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not what the entries say. ``where``: table and key, or the name of what was checked."""

    what: Text
    where: str
    repairable: bool = False


class Integrity(Service):
    """Compares the store with its entries, and mends projections."""

    def steps(self) -> Iterable[Step]:
        yield self.state_artefacts

    def state_artefacts(self) -> bool:
        """Record the full digests of artefacts that no import states, as those of older releases; whether any was."""
        with self.core.reading() as conn:
            found = artefacts.unstated(conn)
        if found:
            events = [ArtefactStated(artefact=digest, sha256=sha256) for digest, sha256 in found]
            self.core.run(lambda work: work.append_all(events, actor="engine"))
        return bool(found)

    def probes(self) -> Iterable[tuple[str, Probe]]:
        yield "state", self.probe

    def problems(self, conn: Connection) -> Iterator[StateProblem]:
        """Returns everything that differs; costs as much as recording all entries anew."""
        yield from self.quick_problems(conn)
        yield from map(_of_row, rebuild.differences(self.core, conn))
        for wrong in recompute.all_differences(conn, self.core.engine, self.core.recorded(conn)):
            yield _of_row(wrong) if isinstance(wrong, Difference) else _of_obligation(*wrong)
        for number in indexing.differing_blocks(conn):
            yield StateProblem(
                what=Text("主体索引的一段与条目不符", "a block of the index of subjects is not what the entries give"),
                where=f"subject_block {number}",
            )

    def quick_problems(self, conn: Connection) -> Iterator[StateProblem]:
        """Returns what differs in all but the projections: costs as much as reading artefacts and personal values."""
        if not self.core.ledger.can_sign_as_stated():
            yield StateProblem(
                what=Text(
                    "签名私钥与公布的公钥不符：所签检查点无人能核验",
                    "the signing key does not belong to the published key: nobody can open its checkpoints",
                ),
                where="meta ledger.signer",
            )
        for digest in artefacts.altered(conn):
            yield StateProblem(
                what=Text("内容与其摘要不符", "the content is not what its digest names"), where=f"artefact {digest}"
            )
        for commitment in self.core.vault.altered(conn):
            yield StateProblem(
                what=Text("个人信息的值与其承诺不符", "a personal value is not what was committed to"),
                where=f"personal {commitment}",
            )
        for key, why in keys.unexplained(conn, self.core.ledger):
            yield StateProblem(what=why, where=f"api_key {key}")
        stamped = [one.event(CheckpointStamped) for one in self.core.entries(conn, kind=CheckpointStamped.KIND)]
        recorded = [(one.size, one.authority, one.digest) for one in stamped]
        for size, authority in stamping.altered_stamps(conn, recorded):
            yield StateProblem(
                what=Text("时间戳缺失或被替换", "a timestamp is missing or was replaced"),
                where=f"stamp {size} {authority}",
            )
        for event in (one.event(CheckpointCosigned) for one in self.core.entries(conn, kind=CheckpointCosigned.KIND)):
            if all(one.line != event.line for one in witnessing.cosignatures_of(conn, event.size)):
                yield StateProblem(
                    what=Text("见证签名缺失或被替换", "a cosignature is missing or was replaced"),
                    where=f"cosignature {event.size} {event.witness}",
                )
        for name in self.core.reactions.ahead(conn):
            yield StateProblem(
                what=Text(
                    "后续处理的游标超过账本末尾：今后的条目不会被处理",
                    "the cursor stands behind the end of the ledger: new entries would not be handled",
                ),
                where=f"reaction {name}",
            )

    def repair(self, *, actor: str) -> dict[str, int]:
        """Make the projections what the entries give, and record it; returns the rows mended by table."""

        def job(work: Work) -> dict[str, int]:
            mended = rebuild.repair(self.core, work)
            engine, conn = self.core.engine, work.conn
            if wrong := list(recompute.all_differences(conn, engine, self.core.recorded(conn))):
                recompute.rebuild(conn, engine, self.core.recorded(conn))
                mended["obligation"] = len(wrong)
            for table, rows in mended.items():
                work.append(StateRepaired(rows=rows, table=table), actor=actor)
            return mended

        return self.core.run(job)

    def probe(self) -> Probed:
        """Tried by the control: everything in a store of up to ``MOST_SAMPLED`` entries, else all but projections."""
        with self.core.reading() as conn:
            size = self.core.ledger.size(conn)
            whole = size <= MOST_SAMPLED
            found = list((self.problems if whole else self.quick_problems)(conn))
        seen: JsonObject = {"entries": size, "projections": whole, "problems": [one.where for one in found[:_SHOWN]]}
        if found:
            why = Text(f"{len(found)} 处与条目不符", f"{len(found)} places are not what the entries say")
            return Probed(ok=False, why=why, seen=seen)
        if whole:
            return Probed(ok=True, why=Text("存储与条目相符", "the store is what its entries say"), seen=seen)
        return Probed(
            ok=True,
            why=Text(
                "摘要、承诺、密钥、游标相符；投影表未比对（anbao doctor 比对）",
                "digests, commitments, keys and cursors fit; projections were not compared (anbao doctor does)",
            ),
            seen=seen,
        )


def _of_row(one: Difference) -> StateProblem:
    key = " ".join(map(str, one.key))
    columns = ", ".join(one.columns)
    what = (
        Text("缺少条目所给的一行", "a row that the entries give is missing")
        if one.stored is None
        else Text("没有条目给出这一行", "no entry gives this row")
        if one.derived is None
        else Text(f"与条目所给的不符：{columns}", f"not what the entries give: {columns}")
    )
    return StateProblem(what=what, where=f"{one.table} {key}", repairable=True)


def _of_obligation(stored: Obligation | None, derived: Obligation | None) -> StateProblem:
    one = stored or derived
    assert one is not None
    what = (
        Text("缺少条目所给的义务", "an obligation that the entries give is missing")
        if stored is None
        else Text("没有条目给出这项义务", "no entry gives this obligation")
        if derived is None
        else Text("与条目所给的义务不符", "not the obligation that the entries give")
    )
    return StateProblem(what=what, where=f"obligation {one.opened_by} {one.norm}", repairable=True)
