"""What is kept of merchants beside their file: who shares what, licences that run out, turnover, questions out."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from anbao.store.tables.base import key_column, metadata

merchant_identifier = Table(
    "merchant_identifier",
    metadata,
    Column("lookup", LargeBinary, nullable=False),
    key_column("merchant"),
    key_column("kind"),
    PrimaryKeyConstraint("lookup", "merchant"),
    Index("merchant_identifier_by_merchant", "merchant"),
    sqlite_with_rowid=False,
    comment="lookup: HMAC of an identifier under the vault's look-up key, never the identifier itself",
)

merchant_closure = Table(
    "merchant_closure",
    metadata,
    Column("merchant", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("for_cause", Boolean, nullable=False),
    Column("entry", BigInteger, nullable=False),
    comment="the last closure of each merchant; it stays when the merchant applies again",
)

merchant_licence = Table(
    "merchant_licence",
    metadata,
    key_column("merchant"),
    key_column("kind"),
    key_column("number"),
    key_column("stage"),
    Column("ends_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("merchant", "kind", "number"),
    Index("merchant_licence_by_end", "stage", "ends_at"),
    comment="licences on file that end; stage: valid, expiring, expired; ends_at: 24:00 of the last day (UTC ms)",
)

merchant_bar = Table(
    "merchant_bar",
    metadata,
    key_column("merchant"),
    key_column("measure"),
    Column("sanction", Text, nullable=False),
    PrimaryKeyConstraint("merchant", "measure"),
    comment="sanctions that hold, as the entry sanction.imposed calls them",
)

merchant_supplement = Table(
    "merchant_supplement",
    metadata,
    Column("merchant", Text, primary_key=True),
    Column("entry", BigInteger, nullable=False),
    Column("remind_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("reminded", Integer, nullable=False),
    Index("merchant_supplement_by_due", "due_at"),
    comment="held merchants that were asked to put things right, until they are decided on or their time is over",
)

turnover = Table(
    "turnover",
    metadata,
    key_column("merchant"),
    Column("year", Integer, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("checked", BigInteger, nullable=False),
    Column("crossed", BigInteger),
    PrimaryKeyConstraint("merchant", "year"),
    Index(
        "turnover_unchecked",
        "merchant",
        sqlite_where=text("checked <> cents"),
        postgresql_where=text("checked <> cents"),
    ),
    comment="orders of persons who are not registered, in fen by year of Asia/Shanghai;"
    " crossed: the entry that said so",
)

registry_question = Table(
    "registry_question",
    metadata,
    key_column("merchant"),
    key_column("kind"),
    key_column("number"),
    key_column("occasion"),
    Column("entry", BigInteger, nullable=False),
    key_column("state"),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("problem", Text, nullable=False),
    PrimaryKeyConstraint("merchant", "kind", "number"),
    Index("registry_question_by_due", "state", "due_at"),
    comment="what an outside registry is asked; number: empty where it is personal; state: waiting, or the answer",
)
