"""The port to outside registries (登记、许可机关的核验接口); ``connect.registry`` speaks HTTP to one."""

from typing import Protocol

from anbao.model.registry import RegistryAnswer, RegistryQuestion


class RegistryDown(Exception):
    """The registry gave no answer; nothing is known of the number. ``str`` says why, without the number."""


class Registry(Protocol):
    """Whoever can say whether a number was issued, to whom, and whether it is in force."""

    def answers(self, kind: str) -> bool:
        """Whether numbers of this kind can be asked."""

    def ask(self, question: RegistryQuestion) -> RegistryAnswer:
        """The answer; blocks. Raises RegistryDown."""
