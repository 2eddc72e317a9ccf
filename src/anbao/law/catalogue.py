"""What the pack says of credentials, categories and notices: loaded once, checked together, stored for replay."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from anbao.law.cache import read_cached
from anbao.law.term_contexts import ContextRule
from anbao.law.yaml_source import YamlSource
from anbao.model.listing import Severity
from anbao.model.listing_fact import ListingFact
from anbao.model.merchant import MerchantKind
from anbao.model.notice import Notice
from anbao.model.sourced import Confidence, Sourced
from anbao.text import Text

_PATH_SEPARATORS = re.compile(r"[>/\\|»›,，、;；]")
_NAMES_STORED = 10_000
_PATTERNS = "patterns"
"""The check that all patterns of a file compile."""

CheckRule = Literal["none", "uscc", "resident_id", "org_code", "mod_11_10", "gtin"]


class CredentialFormat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of number. ``pattern`` matches the whole folded number; a ``personal`` one is never shown in a check."""

    id: str
    name: Text
    pattern: str
    source: str
    confidence: Confidence
    check: CheckRule = "none"
    void_since: date | None = None
    personal: bool = False


class Requirement(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any one of the credentials meets it; ``matching`` is searched in the folded number.

    ``of``: ``merchant`` is asked at admission and for each listing, ``product`` for each listing.
    """

    any_of: Annotated[tuple[str, ...], Meta(min_length=1)]
    of: Literal["merchant", "product"] = "merchant"
    matching: str = ""


class OnlineBan(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """May not be sold online from ``since`` on."""

    since: date


class Category(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One category of goods or services. ``life_health`` is the reading of 电子商务法 38.2 that the pack gives.

    ``fact``: what entries about its merchants state, so that norms can bind only them (``food``, ``drug`` …).
    """

    id: str
    title: Text
    life_health: bool
    fact: str = ""
    aliases: tuple[str, ...] = ()
    forbidden: OnlineBan | None = None
    requires: tuple[Requirement, ...] = ()
    notices: tuple[str, ...] = ()

    def is_forbidden(self, on: date) -> bool:
        return self.forbidden is not None and on >= self.forbidden.since

    @property
    def is_licensed(self) -> bool:
        """Whether the merchant itself needs a licence to sell in it."""
        return any(requirement.of == "merchant" for requirement in self.requires)


class IdentityRule(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field of an application: which kinds of merchant must state it, and as what kind of number it is checked.

    ``of_licensed``: kinds that must state it only where a category asked for needs a licence of the merchant.
    """

    field: Literal["credit_code", "resident_id", "contact_name", "address", "phone"]
    of: tuple[MerchantKind, ...]
    of_licensed: tuple[MerchantKind, ...] = ()
    credential: str = ""


class PictureKind(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sort of finding in pictures, with its weight."""

    id: str
    title: Text
    severity: Severity


class StandingKind(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a merchant stands that may not simply sell; ``of``: states of its file and sanctions that put it there.

    ``blocks``: nothing of it passes, whatever the policy says. Of a listing ``of`` are the measures, or the hazard,
    that stand against it; where it does not block a person decides.
    """

    id: str
    title: Text
    of: Annotated[tuple[str, ...], Meta(min_length=1)]
    severity: Severity
    blocks: bool = False


class _CategoriesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identity: tuple[IdentityRule, ...]
    categories: tuple[Category, ...]


class _Content(msgspec.Struct, frozen=True):
    credentials: tuple[CredentialFormat, ...]
    identity: tuple[IdentityRule, ...]
    categories: tuple[Category, ...]
    notices: tuple[Notice, ...]
    pictures: tuple[PictureKind, ...] = ()
    facts: tuple[ListingFact, ...] = ()
    standings: tuple[StandingKind, ...] = ()
    listing_standings: tuple[StandingKind, ...] = ()
    contexts: tuple[ContextRule, ...] = ()


class Catalogue:
    """Credential formats, identity rules, categories, notices, facts of listings, kinds of findings in pictures: by id.

    ``standings``: where a state or a sanction puts a merchant; ``strictness``: the place of each, the strictest first.
    ``listing_standings``: what a measure or hazard that stands against a listing means for it, the strictest first.
    ``contexts``: the rules by which a term of the lexicon means less than it says.
    ``digest`` is the first 16 hex of SHA-256.
    """

    def __init__(self, content: _Content) -> None:
        self.formats = {form.id: form for form in content.credentials}
        self.identity = content.identity
        self.categories = {category.id: category for category in content.categories}
        self.facts = {fact.id: fact for fact in content.facts}
        self._notices = {notice.id: notice for notice in content.notices}
        self.pictures = {kind.id: kind for kind in content.pictures}
        self.standings = {word: kind for kind in content.standings for word in kind.of}
        self.strictness = {kind.id: place for place, kind in enumerate(content.standings)}
        self.listing_standings = {word: kind for kind in content.listing_standings for word in kind.of}
        self.contexts = content.contexts
        self._content = content
        self._names = {_fold(name): category for category in content.categories for name in _names(category)}
        self._found: dict[str, Category | None] = {"": None}
        self.holder_licences = frozenset(
            kind
            for category in content.categories
            for requirement in category.requires
            if requirement.of == "merchant"
            for kind in requirement.any_of
        )
        """Kinds of licence that a merchant itself must hold; the other kinds belong to products."""
        self.digest = hashlib.sha256(self.to_bytes()).hexdigest()[:16]

    def to_bytes(self) -> bytes:
        """All of it as JSON; ``from_bytes`` gives an equal catalogue with the same digest."""
        return msgspec.json.encode(self._content)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Catalogue":
        return cls(msgspec.json.decode(data, type=_Content))

    def find(self, name: str) -> Category | None:
        """The category that a platform calls ``name``: by id, title or alias, else by the last known part of a path."""
        try:
            return self._found[name]
        except KeyError:
            parts = (name, *reversed(_PATH_SEPARATORS.split(name)))
            found = next((self._names[_fold(part)] for part in parts if _fold(part) in self._names), None)
            if len(self._found) >= _NAMES_STORED:
                self._found = {}
            self._found[name] = found
            return found

    @property
    def notices(self) -> tuple[Notice, ...]:
        """All notices, in the pack's order."""
        return self._content.notices

    def means(self, name: str, wanted: str) -> bool:
        """Whether what a platform calls ``name`` is the category ``wanted``, known here or named in the path itself."""
        known = self.find(wanted)
        if known is not None:
            return self.find(name) is known
        return _fold(wanted) in map(_fold, (name, *_PATH_SEPARATORS.split(name)))

    def notice(self, name: str) -> Notice | None:
        """The notice with that id."""
        return self._notices.get(name)

    def notices_for(self, name: str) -> tuple[Notice, ...]:
        """The notices to be shown before an order in the category called ``name``, in its order."""
        category = self.find(name)
        return tuple(self._notices[one] for one in category.notices) if category else ()


@read_cached
def load_catalogue(folder: Path) -> Catalogue:
    """Read a pack's files of credentials, categories, notices, facts of listings, findings in pictures, standings and
    context rules.

    Raises PackError with file and line where a file does not fit, a name stands twice, or a reference leads nowhere.
    """
    credentials = YamlSource(folder / "credentials.yaml")
    notices = YamlSource(folder / "notices.yaml")
    pictures = YamlSource(folder / "pictures.yaml")
    facts = YamlSource(folder / "facts.yaml")
    standings = YamlSource(folder / "standings.yaml")
    listing_standings = YamlSource(folder / "listing_standings.yaml")
    rules = folder / "lexicon" / "contexts.yaml"  # a pack may have none
    contexts = YamlSource(rules) if rules.exists() else None
    categories = YamlSource(folder / "categories.yaml")
    file = categories.read(_CategoriesFile)
    content = _Content(
        credentials=credentials.read(tuple[CredentialFormat, ...]),
        identity=file.identity,
        categories=file.categories,
        notices=notices.read(tuple[Notice, ...]),
        pictures=pictures.read(tuple[PictureKind, ...]),
        facts=facts.read(tuple[ListingFact, ...]),
        standings=standings.read(tuple[StandingKind, ...]),
        listing_standings=listing_standings.read(tuple[StandingKind, ...]),
        contexts=contexts.read(tuple[ContextRule, ...]) if contexts else (),
    )
    _check_facts(facts, content.facts)
    facts_known = _unique(facts, [fact.id for fact in content.facts])
    for place, notice in enumerate(content.notices):
        if unknown := notice.facts - facts_known:
            what = Text(f"未知的商品事实 {min(unknown)}", f"no fact of listings is called {min(unknown)}")
            raise notices.error(what, place)
    _check_patterns(credentials, [(one.pattern, (place,)) for place, one in enumerate(content.credentials)])
    _check_patterns(categories, list(_patterns(content.categories)))
    formats_known = _unique(credentials, [form.id for form in content.credentials])
    notices_known = _unique(notices, [notice.id for notice in content.notices])
    _unique(pictures, [kind.id for kind in content.pictures])
    _unique(standings, [kind.id for kind in content.standings])
    _unique(listing_standings, [kind.id for kind in content.listing_standings])
    if contexts:
        _unique(contexts, [rule.id for rule in content.contexts])
    for name, keys in _credentials_named(content):
        if name not in formats_known:
            raise categories.error(Text(f"未知的证照种类 {name}", f"no credential is called {name}"), *keys)
    owners: dict[str, int] = {}
    for place, category in enumerate(content.categories):
        for name in category.notices:
            if name not in notices_known:
                what = Text(f"未知的告知模板 {name}", f"no notice is called {name}")
                raise categories.error(what, "categories", place, "notices")
        for name in _names(category):
            if owners.setdefault(_fold(name), place) != place:
                what = Text(f"名称 {name} 已属于另一类目", f"{name} names another category already")
                raise categories.error(what, "categories", place)
    return Catalogue(content)


def _unique(source: YamlSource, ids: Sequence[str]) -> set[str]:
    for place, name in enumerate(ids):
        if name in ids[:place]:
            raise source.error(Text(f"{name} 重复", f"{name} stands twice"), place)
    return set(ids)


def _check_facts(source: YamlSource, facts: Sequence[ListingFact]) -> None:
    """Raises PackError for a fact that its patterns cannot find; what was found sound before is not compiled again."""
    if source.passed(_PATTERNS):
        return
    for place, fact in enumerate(facts):
        try:
            fact.check()
        except ValueError as error:
            raise source.error(Text(f"不符合格式：{error}", f"does not fit: {error}"), place, "patterns") from error
    source.note_passed(_PATTERNS)


def _check_patterns(source: YamlSource, patterns: Sequence[tuple[str, tuple[str | int, ...]]]) -> None:
    """Raises PackError for what is no regular expression, at the keys that lead to it."""
    if source.passed(_PATTERNS):
        return
    for pattern, keys in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            what = Text(f"{pattern} 不是正则表达式：{error}", f"{pattern} is no regular expression: {error}")
            raise source.error(what, *keys) from error
    source.note_passed(_PATTERNS)


def _patterns(categories: Sequence[Category]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    for place, category in enumerate(categories):
        for number, requirement in enumerate(category.requires):
            yield requirement.matching, ("categories", place, "requires", number)


def _credentials_named(content: _Content) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Each credential that the file of categories names, with the keys that lead to it."""
    for place, rule in enumerate(content.identity):
        if rule.credential:
            yield rule.credential, ("identity", place, "credential")
    for place, category in enumerate(content.categories):
        for number, requirement in enumerate(category.requires):
            for credential in requirement.any_of:
                yield credential, ("categories", place, "requires", number, "any_of")


def _names(category: Category) -> tuple[str, ...]:
    return (category.id, category.title.zh, category.title.en, *category.aliases)


def _fold(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
