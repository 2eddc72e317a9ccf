"""Messages between the parties of a trade."""

from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.params import JSONBody
from msgspec import Meta

from anbao.api.answers import FindingAnswer, finding_answer
from anbao.api.context import Caller, commit, context_of, operation
from anbao.api.reading import At, IdempotencyKey, event_time
from anbao.model.entry import Receipt
from anbao.model.message import Message, MessageDecision, MessageVersions
from anbao.prevent.messages.records import ScreenedMessage
from anbao.text import Text

MOST_MESSAGES = 1_000
"""Messages of one request."""


class MessageWarning(msgspec.Struct, frozen=True, kw_only=True):
    """What the receiver is shown beside the message, in both languages."""

    kind: str
    text: Text


class MessageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The decision on one message. Findings say where in the text; what is private is left out of ``surface``."""

    message: str
    decision: MessageDecision
    severity: int
    warnings: tuple[MessageWarning, ...]
    findings: tuple[FindingAnswer, ...]
    findings_cut: int
    versions: MessageVersions
    receipt: Receipt


@post(
    "/v1/messages",
    **operation("审查一条交易消息：决定并给出警示语", "Screen one message: decide, and how to warn", "trade"),
)
async def message(
    request: Caller, data: JSONBody[Message], at: At = None, key: IdempotencyKey = None
) -> Response[MessageAnswer]:
    """The entry holds no text; it lies in the vault."""
    platform, actor = context_of(request).platform, request.auth.actor
    when = event_time(at, platform.clock())
    return await commit(
        request, key, lambda work: _answer(platform.prevent.screen_messages(work, [data], at=when, actor=actor)[0])
    )


@post(
    "/v1/messages/batch",
    **operation("批量审查交易消息（JSON 数组），一次扫描", "Screen many messages (a JSON array) in one scan", "trade"),
)
async def messages(
    request: Caller,
    data: JSONBody[Annotated[list[Message], Meta(min_length=1, max_length=MOST_MESSAGES)]],
    at: At = None,
    key: IdempotencyKey = None,
) -> Response[list[MessageAnswer]]:
    """All or none; answers stand in the order of the messages."""
    platform, actor = context_of(request).platform, request.auth.actor
    when = event_time(at, platform.clock())
    return await commit(
        request,
        key,
        lambda work: [_answer(one) for one in platform.prevent.screen_messages(work, data, at=when, actor=actor)],
    )


def _answer(screened: ScreenedMessage) -> MessageAnswer:
    decision = screened.decision
    return MessageAnswer(
        message=screened.message,
        decision=decision.decision,
        severity=decision.severity,
        warnings=tuple(
            MessageWarning(kind=kind, text=text)
            for kind, text in zip(decision.warnings, screened.warnings, strict=True)
        ),
        findings=tuple(map(finding_answer, decision.findings)),
        findings_cut=decision.findings_cut,
        versions=decision.versions,
        receipt=screened.receipt,
    )
