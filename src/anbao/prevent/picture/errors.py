"""Why a picture cannot be used. It becomes a finding; it never ends a request."""

from typing import Literal

Problem = Literal["", "too_large", "too_many_pixels", "unknown_format", "undecodable", "unreachable", "forbidden_address"]
"""Over the limit of bytes · of pixels, frames or scans · none of the formats taken · broken · could not be fetched ·
an address that may not be fetched."""


class BadPicture(Exception):
    """A picture that cannot be read; ``problem`` says why."""

    def __init__(self, problem: Problem, why: str) -> None:
        super().__init__(why)
        self.problem: Problem = problem
