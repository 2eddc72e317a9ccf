"""What a verification found: what is proven, what is not, and the first problem."""

import msgspec

from anbao.text import Text


class LedgerProblem(msgspec.Struct, frozen=True, kw_only=True):
    """The first thing that does not hold; ``where`` is a path or place, ``entry`` the first entry concerned."""

    what: Text
    where: str
    entry: int | None = None


class VerificationReport(msgspec.Struct, frozen=True, kw_only=True):
    """``entries`` were read in order; the first ``covered`` of them match a checkpoint with a good signature.

    ``checkpoints`` counts the checkpoints that matched, ``root`` is the tree's root (hex) over all entries read.
    """

    sound: bool
    origin: str
    entries: int
    covered: int
    checkpoints: int
    root: str
    proven: tuple[Text, ...]
    not_proven: tuple[Text, ...]
    problem: LedgerProblem | None = None


class Broken(Exception):
    """Ends a verification at its first problem."""

    def __init__(self, what: Text, where: str, entry: int | None = None) -> None:
        super().__init__(what.en)
        self.problem = LedgerProblem(what=what, where=where, entry=entry)


CONTENT = Text(
    "条目内容是否属实、该记的是否都记了，不在证明之列；条目中的时间是经营者自己的陈述",
    "Not proven: that what entries say is true, or that all was recorded; their times are the operator's own word",
)
ROOTS_FROM_WITHIN = Text(
    "时间戳机构的根证书取自被验证者自身；请与机构公布的证书比对。最近一次时间戳之后的条目没有外部时间",
    "Not proven: whose the timestamps are. Their root certificates were taken from what is being verified; compare them"
    " with those that the authority publishes. Entries after the newest timestamp have no outside time",
)
INDEX = Text(
    "索引是否列出每个条目的每个主体，不在此单份证明之列；持有全部条目者可重新计算并比对",
    "Not proven by this proof alone: that the index lists every subject of every entry; whoever holds all entries can"
    " work it out again and compare",
)
KEY_FROM_WITHIN = Text(
    "验证密钥取自被验证者自身；请与另行取得的密钥比对",
    "Not proven: whose key this is. It was taken from what is being verified; compare it with one obtained elsewhere",
)


def no_outside_witness(*, held: bool) -> Text:
    """``held``: whether the reader brought a checkpoint of their own."""
    if held:
        return Text(
            "没有外部时间戳或见证：在您持有的检查点签署之前，持有签名密钥的人可以重写此前的全部条目",
            "Not proven: what the entries were before the checkpoint that you hold was signed. There is no outside"
            " timestamp or witness, and until then whoever holds the signing key could have rewritten them",
        )
    return Text(
        "没有外部时间戳或见证：持有签名密钥的人可以整体重写日志再签名；请自行留存检查点，下次一并核对",
        "Not proven: that the log was not rewritten as a whole. There is no outside timestamp or witness, and whoever"
        " holds the signing key can rewrite and sign again; keep a checkpoint of your own and give it next time",
    )


def uncovered(covered: int, size: int) -> Text:
    return Text(
        f"第 {covered} 至 {size - 1} 号条目在最近的检查点之后，只有哈希，尚无签名",
        f"Not proven by a signature: entries {covered} to {size - 1}. They follow the last checkpoint, hashed only",
    )
