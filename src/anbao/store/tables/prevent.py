"""Merchants, listings and the versions of what decides on them."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, PrimaryKeyConstraint, Table, Text

from anbao.store.tables.base import key_column, metadata

merchant = Table(
    "merchant",
    metadata,
    Column("id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("shop_name", Text, nullable=False),
    Column("file", LargeBinary, nullable=False),
    Column("entry", BigInteger, nullable=False),
    comment="file: the application as its entry keeps it, personal fields as commitments",
)

listing = Table(
    "listing",
    metadata,
    Column("id", Text, primary_key=True),
    Column("merchant", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Index("listing_by_merchant", "merchant"),
    sqlite_with_rowid=False,
)

artefact = Table(
    "artefact",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    comment="lexicons, policies and pack extracts by content, so that an old decision can be replayed",
)

proposal = Table(
    "proposal",
    metadata,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("effective", BigInteger),
    Column("proposer", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
    key_column("state"),
    Index("proposal_by_state", "state", "expires"),
    comment="changes of the rules that wait for a second person; state: open, confirmed, refused, expired",
)

activation = Table(
    "activation",
    metadata,
    Column("kind", Text, nullable=False),
    Column("effective", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    PrimaryKeyConstraint("kind", "effective", "entry"),
    comment="which lexicon, policy or model (kind) is in force from when on",
)

guarded_hazard = Table(
    "guarded_hazard",
    metadata,
    Column("hazard", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("danger", LargeBinary, nullable=False),
    PrimaryKeyConstraint("hazard", "since"),
    Index("guarded_hazard_by_since", "since"),
    Index("guarded_hazard_by_until", "until"),
    comment="what new listings are guarded against, from entry since to before entry until",
)

cleared_listing = Table(
    "cleared_listing",
    metadata,
    Column("hazard", Text, nullable=False),
    Column("listing", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("offer", Text, nullable=False),
    PrimaryKeyConstraint("hazard", "listing", "since"),
    Index("cleared_listing_by_since", "since"),
    Index("cleared_listing_by_until", "until"),
    comment="offers (by digest) that were found not to be a danger, from entry since to before entry until",
)

message = Table(
    "message",
    metadata,
    Column("id", Text, primary_key=True),
    Column("merchant", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("entry", BigInteger, nullable=False),
    comment="decision: pass, warn, hold; once a person decided: release, stop",
)
