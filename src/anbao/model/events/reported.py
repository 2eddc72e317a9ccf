"""What the platform reports of itself, in the law pack's vocabulary."""

from anbao.model.events.base import KindName, LedgerEvent, OtherSubjects, PackFacts


class ReportedEvent(LedgerEvent, frozen=True, kw_only=True):
    """An entry of a kind that the law pack names. It is written only: what reads it knows no struct of its kind."""

    about: OtherSubjects
    facts: PackFacts
    note: str = ""
    of: KindName

    @property
    def entry_kind(self) -> str:
        """Returns the kind that the pack names."""
        return self.of
