"""A presentation as a file: the same bytes each time, with no author, time or path in it."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_LONGEST_TITLE = 255
"""A longer one is no property of a document."""
_NAMED = ("title", "subject", "creator", "language")
_PACKED_ALREADY = (".png", ".jpg", ".jpeg", ".gif", ".xlsx", ".mp4", ".wmv", ".emz", ".wmz")


def told_of(made: Any, title: str, language: str) -> None:
    """Say what a presentation is, and nothing of who made it or its template, or when."""
    about = made.core_properties
    about.title, about.language = title[:_LONGEST_TITLE], language
    about.author = "csmkit"
    for element in list(about._element):
        if element.tag.rsplit("}")[-1] not in _NAMED:
            about._element.remove(element)


def packed(made: Any) -> bytes:
    """The file."""
    saved, whole = BytesIO(), BytesIO()
    made.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(whole, "w") as file:
        for name in parts.namelist():
            # What is packed already does not become smaller, and large pictures take long.
            stored = name.lower().endswith(_PACKED_ALREADY)
            kind = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            file.writestr(zipfile.ZipInfo(name, _FIRST_DAY), parts.read(name), kind)
    return whole.getvalue()
