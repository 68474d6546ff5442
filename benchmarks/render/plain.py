"""One packet without the kit: a notebook run, and its page.

Not in the module that is run: ploomber-engine puts the notebook in that one's place, and a pool
would look for the function there.
"""

from __future__ import annotations

from csmkit.runner.jobs import Job


def with_papermill(job: Job) -> None:
    """Run a notebook with papermill and make a page of it with nbconvert."""
    import papermill

    papermill.execute_notebook(
        str(job.template),
        str(job.result),
        parameters=dict(job.parameters),
        cwd=str(job.folder),
        kernel_name="python3",
        progress_bar=False,
    )
    _page(job)


def with_ploomber(job: Job) -> None:
    """The same in the current process, whose state the next notebook finds."""
    import ploomber_engine

    ploomber_engine.execute_notebook(
        str(job.template),
        str(job.result),
        parameters=dict(job.parameters),
        cwd=str(job.folder),
        progress_bar=False,
    )
    _page(job)


def _page(job: Job) -> None:
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter().from_filename(str(job.result))
    job.result.with_suffix(".html").write_text(page, encoding="utf-8")
