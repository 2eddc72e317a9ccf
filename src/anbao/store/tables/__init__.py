"""All tables, by package. ``entry`` is the truth; the rest are its projections, caches, or values stored beside it."""

from anbao.store.tables.access import api_key, idempotency, screen_run
from anbao.store.tables.assist import assistance, assistance_offer, authority_request
from anbao.store.tables.base import StoreTable
from anbao.store.tables.cases import bulk_item, bulk_order, case_file, case_part
from anbao.store.tables.complaints import complaint, complaint_trace, rights_notice
from anbao.store.tables.controls import control
from anbao.store.tables.delivery import endpoint
from anbao.store.tables.investigate import hazard, hazard_match, sweep
from anbao.store.tables.ledger import (
    checkpoint,
    cosignature,
    entry,
    entry_subject,
    meta,
    pending_erasure,
    person_key,
    personal,
    stamp,
    stamp_attempt,
    stamp_authority,
    subject_block,
    subject_page,
    tile,
    witness,
    witness_attempt,
)
from anbao.store.tables.merchants import (
    merchant_bar,
    merchant_closure,
    merchant_identifier,
    merchant_licence,
    merchant_supplement,
    registry_question,
    turnover,
)
from anbao.store.tables.obligations import milestone, obligation
from anbao.store.tables.pictures import hazard_picture, listing_picture, picture
from anbao.store.tables.prevent import (
    activation,
    artefact,
    cleared_listing,
    guarded_hazard,
    listing,
    merchant,
    message,
    proposal,
)
from anbao.store.tables.readmodels import sale_bar, value_change
from anbao.store.tables.remove import (
    appeal,
    authority_report,
    kept_out,
    measure,
    removal_hazard,
    removal_match,
    sanction,
    violation,
)
from anbao.store.tables.warn import affected, danger, notice_step, trade, warning
from anbao.store.tables.work import outbox, reaction

__all__ = [
    "activation",
    "affected",
    "api_key",
    "appeal",
    "artefact",
    "assistance",
    "assistance_offer",
    "authority_report",
    "authority_request",
    "bulk_item",
    "bulk_order",
    "case_file",
    "case_part",
    "checkpoint",
    "cleared_listing",
    "complaint",
    "complaint_trace",
    "control",
    "cosignature",
    "danger",
    "endpoint",
    "entry",
    "entry_subject",
    "guarded_hazard",
    "hazard",
    "hazard_match",
    "hazard_picture",
    "idempotency",
    "kept_out",
    "listing",
    "listing_picture",
    "measure",
    "merchant",
    "merchant_bar",
    "merchant_closure",
    "merchant_identifier",
    "merchant_licence",
    "merchant_supplement",
    "message",
    "meta",
    "milestone",
    "notice_step",
    "obligation",
    "outbox",
    "pending_erasure",
    "person_key",
    "personal",
    "picture",
    "proposal",
    "reaction",
    "registry_question",
    "removal_hazard",
    "removal_match",
    "rights_notice",
    "sale_bar",
    "sanction",
    "screen_run",
    "stamp",
    "stamp_attempt",
    "stamp_authority",
    "subject_block",
    "subject_page",
    "sweep",
    "tile",
    "trade",
    "turnover",
    "value_change",
    "violation",
    "warning",
    "witness",
    "witness_attempt",
]

BY_NAME: dict[str, StoreTable] = {found.name: found for found in list(vars().values()) if isinstance(found, StoreTable)}
"""All tables by name."""
