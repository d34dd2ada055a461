"""Documents: JSON and TOML read with suspicion and written the same way each time.

What may come in: UTF-8, at most 64 MiB, at most 64 levels deep, no key twice, no number that is none, no half
characters, and a `format` tag of a version that this release reads. Nothing in a document is ever evaluated.
Whatever is wrong is a `DataError` with the path of each fault.
"""

from __future__ import annotations

from custlife.documents.documented import Documented
from custlife.documents.fields import Fields, refuse
from custlife.documents.read import check_format, file_at, read_file, read_json, read_toml
from custlife.documents.write import write_json, write_toml

__all__ = [
    "Documented", "Fields", "check_format", "file_at", "read_file", "read_json", "read_toml", "refuse", "write_json",
    "write_toml",
]  # fmt: skip
