"""jsonschema, imported in a tenth of the time; whatever needs it is imported after this.

Where `rfc3987_syntax` is installed (JupyterLab brings it) jsonschema imports it, and that package
parses a grammar for a second whenever it is imported. It serves one format check ("iri") that no
notebook and no chart has, and jsonschema does without it where it is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _as_if_missing(name: str) -> Iterator[None]:
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


with _as_if_missing("rfc3987_syntax"):
    import jsonschema

__all__ = ["jsonschema"]
