"""The application: handlers, error handling, the opened platform, the clock."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from functools import partial

import msgspec
from litestar import Litestar
from litestar.datastructures import State
from litestar.types import ASGIApp

from anbao.access.keys import KeyRing
from anbao.api.clock import running_clock
from anbao.api.context import ApiContext
from anbao.api.describe import Description
from anbao.api.metrics import Metrics, Observed
from anbao.api.prevent.intake import ListingIntake
from anbao.api.problems import respond
from anbao.api.reading import MAX_BODY, JsonRequest
from anbao.api.routes import HANDLERS
from anbao.connect.moderation import attach_from_environment
from anbao.connect.pictures import PictureIntake
from anbao.connect.registry import registry_from_environment
from anbao.connect.storage import delete_from
from anbao.platform import Platform, open_platform

DESCRIPTION = Description(HANDLERS)

SETTINGS_VARIABLE = "ANBAO_SERVE"
"""Settings as JSON, for the worker processes that ``anbao serve`` starts."""


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``store`` is a store's URL; ``checkpoint_every`` counts seconds; ``open_docs`` opens the API's description.

    Without ``keeps_time`` another process does what falls due and signs checkpoints; this one answers requests only.
    """

    store: str
    checkpoint_every: float = 5.0
    open_docs: bool = False
    keeps_time: bool = True


def create_app(settings: ServerSettings, given: Callable[[], Platform] | None = None) -> ASGIApp:
    """The ASGI application over the settings' store, or over the opened platform that ``given`` returns at each start.

    A given platform is left open at the end.
    """
    metrics = Metrics()

    @asynccontextmanager
    async def opened(app: Litestar) -> AsyncIterator[None]:
        here = given() if given else await asyncio.to_thread(ready_platform, settings.store)
        here.persons.delete_files = partial(delete_from, here.store.url)
        try:
            intake = ListingIntake(here, metrics.decided)
            pictures = PictureIntake(here)
            here.steps.append(pictures.step)
            attach_from_environment(here)
            app.state.context = ApiContext(here, KeyRing(here.store), intake, metrics, pictures)
            async with running_clock(here, settings.checkpoint_every) if settings.keeps_time else nullcontext():
                yield
        finally:
            if given is None:
                await asyncio.to_thread(here.close)

    app = Litestar(
        route_handlers=list(HANDLERS),
        exception_handlers={Exception: respond},
        lifespan=[opened],
        logging_config=None,
        openapi_config=None,
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY,
        state=State({"description": DESCRIPTION, "open_docs": settings.open_docs}),
    )
    return Observed(app, metrics)


def ready_platform(store: str) -> Platform:
    """Opened, and its lexicon built, before the first request comes."""
    platform = open_platform(store)
    platform.prevent.merchants.connect(registry_from_environment())
    platform.prevent.ruleset()
    return platform


def from_environment() -> ASGIApp:
    """The application of a worker process."""
    return create_app(msgspec.json.decode(os.environ[SETTINGS_VARIABLE], type=ServerSettings))
