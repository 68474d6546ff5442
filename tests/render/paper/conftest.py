"""What tests of pages on paper share."""

import pytest

from csmkit.render.on_paper import on_paper
from csmkit.render.press import Press


@pytest.fixture
def printed_here(monkeypatch):
    """PDFs of packs made in this process, where a test can put something else in the way."""
    monkeypatch.setattr(Press, "_running", lambda _press: None)
    monkeypatch.setattr(Press, "_made", lambda press, of: on_paper(of, paper=press.paper))
