"""The index of a pack as PDF (typst): what the HTML shows, for a file that is printed and bound."""

from importlib.resources import files

import msgspec

from anbao.prove.pack.page import PageContent


def write_paper(shown: PageContent) -> bytes:
    """Returns ``index.pdf``. The same content gives the same bytes: the document names no time of its making."""
    import pylopdf_fonts_zh_cn
    import typst  # most commands make no pack

    source = files("anbao.prove.pack").joinpath("pages", "index.typ").read_bytes()
    made: object = typst.compile(  # type: ignore[misc]  # mypy cannot choose between its overloads
        source,
        sys_inputs={"shown": msgspec.json.encode(shown).decode()},
        font_paths=[str(pylopdf_fonts_zh_cn.sans_path().parent)],
        ignore_system_fonts=True,
    )
    assert isinstance(made, bytes)
    return made
