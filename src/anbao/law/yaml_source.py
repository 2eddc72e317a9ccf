"""Reads YAML into typed structs; every error names file and line.

Scalars are text unless they are plainly an integer, ``true``, ``false`` or ``null``: no YAML 1.1 surprises (``on`` is a
word, ``2021-05-01`` is left for the struct to read). Duplicate keys are refused.
"""

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from anbao.errors import PackError
from anbao.law import disk_cache
from anbao.text import Text

if TYPE_CHECKING:
    import yaml

T = TypeVar("T")

_CONTENT = "json"

_INTEGER = re.compile(r"-?(0|[1-9]\d*)")
_WORDS = {"true": True, "false": False, "null": None, "": None}
_STEP = re.compile(r"\[(\d+)\]|\.([^.\[]+)")
_AT = re.compile(r" - at `\$(.*)`$")
_UNKNOWN = re.compile(r"unknown field `(.*?)`")


class YamlSource:
    """One YAML file, parsed; or not, where ``disk_cache`` has what these bytes hold. Raises PackError for no YAML."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            data = path.read_bytes()
        except OSError as error:
            raise _unreadable(path, error) from error
        self.digest = hashlib.sha256(data).hexdigest()
        self._cached = disk_cache.read(self.digest, _CONTENT)
        self._parsed = None if self._cached is not None else _parse(path, data)

    def passed(self, check: str) -> bool:
        """Whether these bytes passed a check before; the check reads nothing else."""
        return disk_cache.read(self.digest, check) is not None

    def note_passed(self, check: str) -> None:
        """Remember that these bytes passed a check."""
        disk_cache.write(self.digest, check, b"")

    def read_list(self, wanted: type[T]) -> list[T]:
        """The content as a list of ``wanted``. Raises PackError at the line that does not fit."""
        return self.read(list[wanted])  # type: ignore[valid-type]

    def read(self, wanted: type[T]) -> T:
        """The content as ``wanted``. Raises PackError at the line that does not fit."""
        try:
            if self._cached is not None:
                return msgspec.json.decode(self._cached, type=wanted)
            content = self._build(self._node)
            disk_cache.write(self.digest, _CONTENT, msgspec.json.encode(content))
            return msgspec.convert(content, wanted)
        except msgspec.ValidationError as error:
            message = str(error)
            keys: list[str | int] = []
            if at := _AT.search(message):
                message = message[: at.start()]
                place = at[1].partition("[...]")[0]  # msgspec does not say which key of a mapping
                keys = [int(number) if number else name for number, name in _STEP.findall(place)]
            if unknown := _UNKNOWN.search(message):
                keys.append(unknown[1])
            name = ".".join(map(str, keys)) or "file"
            what = Text(f"{name} 不符合格式：{message}", f"{name} does not fit: {message}")
            raise self.error(what, *keys) from error

    def error(self, what: Text, *keys: str | int, hint: Text | None = None) -> PackError:
        """An error at the value (or key) that ``keys`` lead to, or at the nearest value above it."""
        return PackError(f"{self.path}:{self.line(*keys)}", what, hint=hint)

    def line(self, *keys: str | int) -> int:
        """The line, counted from 1, at which the value that ``keys`` lead to begins."""
        import yaml

        node, line = self._node, self._node.start_mark.line
        for key in keys:
            if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
                line = node.start_mark.line
            elif isinstance(node, yaml.MappingNode):
                for name, value in node.value:
                    if name.value == key:
                        node, line = value, name.start_mark.line
                        break
                else:
                    break
            else:
                break
        return int(line) + 1

    @property
    def _node(self) -> "yaml.Node":
        if self._parsed is None:
            self._parsed = _parse(self.path, self.path.read_bytes())
        return self._parsed

    def _build(self, node: "yaml.Node") -> Any:
        import yaml

        if isinstance(node, yaml.SequenceNode):
            return [self._build(item) for item in node.value]
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Any] = {}
            for key, value in node.value:
                if key.value in found:
                    name, line = key.value, key.start_mark.line + 1
                    raise PackError(f"{self.path}:{line}", Text(f"键 {name} 重复", f"the key {name} stands twice"))
                found[key.value] = self._build(value)
            return found
        text = str(node.value)
        if not getattr(node, "style", None):  # a plain scalar, not quoted
            if text in _WORDS:
                return _WORDS[text]
            if _INTEGER.fullmatch(text):
                return int(text)
        return text


def _parse(path: Path, data: bytes) -> "yaml.Node":
    import yaml  # most runs parse nothing

    try:
        node = yaml.compose(data.decode("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PackError(
            f"{path}:{line}", Text(f"不是合法的 YAML：{error.problem}", f"not YAML: {error.problem}")
        ) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unreadable(path, error) from error
    if node is None:
        raise PackError(f"{path}:1", Text("文件是空的", "the file is empty"))
    return node


def _unreadable(path: Path, error: Exception) -> PackError:
    return PackError(f"{path}:1", Text(f"无法读取：{error}", f"cannot be read: {error}"))
