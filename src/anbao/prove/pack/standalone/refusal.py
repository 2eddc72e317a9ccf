"""What is wrong with a pack, as a sentence in Chinese and in English."""


class PackRefused(Exception):
    """Ends a verification at its first problem."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
