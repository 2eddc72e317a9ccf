"""The HTTP interface (docs/reference/http.md): keys, idempotency, problem details, a handler per verb of the platform.

Layers within: ``keys``, ``idempotency``, ``intake`` and ``answers`` know no HTTP; ``reading``, ``problems``
and ``metrics`` know requests and responses; the ``*_routes`` hold the handlers; ``app`` assembles them.
"""

from anbao.api.app import ServerSettings, create_app

__all__ = ["ServerSettings", "create_app"]
