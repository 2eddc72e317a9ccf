"""All tables. ``entry`` is the truth; the rest are projections of it, caches, or the values that stand beside it."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata = MetaData()
BYTE_ORDER = "C"


def _key(name: str) -> Column[str]:
    """A text column that compares by code point on both databases."""
    return Column(name, Text().with_variant(Text(collation=BYTE_ORDER), "postgresql"), nullable=False)


meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    comment="identity of the store, its signing key, the vault's look-up key",
)

# ── ledger ────────────────────────────────────────────────────────────────────────────────────────────────────────
entry = Table(
    "entry",
    metadata,
    Column("idx", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    _key("kind"),
    Column("at", BigInteger, nullable=False),
    Column("recorded", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("entry_by_kind", "kind", "idx"),
)
entry_subject = Table(
    "entry_subject",
    metadata,
    _key("role"),
    _key("subject"),
    Column("idx", BigInteger, nullable=False),
    PrimaryKeyConstraint("role", "subject", "idx"),
    sqlite_with_rowid=False,
)
tile = Table(
    "tile",
    metadata,
    Column("level", Integer, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    PrimaryKeyConstraint("level", "n"),
    comment="C2SP tlog-tiles: up to 256 hashes of 32 bytes; level 0 holds leaf hashes",
)
checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)
personal = Table(
    "personal",
    metadata,
    Column("commitment", Text, primary_key=True),
    _key("person"),
    Column("field", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("lookup", LargeBinary, nullable=False),
    Index("personal_by_lookup", "lookup"),
    Index("personal_by_person", "person"),
    comment="values of personal fields; entries hold only the commitment",
)

# ── obligations ───────────────────────────────────────────────────────────────────────────────────────────────────
obligation = Table(
    "obligation",
    metadata,
    Column("opened_by", BigInteger, nullable=False),
    _key("norm"),
    Column("norm_version", Text, nullable=False),
    _key("subject"),
    Column("opened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("closed_as", Text),
    Column("closed_by", BigInteger),
    Column("closed_at", BigInteger),
    Column("missed_by", BigInteger),
    PrimaryKeyConstraint("opened_by", "norm"),
    Index("obligation_by_subject", "norm", "subject", "closed_at"),
    Index(
        "obligation_unclosed_by_due",
        "due_at",
        sqlite_where=text("closed_as IS NULL"),
        postgresql_where=text("closed_as IS NULL"),
    ),
    Index(
        "obligation_running_by_due",
        "due_at",
        sqlite_where=text("closed_as IS NULL AND missed_by IS NULL"),
        postgresql_where=text("closed_as IS NULL AND missed_by IS NULL"),
    ),
)
milestone = Table(
    "milestone",
    metadata,
    _key("signal"),
    _key("subject"),
    Column("at", BigInteger, nullable=False),
    Column("idx", BigInteger, nullable=False),
    PrimaryKeyConstraint("signal", "subject", "at", "idx"),
    sqlite_with_rowid=False,
    comment="entries that discharge, end or precede under some norm, by what they are about",
)

# ── rooms ─────────────────────────────────────────────────────────────────────────────────────────────────────────
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
    sqlite_with_rowid=False,
)
trade = Table(
    "trade",
    metadata,
    Column("id", Text, primary_key=True),
    Column("listing", Text, nullable=False),
    Column("consumer", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
)
acknowledgement = Table(
    "acknowledgement",
    metadata,
    Column("consumer", Text, nullable=False),
    Column("listing", Text, nullable=False),
    Column("notice", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    PrimaryKeyConstraint("consumer", "listing", "notice", "at"),
)
artefact = Table(
    "artefact",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    comment="lexicons, policies and pack extracts by content, so that an old decision can be replayed",
)
activation = Table(
    "activation",
    metadata,
    Column("kind", Text, nullable=False),
    Column("effective", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    PrimaryKeyConstraint("kind", "effective", "entry"),
)

# ── doors ─────────────────────────────────────────────────────────────────────────────────────────────────────────
api_key = Table(
    "api_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("revoked", BigInteger),
)
idempotency = Table(
    "idempotency",
    metadata,
    Column("api_key", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("response", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("api_key", "key"),
)
screen_run = Table(
    "screen_run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rows_done", BigInteger, nullable=False),
    Column("lines_done", BigInteger, nullable=False),
    Column("input_position", BigInteger, nullable=False),
    Column("output_position", BigInteger, nullable=False),
    Column("summary", LargeBinary, nullable=False),
    Column("finished_under", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    comment="progress of `anbao screen FILE`, committed with the entries it made",
)
