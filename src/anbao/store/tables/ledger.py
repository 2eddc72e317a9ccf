"""The ledger, its tiles and checkpoints, and the personal values that stand beside it."""

from anbao.store.tables.base import (
    BigInteger,
    Integer,
    LargeBinary,
    PrimaryKey,
    RowNumber,
    StoreTable,
    TableColumn,
    TableIndex,
    Text,
    key_column,
)

meta = StoreTable(
    "meta",
    TableColumn("key", Text, primary_key=True),
    TableColumn("value", LargeBinary, nullable=False),
    comment="identity of the store, its signing key, the vault's master key",
    owner="store.meta",
)

entry = StoreTable(
    "entry",
    TableColumn("idx", RowNumber, primary_key=True),
    key_column("kind"),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("recorded", BigInteger, nullable=False),
    TableColumn("data", LargeBinary, nullable=False),
    TableIndex("entry_by_kind", "kind", "idx"),
    owner="ledger",
)

entry_subject = StoreTable(
    "entry_subject",
    key_column("role"),
    key_column("subject"),
    TableColumn("idx", BigInteger, nullable=False),
    PrimaryKey("role", "subject", "idx"),
    sqlite_with_rowid=False,
    owner="ledger",
)

tile = StoreTable(
    "tile",
    TableColumn("level", Integer, nullable=False),
    TableColumn("n", BigInteger, nullable=False),
    TableColumn("hashes", LargeBinary, nullable=False),
    PrimaryKey("level", "n"),
    comment="C2SP tlog-tiles: up to 256 hashes of 32 bytes; level 0 holds leaf hashes",
    owner="ledger",
)

checkpoint = StoreTable(
    "checkpoint",
    TableColumn("size", RowNumber, primary_key=True),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("note", Text, nullable=False),
    owner="ledger",
)

stamp = StoreTable(
    "stamp",
    TableColumn("size", BigInteger, nullable=False),
    key_column("authority"),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("answer", LargeBinary, nullable=False),
    TableColumn("roots", Text, nullable=False),
    PrimaryKey("size", "authority"),
    TableIndex("stamp_by_authority", "authority", "size"),
    comment="RFC 3161 answers for checkpoints, and the root certificates (PEM) that each was verified against",
    owner="ledger.stamping",
)

stamp_authority = StoreTable(
    "stamp_authority",
    TableColumn("name", Text, primary_key=True),
    TableColumn("url", Text, nullable=False),
    TableColumn("roots", Text, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    comment="authorities that stamp checkpoints; roots: PEM",
    owner="prove.authorities",
)

stamp_attempt = StoreTable(
    "stamp_attempt",
    TableColumn("authority", Text, primary_key=True),
    TableColumn("tried", BigInteger, nullable=False),
    TableColumn("failures", Integer, nullable=False),
    TableColumn("why", Text, nullable=False),
    comment="the last attempt at each authority, and how many failed one after the other",
    owner="prove.authorities",
)

cosignature = StoreTable(
    "cosignature",
    TableColumn("size", BigInteger, nullable=False),
    key_column("witness"),
    TableColumn("key", Text, nullable=False),
    TableColumn("at", BigInteger, nullable=False),
    TableColumn("line", Text, nullable=False),
    PrimaryKey("size", "witness"),
    TableIndex("cosignature_by_witness", "witness", "size"),
    comment="signature lines of witnesses on checkpoints, with the verifier key of each",
    owner="ledger.witnessing",
)

witness = StoreTable(
    "witness",
    TableColumn("name", Text, primary_key=True),
    TableColumn("url", Text, nullable=False),
    TableColumn("key", Text, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    comment="witnesses that cosign checkpoints",
    owner="prove.witness_list",
)

witness_attempt = StoreTable(
    "witness_attempt",
    TableColumn("witness", Text, primary_key=True),
    TableColumn("known", BigInteger, nullable=False),
    TableColumn("tried", BigInteger, nullable=False),
    TableColumn("failures", Integer, nullable=False),
    TableColumn("why", Text, nullable=False),
    comment="known: the size that a witness knows, as far as was seen; failures: one after the other",
    owner="prove.witness_list",
)

subject_block = StoreTable(
    "subject_block",
    TableColumn("block", RowNumber, primary_key=True),
    TableColumn("leaves", BigInteger, nullable=False),
    TableColumn("root", LargeBinary, nullable=False),
    TableColumn("firsts", LargeBinary, nullable=False),
    TableColumn("roots", LargeBinary, nullable=False),
    comment="full blocks of the index of subjects: number of leaves, root, first key and root of each page",
    owner="ledger.indexing",
)

subject_page = StoreTable(
    "subject_page",
    TableColumn("block", BigInteger, nullable=False),
    TableColumn("page", BigInteger, nullable=False),
    TableColumn("leaves", LargeBinary, nullable=False),
    PrimaryKey("block", "page"),
    comment="leaves of full blocks, 1,024 a page, 64 bytes each",
    owner="ledger.indexing",
)

personal = StoreTable(
    "personal",
    TableColumn("commitment", Text, primary_key=True),
    key_column("person"),
    TableColumn("field", Text, nullable=False),
    TableColumn("salt", LargeBinary, nullable=False),
    TableColumn("value", LargeBinary, nullable=False),
    TableColumn("lookup", LargeBinary, nullable=False),
    TableIndex("personal_by_lookup", "lookup"),
    TableIndex("personal_by_person", "person"),
    comment="values of personal fields; entries hold only the commitment",
    owner="ledger",
)

person_key = StoreTable(
    "person_key",
    TableColumn("person", Text, primary_key=True),
    TableColumn("wrapped", LargeBinary, nullable=False),
    comment="one data key per person, wrapped by the master key; without it the person's values cannot be opened",
    owner="ledger",
)

pending_erasure = StoreTable(
    "pending_erasure",
    TableColumn("person", Text, primary_key=True),
    TableColumn("until", BigInteger, nullable=False),
    TableColumn("entry", BigInteger, nullable=False),
    TableIndex("pending_erasure_by_end", "until"),
    comment="persons who are to be erased once nothing about them need be retained; until: UTC ms",
    owner="prove.persons",
)
