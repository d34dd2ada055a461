"""Values that go to documents and come back equal, in every form that a document has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from custlife.documents.read import read_file, read_json, read_toml
from custlife.documents.write import write_json, write_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Documented"]


class Documented:
    """A value as data: nothing in it is code, and nothing of a document is evaluated.

    A class says what its plain values are, and what errors call a document of it; texts and files follow.
    """

    __slots__ = ()

    DOCUMENT: ClassVar[str]

    if TYPE_CHECKING:  # every class has its own

        def to_dict(self) -> dict[str, Any]:
            """The plain values of it, without what was left at its default."""
            ...

        @classmethod
        def from_dict(cls, document: Mapping[str, Any], *, name: str = ...) -> Self:
            """What plain values describe."""
            ...

    def to_toml(self) -> str:
        """It as TOML; what is equal gives equal texts."""
        return write_toml(self.to_dict(), name=self.DOCUMENT)

    def to_json(self) -> str:
        """It as JSON; what is equal gives equal texts."""
        return write_json(self.to_dict(), name=self.DOCUMENT)

    @classmethod
    def from_toml(cls, text: str | bytes) -> Self:
        """What a TOML text describes; see `from_dict`."""
        return cls.from_dict(read_toml(text, name=cls.DOCUMENT))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """What a JSON text describes; see `from_dict`."""
        return cls.from_dict(read_json(text, name=cls.DOCUMENT))

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """What a `.toml` or `.json` file describes; see `from_dict`.

        Raises:
            DataError: With all faults and their paths.
            MissingFileError: There is no such file.
            OSError: It may not be opened.
        """
        return cls.from_dict(read_file(path), name=str(path))
