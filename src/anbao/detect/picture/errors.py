"""Why a picture cannot be used. It becomes a finding; it never ends a request."""

from anbao.model.picture import PictureProblem


class BadPicture(Exception):
    """A picture that cannot be read; ``problem`` says why."""

    def __init__(self, problem: PictureProblem, why: str) -> None:
        super().__init__(why)
        self.problem = problem
