"""What a key may be allowed to do."""

from typing import Literal, get_args

Scope = Literal["merchants", "listings", "trade", "events", "effects", "read", "officer", "metrics", "*"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
