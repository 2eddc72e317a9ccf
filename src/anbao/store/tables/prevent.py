"""Merchants, listings and the versions of what decides on them."""

from anbao.store.tables.base import (
    BigInteger,
    LargeBinary,
    PrimaryKey,
    StoreTable,
    TableColumn,
    TableIndex,
    Text,
    key_column,
)

merchant = StoreTable(
    "merchant",
    TableColumn("id", Text, primary_key=True),
    TableColumn("status", Text, nullable=False),
    TableColumn("shop_name", Text, nullable=False),
    TableColumn("file", LargeBinary, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    comment="file: the application as its entry keeps it, personal fields as commitments",
    owner="engine.readmodels.merchants",
)

listing = StoreTable(
    "listing",
    TableColumn("id", Text, primary_key=True),
    TableColumn("merchant", Text, nullable=False),
    TableColumn("category", Text, nullable=False),
    TableColumn("outcome", Text, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableIndex("listing_by_merchant", "merchant"),
    sqlite_with_rowid=False,
    owner="engine.readmodels",
)

artefact = StoreTable(
    "artefact",
    TableColumn("digest", Text, primary_key=True),
    TableColumn("kind", Text, nullable=False),
    TableColumn("data", LargeBinary, nullable=False),
    comment="lexicons, policies and pack extracts by content, so that an old decision can be replayed",
    owner="ledger.artefacts",
)

proposal = StoreTable(
    "proposal",
    TableColumn("entry", BigInteger, primary_key=True),
    TableColumn("kind", Text, nullable=False),
    TableColumn("digest", Text, nullable=False),
    TableColumn("effective", BigInteger),
    TableColumn("proposer", Text, nullable=False),
    TableColumn("expires", BigInteger, nullable=False),
    key_column("state"),
    TableIndex("proposal_by_state", "state", "expires"),
    comment="changes of the rules that wait for a second person; state: open, confirmed, refused, expired",
    owner="rules.changes",
)

activation = StoreTable(
    "activation",
    TableColumn("kind", Text, nullable=False),
    TableColumn("effective", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableColumn("digest", Text, nullable=False),
    PrimaryKey("kind", "effective", "entry"),
    owner="rules",
)

guarded_hazard = StoreTable(
    "guarded_hazard",
    TableColumn("hazard", Text, nullable=False),
    TableColumn("since", BigInteger, nullable=False),
    TableColumn("until", BigInteger),
    TableColumn("danger", LargeBinary, nullable=False),
    PrimaryKey("hazard", "since"),
    TableIndex("guarded_hazard_by_since", "since"),
    TableIndex("guarded_hazard_by_until", "until"),
    comment="what new listings are guarded against, from entry since to before entry until",
    owner="rules",
)

cleared_listing = StoreTable(
    "cleared_listing",
    TableColumn("hazard", Text, nullable=False),
    TableColumn("listing", Text, nullable=False),
    TableColumn("since", BigInteger, nullable=False),
    TableColumn("until", BigInteger),
    TableColumn("offer", Text, nullable=False),
    PrimaryKey("hazard", "listing", "since"),
    TableIndex("cleared_listing_by_since", "since"),
    TableIndex("cleared_listing_by_until", "until"),
    comment="offers (by digest) that were found not to be a danger, from entry since to before entry until",
    owner="rules",
)

message = StoreTable(
    "message",
    TableColumn("id", Text, primary_key=True),
    TableColumn("merchant", Text, nullable=False),
    TableColumn("decision", Text, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    comment="decision: pass, warn, hold; once a person decided: release, stop",
    owner="prevent.messages.records",
)
