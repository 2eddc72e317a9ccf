"""A complaint or report (投诉举报): what somebody reports, with what proof, and who they are, as far as they say."""

from typing import Annotated, Literal

from msgspec import Meta

from anbao.model.base import Buyer, Noun, PersonName, Phone, Statement
from anbao.model.listing import Severity

MAX_ATTACHMENTS = 10

Source = Literal["consumer", "rights_holder", "authority", "anonymous", "other"]
"""消费者 · 权利人 · 监管部门（含 12315 转办）· 匿名 · 其他."""

Concern = Literal["safety", "quality", "fraud", "infringement", "tort", "service", "other"]
"""人身财产安全 · 质量 · 欺诈 · 知识产权 · 其他侵权 · 服务 · 其他. What the complainant says it is about."""

Track = Literal["", "ip", "tort"]
"""Whether a complaint is a notice under 电子商务法 42 (``ip``) or 民法典 1195 (``tort``)."""

Danger = Literal["", "life", "health", "property"]

Contact = Annotated[str, Meta(min_length=1, max_length=200, extra={"personal": "contact"})]
"""How a person wants to be reached: mail, messenger, address."""

Reference = Annotated[str, Meta(max_length=128)]


class Attachment(Noun, frozen=True, kw_only=True):
    """A file in the object storage: its SHA-256 (hex), what its bytes are (media type), and how many."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, Meta(ge=1, lt=2**53)]
    type: Annotated[str, Meta(min_length=3, max_length=64)]


class Reporter(Noun, frozen=True, kw_only=True):
    """Who complains, as far as they say; ``merchant`` where it is a merchant of the platform."""

    buyer: Buyer | None = None
    contact: Contact | None = None
    merchant: Reference = ""
    name: PersonName | None = None
    phone: Phone | None = None


class Complaint(Noun, frozen=True, kw_only=True):
    """A complaint as it comes in. ``text`` says what happened, in the complainant's own words.

    ``conceal``: the merchant must not learn who complains. ``harmed``: harm was done already. ``right`` and ``proof``
    are what a notice of infringement needs: which right (its number), and why it is infringed at first sight.
    """

    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=MAX_ATTACHMENTS)] = ()
    conceal: bool = False
    concern: Concern
    harmed: bool = False
    link: Annotated[str, Meta(max_length=2_000)] = ""
    listing: Reference = ""
    merchant: Reference = ""
    message: Reference = ""
    order: Reference = ""
    proof: Statement | None = None
    reporter: Reporter = Reporter()
    right: Annotated[str, Meta(max_length=200)] = ""
    source: Source
    text: Statement


class Triage(Noun, frozen=True, kw_only=True):
    """Body of ``complaint.triaged``: how grave it is taken to be, and why.

    ``words`` are the words of danger found in the text; ``lexicon`` is the worst severity of the screening lexicon in
    it; ``hazard``: it reports a danger that others may meet too. ``table`` is the digest of the decision table.
    """

    danger: Danger = ""
    hazard: bool = False
    lexicon: int = 0
    reasons: tuple[str, ...] = ()
    severity: Severity
    table: str
    words: tuple[str, ...] = ()


class Filed(Noun, frozen=True, kw_only=True):
    """What the complainant gets at once: the receipt's number, the token to follow it with, and what is still wanting.

    ``joined``: the earlier complaint about the same, with which it is handled. ``due_at``: UTC milliseconds.
    """

    due_at: int | None
    entry: int
    joined: str
    lacking: tuple[str, ...]
    receipt: str
    severity: Severity
    token: str
