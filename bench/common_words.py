"""Makes ``src/anbao/prevent/text/data/words.txt``: common Chinese words of two to four characters.

Source: the dictionary of jieba 0.42.1 (``jieba/dict.txt``, MIT licence), of which the words counted at least LEAST
times remain, without those that begin with a word of offering ("卖笑" before "气球" hides 笑气) and rare names.

Use: python bench/common_words.py DICT
"""

import sys
from pathlib import Path

LEAST = 30
LEAST_NAME = 200
LONGEST = 4
OFFERING = frozenset("卖买售购收供送求带换租转")
TARGET = Path(__file__).parents[1] / "src" / "anbao" / "prevent" / "text" / "data" / "words.txt"


def is_common(word: str, count: int, kind: str) -> bool:
    """Whether a word of this kind (of jieba's tags) is common, Chinese, and offers nothing."""
    return (
        count >= (LEAST_NAME if kind.startswith("nr") else LEAST)
        and 2 <= len(word) <= LONGEST
        and all("\u4e00" <= char <= "\u9fff" for char in word)
        and word[0] not in OFFERING
    )


def main() -> None:
    """Write the words, sorted, one a line."""
    rows = (line.split() for line in Path(sys.argv[1]).read_text("utf-8").splitlines())
    words = sorted({word for word, count, kind in rows if is_common(word, int(count), kind)})
    TARGET.write_text("\n".join(words) + "\n", "utf-8")
    print(f"{len(words)} words")


if __name__ == "__main__":
    main()
