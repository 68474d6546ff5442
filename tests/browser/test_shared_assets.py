"""A page and the script beside it, opened from disk with the network off."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from csmkit.render.html import packet_html, shared_assets
from csmkit.view import charts
from tests.view import frames

pytestmark = pytest.mark.browser

HIT = "window.hit = true;"


@pytest.fixture
def pack(tmp_path):
    """A folder with a page in ``packets`` and the script in ``assets``."""
    data = charts.chart_waterfall(frames.bridge())._repr_mimebundle_()
    cell = new_code_cell("x", outputs=[new_output("display_data", data=data)])
    notebook = new_notebook(cells=[cell])
    (tmp_path / "packets").mkdir()
    (tmp_path / "assets").mkdir()
    for name, script in shared_assets().items():
        (tmp_path / "assets" / name).write_bytes(script)
    page = packet_html(notebook, title="Ana", assets="../assets")
    (tmp_path / "packets" / "ana.html").write_text(page, encoding="utf-8")
    (tmp_path / "packets" / "alone.html").write_text(packet_html(notebook, title="Ana"), "utf-8")
    return tmp_path


def opened(tab, path):
    tab.page.goto(path.as_uri())
    tab.page.wait_for_selector("[data-drawn]", state="attached")
    return tab.page


@pytest.mark.parametrize("name", ["ana", "alone"])
def test_charts_are_drawn_and_nothing_is_asked_of_the_network(tab, pack, name):
    page = opened(tab, pack / "packets" / f"{name}.html")
    assert page.evaluate("document.querySelectorAll('[data-drawn=true] svg path').length") > 5
    assert page.locator("#apart").is_visible() is False
    assert (tab.requests, tab.complaints) == ([], [])


def test_only_that_script_is_let_in(tab, pack):
    (pack / "assets" / "other.js").write_text(HIT, encoding="utf-8")
    path = pack / "packets" / "ana.html"
    bad = [
        '<script src="../assets/other.js"></script>',
        '<script src="../assets/other.js" nonce="nonce"></script>',
        f"<script>{HIT}</script>",
        f'<p onclick="{HIT}" id="click">x</p>',
        f'<a href="javascript:{HIT}" id="link">x</a>',
    ]
    html = path.read_text(encoding="utf-8").replace("</main>", "".join(bad) + "</main>")
    path.write_text(html, encoding="utf-8")
    page = opened(tab, path)
    page.click("#click")
    page.click("#link")
    assert page.evaluate("window.hit") is None
    assert sum("Content Security Policy" in said for said in tab.complaints) == len(bad)


def test_a_page_away_from_its_script_tells_charts_in_words_and_why(tab, pack):
    path = pack / "ana.html"
    (pack / "packets" / "ana.html").rename(path)
    page = opened(tab, path)
    assert page.locator("#apart").is_visible()
    assert page.locator("figcaption").is_visible()
    assert "ARR from" in page.inner_text("figcaption")
