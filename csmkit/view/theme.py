"""One look for charts, tables and pages: palette, fonts, and charts that draw offline."""

from __future__ import annotations

from typing import Any

FONT = '"Segoe UI", "Helvetica Neue", Arial, sans-serif'
MIME = "application/vnd.vegalite.v5+json"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"

# Told apart in the common kinds of colour blindness: blue against vermilion, never red against
# green alone. The pages take their colours from here too.
PALETTE = {
    "ink": "#1d2733",
    "muted": "#5d6874",
    "faint": "#98a2ad",
    "rule": "#dde2e7",
    "wash": "#f3f5f7",
    "paper": "#ffffff",
    "accent": "#1f5a96",
    "accent-soft": "#c3d5e8",
    "gain": "#1f78b4",
    "gain-soft": "#8fbfe0",
    "loss": "#c8511b",
    "loss-soft": "#eeb18f",
    "gap": "#fbe6d6",
    "green": "#15855c",
    "yellow": "#f0bf3a",
    "red": "#b8322a",
    "unknown": "#8b95a0",
}
# A status is a colour and a letter; the letter is drawn in a colour that can be read on it.
STATUS_LETTER = {"red": "R", "yellow": "Y", "green": "G", "unknown": "?"}
STATUS_INK = {"red": "#ffffff", "yellow": "#1d2733", "green": "#ffffff", "unknown": "#ffffff"}


def config() -> dict[str, Any]:
    """The Vega-Lite config every chart of the kit carries."""
    ink, muted, rule = PALETTE["ink"], PALETTE["muted"], PALETTE["rule"]
    return {
        "font": FONT,
        "background": PALETTE["paper"],
        "padding": 4,
        "view": {"stroke": None},
        "axis": {
            "labelColor": muted,
            "labelFontSize": 12,
            "labelLimit": 190,
            "titleColor": muted,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "gridColor": rule,
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
        },
        "axisY": {"labelColor": ink, "grid": False},
        "legend": {
            "orient": "top",
            "direction": "horizontal",
            "title": None,
            "labelColor": ink,
            "labelFontSize": 12,
            "labelLimit": 220,
            "symbolStrokeWidth": 0,
            "columnPadding": 14,
            "offset": 8,
        },
        "title": {
            "anchor": "start",
            "frame": "group",
            "color": ink,
            "fontSize": 13,
            "fontWeight": 600,
            "subtitleColor": muted,
            "subtitleFontSize": 12,
        },
        "text": {"fontSize": 12, "color": ink},
        "range": {"category": [PALETTE["accent"], PALETTE["loss"], PALETTE["faint"]]},
    }


def bundle(spec: dict[str, Any]) -> dict[str, Any]:
    """What a notebook keeps of a chart: the spec as JupyterLab draws it, and one sentence.

    Parameters
    ----------
    spec : dict
        A Vega-Lite spec. Its ``description`` becomes the text shown where charts cannot be.
    """
    return {
        MIME: {**spec, "$schema": SCHEMA},
        "text/plain": str(spec.get("description") or "A chart."),
    }


def enable_offline_charts() -> None:
    """Let Altair charts draw with no network: JupyterLab knows Vega-Lite 5 and has it on board.

    Altair's own renderer loads scripts from a server; this one hands the spec to JupyterLab.
    Calling it again changes nothing.
    """
    import altair as alt

    def offline(spec: dict[str, Any], **_: Any) -> dict[str, Any]:
        return bundle(spec)

    alt.renderers.register("csmkit", offline)
    alt.renderers.enable("csmkit")
    alt.theme.register("csmkit", enable=True)(lambda: alt.theme.ThemeConfig({"config": config()}))  # type: ignore[typeddict-item]
