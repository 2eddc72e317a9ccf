"""Where the law packs stand: beside the modules in a wheel, at the checkout's root in an editable install."""

from pathlib import Path

from anbao.errors import PackError
from anbao.text import Text

_PACKAGE = Path(__file__).resolve().parents[1]
_FOLDERS = (_PACKAGE / "packs", _PACKAGE.parents[1] / "packs")


def packs_folder() -> Path:
    """The folder that holds all packs. Raises PackError where the installation has none."""
    for folder in _FOLDERS:
        if folder.is_dir():
            return folder
    raise PackError(
        str(_FOLDERS[0]),
        Text("安装中没有规则包目录", "the installation has no packs folder"),
        hint=Text("请重新安装 anbao", "install anbao again"),
    )


def default_pack_path() -> Path:
    """The Chinese pack."""
    return packs_folder() / "cn"
