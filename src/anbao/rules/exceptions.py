"""Where a term means no harm though it is found: in goods of a category, or from a merchant with a licence.

Pure: only the lexicon, the catalogue, the listing's category, the licences on file and the day decide, so that a replay
gives the same answer. A licence that a listing states of itself excuses nothing: only those of a verified merchant do.
"""

from collections.abc import Iterable
from datetime import date

from anbao.detect.credentials import check_licence
from anbao.detect.text import Lexicon, Term
from anbao.errors import InvalidInput
from anbao.law.catalogue import Catalogue
from anbao.model.merchant import Licence
from anbao.text import Text


def is_excused(term: Term, category: str, licences: Iterable[Licence], catalogue: Catalogue, on: date) -> bool:
    """Whether the term means no harm in a listing of this category, of a merchant with these licences, on this day."""
    if category and any(catalogue.means(category, name) for name in term.harmless_in):
        return True
    return bool(term.allowed_with) and any(
        licence.kind in term.allowed_with
        and licence.kind in catalogue.formats
        and not check_licence(catalogue.formats[licence.kind], licence, on)
        for licence in licences
    )


def require_known_licences(lexicon: Lexicon, catalogue: Catalogue) -> None:
    """Raises InvalidInput where a term is allowed with a kind of licence that the catalogue does not know."""
    for term in lexicon.terms:
        for kind in term.allowed_with:
            if kind not in catalogue.formats:
                raise InvalidInput(
                    Text(f"词“{term.term}”的许可 {kind} 不是已知证照", f"{term.term}: no credential is called {kind}"),
                    hint=Text(
                        "证照种类见 docs/reference/categories.md", "kinds are listed in docs/reference/categories.md"
                    ),
                    field="allowed_with",
                )
