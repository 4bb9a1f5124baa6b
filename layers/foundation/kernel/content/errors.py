"""Errors in content files."""


class ContentError(Exception):
    """A content file is wrong; the text is one line that names the file and the field."""

    def __init__(self, file: str, field: str, problem: str) -> None:
        super().__init__(file, field, problem)
        self.file = file
        self.field = field
        self.problem = problem

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.field, self.problem) if part)
