"""The tests that people would use without thinking, for the questions asked of a meeting."""

from __future__ import annotations

import warnings

import numpy as np
from scipy import stats

from benchmarks.meeting.meetings import Floats
from csmkit.meeting.effects_people import Measure


def naive_p(name: str, levels: Measure, minutes: Floats) -> float:
    """The p value of the naive test of a question; 1 where it has none.

    Up or down: a paired t test. Towards the middle: a t test of those who went in above or below
    it. From first to last: a correlation with the place. The order: a correlation of the change
    with the value of the person before. The clock: a t test of the last five against the others.
    """
    before, change = levels.before, levels.change
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        p = float("nan")
        if name == "severity" and len(change) > 1:
            p = stats.ttest_1samp(change, 0.0).pvalue
        elif name == "centrality":
            middle = 1.0 if levels.name == "level" else before.mean()
            away = abs(before - middle)
            out = away > np.median(away) if levels.name != "level" else away > 0
            moved = abs(before + change - middle)[out] - away[out]
            p = stats.ttest_1samp(moved, 0.0).pvalue if out.sum() > 1 else p
        elif name == "drift" and len(change) > 2:
            p = stats.pearsonr(change, np.arange(len(change))).pvalue
        elif name == "order" and len(change) > 3:
            p = stats.pearsonr(change[1:], before[:-1]).pvalue
        elif name == "clock" and len(minutes) > 6:
            p = stats.ttest_ind(minutes[-5:], minutes[:-5], equal_var=False).pvalue
    return 1.0 if np.isnan(p) else float(p)
