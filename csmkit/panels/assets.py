"""Scripts and styles of the panels: a widget carries one text of each, put together here."""

from __future__ import annotations

from importlib.resources import files

from csmkit.view.theme import FONT, PALETTE

_STATIC = files("csmkit.panels") / "static"


def script(*names: str) -> str:
    """Scripts of ``static/`` as one module: a widget's script cannot import from files."""
    return "\n".join(_text(f"{name}.js") for name in ("parts", *names))


def style(root: str, *names: str) -> str:
    """Style sheets of ``static/`` with the kit's palette and font set on ``root``."""
    palette = "".join(f"--{name}: {colour};" for name, colour in PALETTE.items())
    return "\n".join(
        [f"{root} {{{palette}--font: {FONT};}}", *(_text(f"{name}.css") for name in names)]
    )


def _text(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")
