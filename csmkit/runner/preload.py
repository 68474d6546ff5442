"""What every packet needs, imported and exercised once, before there is any packet.

Code and made-up numbers only: whoever calls this must hold nobody's data, and does not after.
vl-convert stays out: a process forked after it has drawn hangs. What importing the kit changes
(Altair's theme) is changed for every template, whether it imports the kit or not.
"""

from __future__ import annotations

import gc
from importlib import import_module
from pkgutil import iter_modules

from csmkit.give_back import give_back

PACKAGES = ("csmkit.bias", "csmkit.compute", "csmkit.matrix", "csmkit.view")
MODULES = (
    "IPython.core.application",
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "bdb",
    "csmkit.runner.child",
    "csmkit.runner.engine",
    "csmkit.render.html",
    "csmkit.render.slice_folder",
    "csmkit.words.balance",
    "csmkit.words.inventory_short",
    "ipykernel.debugger",
    "pandas.core.reshape.reshape",
    "papermill.execute",
    "pyarrow.parquet",
    "sqlite3",
    "tornado.platform.asyncio",
)
_COUNTS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "ARROW_IO_THREADS",
)
ENVIRONMENT = {
    **dict.fromkeys(_COUNTS, "1"),
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
"""The environment a packet's process starts in: each library keeps to one thread, Arrow to memory
it needs, and the debugger, which nobody uses, to silence. Read when they are imported."""


def preload() -> None:
    """Import what packets import, exercise it on made-up numbers, and freeze what there is."""
    for package in PACKAGES:
        for module in iter_modules(import_module(package).__path__, f"{package}."):
            import_module(module.name)
    for name in MODULES:
        import_module(name)
    _exercise()
    gc.collect()
    # What is free in a page here would be copied to each child that takes it.
    give_back()
    gc.freeze()


def _exercise() -> None:
    """Fill the caches that any chart and any notebook fills."""
    import altair as alt
    import nbformat
    import pandas as pd

    from csmkit.bias.judge import texts
    from csmkit.compute.metrics import metrics
    from csmkit.compute.sentences import notices
    from csmkit.matrix.read import read_matrix
    from csmkit.view.warm import warm
    from csmkit.words.text_files import text_file

    numbers = pd.DataFrame({"x": [1.0, 2.0], "y": ["a", "b"], "when": pd.Timestamp(2026, 1, 1)})
    chart = alt.Chart(numbers).mark_bar().encode(x="x:Q", y="y:N", color="y:N", tooltip=["x", "y"])
    rule = alt.Chart(numbers).mark_rule().encode(x="when:T")
    alt.layer(chart, rule).properties(title="Numbers", width=100).to_dict()
    for fill in (metrics, notices, read_matrix, texts, warm):
        fill()
    for name in ("drafts", "inventory", "inventory_short"):
        text_file(name)
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text="1")])
    nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))
