"""The charts of a packet. They show frames as they are: nothing is computed here.

Importing this module lets charts draw offline; see `csmkit.view.theme.enable_offline_charts`.
"""

from __future__ import annotations

from csmkit.view.charts_bias import (
    chart_attended,
    chart_coverage,
    chart_funnel,
    chart_gaps,
)
from csmkit.view.charts_book import chart_waterfall
from csmkit.view.charts_evidence import chart_evidence
from csmkit.view.charts_health import chart_health
from csmkit.view.charts_mix import chart_bands, chart_mix
from csmkit.view.charts_owned import chart_timeline
from csmkit.view.theme import enable_offline_charts

__all__ = [
    "chart_attended",
    "chart_bands",
    "chart_coverage",
    "chart_evidence",
    "chart_funnel",
    "chart_gaps",
    "chart_health",
    "chart_mix",
    "chart_timeline",
    "chart_waterfall",
]

enable_offline_charts()
