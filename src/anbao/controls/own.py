"""Probes of what all packages use: the ledger, the signing of checkpoints, reactions, the outbox."""

from anbao.engine.core import Core, Probed
from anbao.engine.outbox import given_up_and_late
from anbao.engine.work import Work
from anbao.ledger import merkle, open_checkpoint
from anbao.model.events.controls import ControlRegistered
from anbao.text import Text

PATIENCE = 3_600_000
"""Milliseconds that an effect may wait after it was due."""

PROBE = ControlRegistered(control="anbao-probe", name="anbao-probe")


def probe_ledger(core: Core) -> Probed:
    """Append an entry, read it back, prove it in the tree."""

    def job(work: Work) -> Probed:
        index = work.append(PROBE, actor="probe")
        stored, size = core.ledger.entry(work.conn, index), core.ledger.size(work.conn)
        leaf, root = merkle.leaf_hash(stored.data), core.ledger.root(work.conn, size)
        proof = core.ledger.inclusion_proof(work.conn, index, size)
        read = stored.actor == "probe" and stored.at == work.now and stored.event(ControlRegistered) == PROBE
        ok = read and merkle.verify_inclusion(leaf, index, size, proof, root)
        if ok:
            return Probed(
                ok=True, why=Text("可记、可读、可核验", "an entry is stored, read and proven"), seen={"size": size}
            )
        return Probed(ok=False, why=Text("读回的条目不符", "the entry read back is not the one appended"))

    return core.rehearse(job)


def probe_checkpoint(core: Core) -> Probed:
    """Sign a checkpoint and open it with the public key."""

    def job(work: Work) -> Probed:
        signed = open_checkpoint(core.ledger.checkpoint(work.conn, work.now), core.ledger.verifier)
        if signed.size == core.ledger.size(work.conn):
            return Probed(ok=True, why=Text("可签署、可核验", "signed and opened"), seen={"size": signed.size})
        return Probed(ok=False, why=Text("检查点未覆盖全部条目", "the checkpoint does not cover all entries"))

    return core.rehearse(job)


def probe_reactions(core: Core) -> Probed:
    """No reaction stands before an entry that it could not handle."""
    with core.reading() as conn:
        lags = core.reactions.lags(conn)
    if not lags:
        return Probed(ok=True, why=Text("没有卡住的后续处理", "no reaction is stuck"))
    names = ", ".join(lag.name for lag in lags)
    return Probed(
        ok=False,
        why=Text(f"后续处理卡住：{names}", f"stuck: {names}"),
        seen={lag.name: lag.failed for lag in lags},
    )


def probe_delivery(core: Core) -> Probed:
    """Nothing was given up, and nothing waits long after it was due."""
    with core.reading() as conn:
        dead, late = given_up_and_late(conn, core.clock() - PATIENCE)
    why = Text(f"放弃 {dead} 项，逾期未送 {late} 项", f"{dead} given up, {late} late")
    return Probed(ok=not dead and not late, why=why, seen={"dead": dead, "late": late})
