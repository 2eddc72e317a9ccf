"""Files and names that the documentation mentions exist, and its sentences use standard terms."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from anbao import errors
from anbao.cli.root import root
from anbao.law.pack import load_pack
from anbao.law.paths import default_pack_path
from anbao.platform import Platform
from test_plain_language import METAPHORS

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "anbao"
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *(ROOT / "packs").rglob("*.md")])

BASES = (ROOT, SOURCE, ROOT / "docs", ROOT / "packs" / "cn", ROOT / "src")
"""Folders that paths on a page start from."""

FOLDERS = ("src", "packs", "bench", "docs", "tests")
"""A file of data is looked for where its path begins with one of these; all others are the reader's."""

FILE_TYPES = ("py", "yaml", "toml", "json", "csv")

PHRASES = (
    "counter-statement",
    "live room",
    "live-room",
    "live selling room",
    "door-to-door",
    "over-the-counter",
    "on_counter",
    "dispute.told",
    "tell users",
    "tell consumers",
    "merchant.told_of_disclosure",
    "merchant.told_to_register",
    "listing.kept_out",
)
"""What may stand in a sentence although a word of it is a metaphor elsewhere: names, and the terms of a law."""


def sentences(text: str) -> str:
    """A page without its blocks and spans of code."""
    return re.sub(r"`[^`\n]+`", " ", re.sub(r"```.*?```", " ", text, flags=re.DOTALL))


IN_A_PACK = {"anbao_verify.py"}
"""Files that the program makes and that lie in what it hands out."""


def missing_files(text: str) -> Iterator[str]:
    """Files that a page names and that do not exist."""
    for name in set(re.findall(r"[\w./<>*-]*[\w>*]\.(?:py|yaml|toml|json|csv|txt|svg|go)\b", text)):
        if name in IN_A_PACK:
            continue
        if "<" in name or "*" in name or "://" in name or name.startswith("/"):
            continue
        if name.endswith(".py") and "/" not in name:
            found = any(next((ROOT / folder).rglob(name), None) for folder in ("src", "tests", "bench", "docs"))
        elif name.endswith(".yaml") and "/" not in name:
            found = next((ROOT / "packs").rglob(name), None) is not None
        elif name.endswith((".py", ".yaml")) or name.split("/")[0] in FOLDERS:
            found = any((base / name).exists() for base in BASES)
        else:
            continue
        if not found:
            yield name


def missing_names(text: str, known: set[str]) -> Iterator[str]:
    """Dotted names in code that begin with a package of the program and lead to nothing in it."""
    for name in set(re.findall(r"`([a-z_]+(?:\.[A-Za-z_]+)+)(?:\(\))?`", text)):
        plain = name.removeprefix("anbao.")
        package, _, last = plain.partition(".")
        if name in known or last.endswith(FILE_TYPES):
            continue
        if (package == "platform" or (SOURCE / package).is_dir()) and not leads_somewhere(plain):
            yield name


def leads_somewhere(name: str) -> bool:
    """Whether a dotted name is a module, or an attribute of one, or of an opened platform."""
    first, *rest = name.split(".")
    if first == "platform" and rest and (hasattr(Platform, rest[0]) or f"self.{rest[0]} = " in platform_source()):
        return True
    place = importlib.import_module(f"anbao.{first}")
    for part in rest:
        try:
            place = importlib.import_module(f"{place.__name__}.{part}")
        except (ImportError, AttributeError):
            if hasattr(place, part):
                return True
            return f"def {part}(" in "".join(one.read_text() for one in (SOURCE / first).rglob("*.py"))
    return True


