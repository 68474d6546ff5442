"""The exploring notebooks, run in JupyterLab in a real browser that cannot leave the machine."""

import shutil

import pytest

from tests.browser.conftest import lab_on
from tests.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab server on a copy of the notebooks; gives its address."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with lab_on(folder) as address:
        yield address


@pytest.mark.parametrize(
    ("name", "charts", "said"),
    [
        ("01_load_and_check", 0, "Nobody owns"),
        ("02_composition", 4, "Attribution rules"),
        ("03_bias_checks", 4, "Who could score whom"),
    ],
)
def test_notebook_runs_and_draws_offline(lab, lab_tab, name, charts, said):
    page = lab_tab.page
    page.goto(f"{lab}/lab/tree/{name}.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_timeout(1500)
    page.click(".lm-MenuBar-itemLabel >> text=Run")
    page.click(".lm-Menu-itemLabel >> text=Run All Cells")
    # Every code cell has run when none waits and the last one has its number.
    page.wait_for_function(
        """() => {
            const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
            return prompts.length > 3 && prompts.every(p => /\\[\\d+\\]/.test(p.textContent));
        }""",
        timeout=120_000,
    )
    page.wait_for_timeout(1000)
    drawn = page.evaluate(
        """[...document.querySelectorAll('.jp-RenderedVegaCommon5 canvas, .vega-embed canvas')]
            .map(canvas => {
                const data = canvas.getContext('2d')
                    .getImageData(0, 0, canvas.width, canvas.height).data;
                const colours = new Set();
                for (let i = 0; i < data.length; i += 4)
                    colours.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
                return colours.size;
            })"""
    )
    assert len(drawn) == charts
    assert all(colours > 5 for colours in drawn), drawn
    assert said in page.inner_text(".jp-Notebook")
    assert page.locator(".jp-RenderedText[data-mime-type$='stderr']").count() == 0
    assert lab_tab.requests == []
