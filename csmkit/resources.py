"""Where the kit's own notebooks, matrix and samples are, installed or in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """The folder ``notebooks`` or ``data_samples``.

    A wheel carries them inside the package; an editable install finds them in the checkout.
    """
    packed = _PACKAGE / "_resources" / name
    return packed if packed.exists() else _PACKAGE.parent / name