def platform_source() -> str:
    return (SOURCE / "platform.py").read_text() + (SOURCE / "engine" / "core.py").read_text()


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Dotted names that are no code: kinds of entries, parameters, settings, ids of norms."""
    pack = load_pack(default_pack_path())
    ids = [{one.id for one in rows} for rows in (pack.parameters, pack.settings, pack.norms)]
    return set(pack.kinds).union(*ids)


def test_files_that_pages_name_exist() -> None:
    found = [f"{page.relative_to(ROOT)}: {name}" for page in PAGES for name in missing_files(page.read_text())]
    assert found == []


def test_names_of_code_on_pages_exist(known: set[str]) -> None:
    found = [f"{page.relative_to(ROOT)}: {name}" for page in PAGES for name in missing_names(page.read_text(), known)]
    assert found == []


def test_pages_use_no_private_metaphors() -> None:
    found = {}
    for page in PAGES:
        plain = sentences(page.read_text()).lower()
        for phrase in PHRASES:
            plain = plain.replace(phrase, "")
        if words := set(re.findall("[a-z]+", plain)) & METAPHORS:
            found[str(page.relative_to(ROOT))] = words
    assert found == {}


def test_the_search_sees_files_names_and_words(known: set[str]) -> None:
    text = "See `prevent/room.py`, `engine/acts.py`, `prevent.screen_all`, `engine.acts.act`, `listing.screened`. Told."
    assert list(missing_files(text)) == ["prevent/room.py"]
    assert list(missing_names(text, known)) == ["prevent.screen_all"]
    assert METAPHORS & set(re.findall("[a-z]+", sentences(text).lower())) == {"told"}


def test_numbers_of_decisions_are_given_once() -> None:
    numbers = [page.name[:4] for page in (ROOT / "docs" / "decisions").glob("*.md")]
    assert sorted(numbers) == sorted(set(numbers))


def test_the_error_tree_on_the_page_and_in_the_module_is_that_of_the_classes() -> None:
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text()
    row = re.compile(r"^[│├└─ ]*(\w+) +(\d{3}) *(.*)$", re.MULTILINE)
    classes = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.AnbaoError)}
    stated = {(one.__name__, str(one.status)) for one in classes}
    assert {found[:2] for found in row.findall(errors.__doc__ or "")} == stated
    drawn = row.findall(page.partition("made by docs/build.py: errors")[2].partition("end: errors")[0])
    assert {found[:2] for found in drawn} == stated
    codes = {one.__name__: str(one.code) for one in classes}
    for name, _, rest in drawn:
        code, _, meaning = rest.partition(" ")
        assert code == codes[name]
        assert meaning.strip(), f"ERROR_MEANINGS of docs/build.py lacks {name}"


def test_the_layers_on_the_page_are_those_of_the_program() -> None:
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text()
    table = page.partition("made by docs/build.py: layers")[2].partition("end: layers")[0]
    there = {path.name.removesuffix(".py") for path in SOURCE.iterdir() if path.suffix == ".py" or path.is_dir()}
    named = set(re.findall(r"(?<!\()`(\w+)`", table))
    assert named == {name for name in there if not name.startswith("__")}


def commands(text: str) -> Iterator[list[str]]:
    """Commands of ``anbao`` in spans of code and in shell blocks, as words."""
    blocks = re.findall(r"```(?:sh|sh run|console)\n(.*?)```", text, flags=re.DOTALL)
    joined = "\n".join(blocks).replace("\\\n", " ")
    spans = re.findall(r"`(anbao [^`\n]+)`", re.sub(r"```.*?```", " ", text, flags=re.DOTALL))
    for line in [*spans, *re.findall(r"\banbao [^\n|<>;&)]*", re.sub(r"(?m)#.*$|<\(.*\)$", "", joined))]:
        yield re.sub(r"'[^']*'|\"[^\"]*\"", "X", line).split()[1:]


def wrong_command(words: list[str]) -> str:
    """What of a command the program does not have; empty where it has all of it."""
    command: click.Command = root
    rest = list(words)
    with click.Context(root, info_name="anbao") as context:
        while isinstance(command, click.Group) and rest and re.fullmatch(r"[a-z-]+", rest[0]) and rest[0][0] != "-":
            found = command.get_command(context, rest[0])
            if found is None:
                return rest[0]
            command = found
            rest = rest[1:]
        known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)} | {"--help", "--lang"}
    return next((one for one in rest if one.startswith("--") and one.partition("=")[0] not in known), "")


def test_commands_on_pages_exist_with_their_options() -> None:
    found = [
        f"{page.relative_to(ROOT)}: anbao {' '.join(words)}: {wrong}"
        for page in (*PAGES, ROOT / "README.md", ROOT / "README.zh-CN.md")
        if page.name != "extend.md"  # its commands are those of its examples
        for words in commands(page.read_text())
        if (wrong := wrong_command(words))
    ]
    assert found == []


def test_the_search_sees_commands_and_options() -> None:
    text = "Use `anbao case decide C1 --why x` or `anbao hazard lift H1 --reason x`.\n```sh\nanbao cases list\n```\n"
    assert [wrong_command(words) for words in commands(text)] == ["--why", "", "cases"]


FOR_DEVELOPERS = {"extend.md"}


def test_every_guide_for_users_is_there_in_chinese_and_leads_to_the_other_language() -> None:
    guides = ROOT / "docs" / "how-to"
    names = {page.name for page in guides.glob("*.md")} - FOR_DEVELOPERS
    english = {name for name in names if not name.endswith(".zh-CN.md")}
    assert {name.replace(".md", ".zh-CN.md") for name in english} == names - english
    for name in english:
        chinese = name.replace(".md", ".zh-CN.md")
        assert f"[中文]({chinese})" in (guides / name).read_text()
        assert f"[English]({name})" in (guides / chinese).read_text()


def endpoints(text: str) -> set[tuple[str, str]]:
    """Methods with paths on a page, without queries."""
    found = re.findall(r"\b(GET|POST) (/(?:v1|public|log)[^\s`,;)?]*)", text)
    return {(method, path.rstrip(".")) for method, path in found}


def test_endpoints_on_pages_are_those_of_the_reference() -> None:
    reference = (ROOT / "docs" / "reference" / "http.md").read_text()
    rows = re.findall(r"^\| (GET|POST) \| `([^`]+)`", reference, re.MULTILINE)
    known = [(method, re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path))) for method, path in rows]
    wrong = [
        f"{page.relative_to(ROOT)}: {method} {path}"
        for page in PAGES
        if page.name != "extend.md"
        for method, path in endpoints(page.read_text())
        if not any(one == method and pattern.fullmatch(path) for one, pattern in known)
    ]
    assert wrong == []
    assert endpoints("`POST /v1/cases/{id}/decide?at=1`, `GET /v1/nothing`.") == {
        ("POST", "/v1/cases/{id}/decide"),
        ("GET", "/v1/nothing"),
    }


def test_the_index_lists_every_page_but_decisions() -> None:
    docs = ROOT / "docs"
    listed = set(re.findall(r"\]\(([^)]+\.md)\)", (docs / "index.md").read_text()))
    pages = {str(page.relative_to(docs)) for page in docs.rglob("*.md")}
    assert {one for one in pages if not one.startswith("decisions/")} - {"index.md"} == listed


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    plain = re.sub(r"[`*\[]|\]\([^)]*\)", "", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def test_links_to_parts_of_pages_lead_to_headings() -> None:
    wrong = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s:]*#[^)\s]+)\)", page.read_text()):
            name, anchor = target.split("#")
            text = ((page.parent / name) if name else page).read_text()
            headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
            if anchor not in map(slug, headings):
                wrong.append(f"{page.relative_to(ROOT)}: {target}")
    assert wrong == []


def test_the_page_of_the_law_pack_names_all_its_parts() -> None:
    page = (ROOT / "docs" / "explanation" / "law-pack.md").read_text()
    parts = [path.name + "/" * path.is_dir() for path in (ROOT / "packs" / "cn").iterdir()]
    assert [part for part in parts if f"`{part}" not in page] == []
    duties = load_pack(default_pack_path()).duties
    assert f"{sum(1 for duty in duties if duty.norms)} of the {len(duties)} Chinese duties" in page
