"""Pages that share the script that draws charts: what they load, and what they let run."""

import re
from hashlib import sha256

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from csmkit.render.html import packet_html, shared_assets
from csmkit.view import charts
from csmkit.view.runtime import runtime
from tests.view import frames


def page(text="Outcomes", *, assets="../assets", chart=True):
    cells = [new_markdown_cell(f"## {text}")]
    if chart:
        data = charts.chart_timeline(frames.timeline())._repr_mimebundle_()
        cells.append(new_code_cell("x", outputs=[new_output("display_data", data=data)]))
    return packet_html(new_notebook(cells=cells), title="Ana", assets=assets)


def policy(html):
    said = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1]
    return re.search(r"script-src ([^;]*);", said.replace("&#39;", "'"))[1].split()


def test_the_script_is_one_file_named_by_what_it_holds():
    ((name, data),) = shared_assets().items()
    assert data.decode() == runtime()
    assert name == f"charts-{sha256(data).hexdigest()[:16]}.js"


def test_a_page_loads_that_file_and_lets_nothing_else_run():
    html = page()
    assert len(html) < 100_000
    (loaded,) = re.findall(r"<script src=[^>]*></script>", html)
    nonce = re.search(r'nonce="([0-9a-f]{64})"', loaded)[1]
    assert f'src="../assets/{next(iter(shared_assets()))}"' in loaded
    allowed = policy(html)
    assert f"'nonce-{nonce}'" in allowed
    assert len(allowed) == 2
    assert allowed[0].startswith("'sha256-")
    assert html.count(nonce) == 2


def test_what_lets_the_script_in_depends_on_all_that_the_page_says():
    once, again, other = page(), page(), page("Outcome")
    assert once == again
    assert policy(once)[1] != policy(other)[1]
    assert policy(once)[0] == policy(other)[0]


def test_a_page_without_charts_loads_nothing():
    html = page(chart=False)
    assert "<script" not in html
    assert policy(html) == ["'none'"]


@pytest.mark.parametrize(
    "assets", ["https://e.example", "//e.example", "/assets", "", 'a"b', "a b", "a;b", "assets/"]
)
def test_a_folder_that_is_no_plain_path_is_refused(assets):
    with pytest.raises(ValueError, match="not a plain path"):
        page(assets=assets)
