"""Events: one struct per kind of entry, in one module per duty."""

from anbao.model.events.base import AnyEvent, Commitment, Event, OtherSubjects, Subject, read

__all__ = ["AnyEvent", "Commitment", "Event", "OtherSubjects", "Subject", "read"]
