"""What is stored of merchants beside their file: who shares what, licences that run out, turnover, questions out."""

from anbao.store.tables.base import (
    BigInteger,
    Boolean,
    Integer,
    LargeBinary,
    PrimaryKey,
    StoreTable,
    TableColumn,
    TableIndex,
    Text,
    key_column,
)

merchant_identifier = StoreTable(
    "merchant_identifier",
    TableColumn("lookup", LargeBinary, nullable=False),
    key_column("merchant"),
    key_column("kind"),
    PrimaryKey("lookup", "merchant"),
    TableIndex("merchant_identifier_by_merchant", "merchant"),
    sqlite_with_rowid=False,
    comment="lookup: HMAC of an identifier under the vault's look-up key, never the identifier itself",
    owner="engine.readmodels.families",
)

merchant_closure = StoreTable(
    "merchant_closure",
    TableColumn("merchant", Text, primary_key=True),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("for_cause", Boolean, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    comment="the last closure of each merchant; it stays when the merchant applies again",
    owner="prevent.merchants.file",
)

merchant_licence = StoreTable(
    "merchant_licence",
    key_column("merchant"),
    key_column("kind"),
    key_column("number"),
    key_column("stage"),
    TableColumn("ends_at", BigInteger, nullable=False),
    PrimaryKey("merchant", "kind", "number"),
    TableIndex("merchant_licence_by_end", "stage", "ends_at"),
    comment="licences on file that end; stage: valid, expiring, expired; ends_at: 24:00 of the last day (UTC ms)",
    owner="prevent.merchants.licences",
)

merchant_bar = StoreTable(
    "merchant_bar",
    key_column("merchant"),
    key_column("measure"),
    TableColumn("sanction", Text, nullable=False),
    PrimaryKey("merchant", "measure"),
    comment="sanctions that hold, as the entry sanction.imposed calls them",
    owner="prevent.listings.standing",
)

merchant_supplement = StoreTable(
    "merchant_supplement",
    TableColumn("merchant", Text, primary_key=True),
    TableColumn("entry", BigInteger, nullable=False),
    TableColumn("remind_at", BigInteger, nullable=False),
    TableColumn("due_at", BigInteger, nullable=False),
    TableColumn("reminded", Integer, nullable=False),
    TableIndex("merchant_supplement_by_due", "due_at"),
    comment="held merchants that were asked to put things right, until they are decided on or their time is over",
    owner="prevent.merchants.supplements",
)

turnover = StoreTable(
    "turnover",
    key_column("merchant"),
    TableColumn("year", Integer, nullable=False),
    TableColumn("cents", BigInteger, nullable=False),
    TableColumn("checked", BigInteger, nullable=False),
    TableColumn("crossed", BigInteger),
    PrimaryKey("merchant", "year"),
    TableIndex(
        "turnover_unchecked",
        "merchant",
        where="checked <> cents",
    ),
    comment="orders of persons who are not registered, in fen by year of Asia/Shanghai;"
    " crossed: the entry that said so",
    owner="prevent.merchants.turnover",
)

registry_question = StoreTable(
    "registry_question",
    key_column("merchant"),
    key_column("kind"),
    key_column("number"),
    key_column("occasion"),
    TableColumn("entry", BigInteger, nullable=False),
    key_column("state"),
    TableColumn("attempts", Integer, nullable=False),
    TableColumn("due_at", BigInteger, nullable=False),
    TableColumn("problem", Text, nullable=False),
    PrimaryKey("merchant", "kind", "number"),
    TableIndex("registry_question_by_due", "state", "due_at"),
    comment="what an outside registry is asked; number: empty where it is personal; state: waiting, or the answer",
    owner="prevent.merchants.questions",
)
