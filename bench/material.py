"""What the benchmarks run on: Chinese text of the sizes that the goals name, from a fixed seed."""

import random
import sys
from pathlib import Path

import msgspec

TITLE = 40
DESCRIPTION = 200
SHARE_WITH_FINDING = 0.05

_FIRST_LEVEL = [
    char
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF)
    if (char := bytes((row, cell)).decode("gb2312", errors="ignore"))
]
_COMMON = _FIRST_LEVEL[:3000]
_RARE = _FIRST_LEVEL[3000:]
"""The common characters of GB 2312; the last 755 stand in for what plain listings never show."""


def terms(count: int, seed: int = 1) -> list[str]:
    """Distinct terms of two to eight characters; each holds a character that plain listings never show."""
    dice = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        length = dice.randint(2, 8)
        word = dice.choices(_COMMON, k=length)
        word[dice.randrange(length)] = dice.choice(_RARE)
        found["".join(word)] = None
    return list(found)


def listings(count: int, words: list[str], seed: int = 2) -> list[dict[str, str]]:
    """Listings of 40 + 200 characters; one in twenty holds a term."""
    dice = random.Random(seed)
    made = []
    for number in range(count):
        title, description = dice.choices(_COMMON, k=TITLE), dice.choices(_COMMON, k=DESCRIPTION)
        if dice.random() < SHARE_WITH_FINDING:
            word = dice.choice(words)
            description[50 : 50 + len(word)] = list(word)
        made.append({"id": f"L{number}", "title": "".join(title), "description": "".join(description)})
    return made


def lexicon_csv(words: list[str]) -> bytes:
    """A lexicon of these terms in the format of ``anbao lexicon import``."""
    return ("term,category,severity\n" + "".join(f"{word},bench,3\n" for word in words)).encode()


def write_jsonl(path: Path, rows: list[dict[str, str]]) -> None:
    """One JSON object a line."""
    encode = msgspec.json.encode
    path.write_bytes(b"".join(encode(row) + b"\n" for row in rows))


def needs_shared_texts() -> None:
    """End the program, saying so, where the texts that may not be shipped are not beside the repository."""
    if not (Path(__file__).parents[2] / "shared" / "data").is_dir():
        print(f"{Path(sys.argv[0]).name}: skipped, the shared texts are not at hand")
        sys.exit(0)
