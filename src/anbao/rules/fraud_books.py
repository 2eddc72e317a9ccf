"""The book of fraud in force for this platform, and the matchers of books; building one costs time: some are cached."""

import threading
from typing import TYPE_CHECKING

from anbao.detect.contact.book import FraudBook
from anbao.engine.values import Parameters
from anbao.ledger.artefacts import artefact, store_artefact
from anbao.store import Connection

if TYPE_CHECKING:
    from anbao.detect.contact.matcher import ContactMatcher

OWN_DOMAINS = "platform.domains"
"""The parameter that names the platform's own domains."""

_CACHED = 4


class Books:
    """The pack's book with the platform's domains, which are its own choice."""

    def __init__(self, book: FraudBook, parameters: Parameters) -> None:
        self._book = book
        self._parameters = parameters
        self._with_domains: dict[str, FraudBook] = {}
        self._matchers: dict[str, ContactMatcher] = {}
        self._building = threading.Lock()

    def __reduce__(self) -> tuple[type["Books"], tuple[FraudBook, Parameters]]:
        """What goes to another process by pickling is built anew there."""
        return Books, (self._book, self._parameters)

    def in_force(self, conn: Connection, now: int) -> "ContactMatcher":
        """The matcher at ``now``."""
        book = self._of(self._parameters.word(conn, OWN_DOMAINS, now))
        return self._matcher(book.digest, book)

    def load(self, conn: Connection, digest: str) -> "ContactMatcher":
        """The matcher of a stored book. Raises NotFound."""
        known = self._matchers.get(digest)
        return known or self._matcher(digest, FraudBook.from_bytes(artefact(conn, digest)))

    def keep(self, conn: Connection, domains: str) -> None:
        """Keep the book with these domains, for replay; in a write transaction."""
        book = self._of(domains)
        store_artefact(conn, "fraud", book.digest, book.to_bytes())

    def keep_in_force(self, conn: Connection, now: int) -> None:
        """Keep the book that is in force."""
        self.keep(conn, self._parameters.word(conn, OWN_DOMAINS, now))

    def _of(self, domains: str) -> FraudBook:
        with self._building:
            if domains not in self._with_domains:
                while len(self._with_domains) >= _CACHED:
                    del self._with_domains[next(iter(self._with_domains))]
                self._with_domains[domains] = self._book.of_platform(tuple(filter(None, domains.split(","))))
            return self._with_domains[domains]

    def _matcher(self, digest: str, book: FraudBook) -> "ContactMatcher":
        with self._building:
            if digest not in self._matchers:
                from anbao.detect.contact.matcher import ContactMatcher  # loads numpy and the tables

                while len(self._matchers) >= _CACHED:
                    del self._matchers[next(iter(self._matchers))]
                self._matchers[digest] = ContactMatcher(book)
            return self._matchers[digest]
