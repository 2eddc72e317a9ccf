"""A risk notice (告知提示): what a consumer is told before the order (消费者权益保护法 18, 28)."""

from typing import Annotated

from msgspec import Meta

from anbao.model.sourced import Sourced
from anbao.text import Text


class Notice(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One notice in one version. With ``ask_unsuitable`` the consumer is asked about the groups before the order."""

    id: str
    version: Annotated[int, Meta(ge=1)]
    title: Text
    risks: Annotated[tuple[Text, ...], Meta(min_length=1)]
    cautions: Annotated[tuple[Text, ...], Meta(min_length=1)]
    unsuitable: tuple[Text, ...] = ()
    ask_unsuitable: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.ask_unsuitable and not self.unsuitable:
            raise ValueError("ask_unsuitable is set, but no unsuitable group is named")
