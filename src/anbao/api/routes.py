"""All handlers."""

from litestar.handlers import BaseRouteHandler

from anbao.api import (
    ledger_routes,
    listing_routes,
    log_routes,
    officer_routes,
    operations_routes,
    trade_routes,
    warning_routes,
)

HANDLERS: list[BaseRouteHandler] = [
    listing_routes.apply,
    listing_routes.submit,
    listing_routes.submit_many,
    trade_routes.order,
    trade_routes.shown,
    trade_routes.acknowledged,
    trade_routes.notices,
    trade_routes.category_notices,
    trade_routes.event,
    warning_routes.warnings,
    warning_routes.retry,
    warning_routes.publish,
    warning_routes.public_data,
    warning_routes.public_warnings,
    ledger_routes.entries,
    ledger_routes.entry,
    ledger_routes.proof,
    ledger_routes.obligations,
    officer_routes.waive,
    officer_routes.review,
    officer_routes.setting,
    officer_routes.lexicons,
    officer_routes.upload,
    officer_routes.activate,
    log_routes.key,
    log_routes.checkpoint,
    log_routes.tile,
    log_routes.deep_tile,
    log_routes.entries,
    operations_routes.health,
    operations_routes.metrics,
    operations_routes.openapi,
    operations_routes.docs,
]
