"""The reference page of categories, written from the catalogue so that it cannot say anything else.

``python -m anbao.prevent.reference PACK_FOLDER > docs/reference/categories.md`` writes it again.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from anbao.law.catalogue import Catalogue, Category, load_catalogue
from anbao.model.sourced import Sourced

_INTRO = """# Categories

Generated from `packs/cn/categories.yaml` by `anbao.prevent.reference`. A listing's category is found by its id, a title
or an alias, without regard to width and case, or else by the last known part of a path (`食品 > 茶叶 > 绿茶`).

- **Life and health**: goods or services that concern life and health (电子商务法 38.2). The law gives no list; this
  is a reading, to be confirmed by the platform's lawyers. By default a listing without valid credentials is blocked
  here, and held for review elsewhere.
- **From the merchant** is asked at admission and for each listing, **for the product** with each listing. One of the
  credentials joined by "or" is enough.
- *(memory)*: the text of the source was not at hand; check it before relying on it.
"""


def categories_page(catalogue: Catalogue) -> str:
    """The page as Markdown: the categories, then the formats of credentials."""
    lines = [_INTRO]
    for category in catalogue.categories.values():
        lines += _section(category, catalogue)
    lines += ["## Credential formats", "", "| id | 名称 | name | check digit | source |", "|---|---|---|---|---|"]
    for form in catalogue.formats.values():
        source = f"{form.source} *(memory)*" if form.confidence == "memory" else form.source
        check = "" if form.check == "none" else f"`{form.check}`"
        lines.append(f"| `{form.id}` | {form.name.zh} | {form.name.en} | {check} | {source} |")
    return "\n".join(lines) + "\n"


def _section(category: Category, catalogue: Catalogue) -> Iterable[str]:
    yield f"## `{category.id}`"
    yield ""
    yield f"{category.title.zh} · {category.title.en}"
    yield ""
    if category.aliases:
        yield f"- Also: {'、'.join(category.aliases)}"
    yield f"- Life and health: {'yes' if category.life_health else 'no'}"
    if category.forbidden:
        yield f"- **May not be sold online** since {category.forbidden.since} — {_basis(category.forbidden)}"
    for requirement in category.requires:
        wanted = " or ".join(f"{catalogue.formats[kind].name.zh} (`{kind}`)" for kind in requirement.any_of)
        narrowed = f", number matching `{requirement.matching}`" if requirement.matching else ""
        whose = "From the merchant" if requirement.of == "merchant" else "For the product"
        yield f"- {whose}: {wanted}{narrowed} — {_basis(requirement)}"
    if category.notices:
        yield f"- Notices before the order: {', '.join(f'`{notice}`' for notice in category.notices)}"
    yield f"- Basis: {_basis(category)}"
    yield ""


def _basis(fact: Sourced) -> str:
    named = ", ".join((*(f"`{provision}`" for provision in fact.provisions), *([fact.source] if fact.source else [])))
    return f"{named} *(memory)*" if fact.confidence == "memory" else named


if __name__ == "__main__":
    sys.stdout.write(categories_page(load_catalogue(Path(sys.argv[1]))))
