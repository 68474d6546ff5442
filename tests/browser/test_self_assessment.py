"""A self-assessment in JupyterLab, from the folder a CSM gets to the leader's store."""

import re

import nbformat
import pytest

import csmkit as ck
from csmkit.matrix.read import read_matrix
from csmkit.render.self_kit import self_assessment_kit
from csmkit.store.from_csm import import_self
from csmkit.store.open import open_store
from tests.browser.conftest import lab_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]
KWAME, DEEPA = "kwame.mensah@northwind.example", "deepa.krishnan@northwind.example"


@pytest.fixture(scope="module")
def team(team):
    """The sample team before Kwame has scored himself."""
    ratings = team.table("ratings")
    own = ratings["person_id"].eq(KWAME) & ratings["phase"].eq("self")
    return team.with_tables(ratings=ratings[~own].reset_index(drop=True))


@pytest.fixture(scope="module")
def work(tmp_path_factory, team):
    """JupyterLab on the folder of one CSM, and beside it the leader's notebook of the log."""
    folder = tmp_path_factory.mktemp("self")
    kit = self_assessment_kit(team, KWAME, out=folder / "made")
    kit.rename(folder / "notebooks")
    code = "import csmkit as ck\nfrom csmkit.store.open import open_store\n"
    code += f"ck.feedback_panel(ck.sample_team(), store=open_store('leader.db'), by='{DEEPA}')"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(code)]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, folder / "notebooks" / "log.ipynb")
    with lab_on(folder) as address:
        yield folder / "notebooks", address


def run_all(page, address, name, ready):
    page.goto(f"{address}/lab/tree/{name}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    # Cells that are run before the kernel is there are lost.
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=60_000)
    again(page)
    page.wait_for_selector(ready, timeout=120_000)


def again(page):
    page.click(".lm-MenuBar-itemLabel >> text=Run")
    page.locator(".lm-Menu-itemLabel").get_by_text("Run All Cells", exact=True).click()


def saved(page, root):
    page.locator(f"{root} .saved").get_by_text(re.compile(r"^Saved \d\d:\d\d:\d\d$")).wait_for(
        timeout=15_000
    )


def test_scored_by_keyboard_handed_in_and_imported(work, lab_tab, team, tmp_path):
    folder, address = work
    page = lab_tab.page
    run_all(page, address, "self_assessment.ipynb", ".csmkit-log .primary")
    level = page.locator(".csmkit-level")
    assert level.locator("[aria-checked=true]").count() == 0
    level.locator(".left").get_by_text("Left: 20 of 20").wait_for()

    # All competencies, by keyboard alone.
    matrix = read_matrix()
    page.locator(".csmkit-score .rows [tabindex='0']").first.focus()
    for at in range(len(matrix)):
        page.keyboard.press("rygn"[at % 4])
        page.keyboard.press("ArrowDown")
    saved(page, ".csmkit-score")
    given = {c: ["red", "yellow", "green", "not_observed"][i % 4] for i, c in enumerate(matrix.ids)}
    with open_store(folder / "scores.db", create=False) as own:
        rows = own.scores(team, person=KWAME)
    assert dict(zip(rows["competency"], rows["value"], strict=True)) == given

    # An item of one's own, kept to oneself.
    page.keyboard.press("a")
    page.locator("[data-key='add date']").fill("2026-03-02")
    page.locator("[data-key='add text']").fill("The hard talk with Acme.")
    page.locator("[data-key='add private']").check()
    page.locator("[data-key='add save']").click()
    page.locator(".csmkit-score li.new .kept").get_by_text("private: not handed in").wait_for()

    # The level opens, and stays empty until somebody gives one.
    level.locator("[data-key=exceeds]").focus()
    level.locator(".left").get_by_text("All 20 competencies have a value.").wait_for()
    assert level.locator("[aria-checked=true]").count() == 0
    page.keyboard.press("m")
    saved(page, ".csmkit-level")
    assert level.locator("[aria-checked=true]").get_attribute("data-value") == "meets"
    page.keyboard.press("w")
    page.keyboard.type("rygn: a hard book, <b>kept</b>")
    page.keyboard.press("Escape")
    saved(page, ".csmkit-level")

    # What is wrong in the packet.
    voice = page.locator(".csmkit-log").first
    voice.locator("[data-key=kind]").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("NRR")
    page.keyboard.press("Tab")
    page.keyboard.type("Acme came to me in March")
    page.keyboard.press("Control+Enter")
    voice.locator(".log").get_by_text("Acme came to me in March").wait_for()
    assert voice.locator("textarea").input_value() == ""

    hand_in = page.locator(".csmkit-log").last
    hand_in.locator("[data-key=add]").focus()
    page.keyboard.press("Enter")
    hand_in.locator(".log").get_by_text("20 scores, the overall level “meets”").wait_for()
    assert page.locator(".jp-Notebook .jp-Cell").count() == len(
        nbformat.read(folder / "self_assessment.ipynb", as_version=4).cells
    )
    hand_in.locator(".log").get_by_text("1 private item of evidence stayed here").wait_for()
    assert lab_tab.requests == []

    (file,) = folder.glob("*.self.json")
    with open_store(tmp_path / "leader.db") as leader:
        done = import_self(leader, file, cycle=team, matrix=matrix)
        laid = leader.overlay(team)
        said = leader.comments(team)
        assert "hard talk" not in leader.evidence(team)["text"].str.cat()
    assert set(done["result"]) == {"added"}
    mine = laid.table("ratings")
    mine = mine[mine["person_id"].eq(KWAME) & mine["phase"].eq("self")].set_index("competency")
    assert mine["value"].drop("overall").to_dict() == given
    assert list(mine.loc["overall", ["value", "note"]]) == [
        "meets",
        "rygn: a hard book, <b>kept</b>",
    ]
    assert list(said["text"]) == ["Acme came to me in March"]


def test_without_a_kernel_the_log_says_that_nothing_is_saved(work, lab_tab, team):
    folder, address = work
    page = lab_tab.page
    run_all(page, address, "log.ipynb", ".csmkit-log .primary")
    page.click(".lm-MenuBar-itemLabel >> text=Kernel")
    page.click(".lm-Menu-itemLabel >> text=Shut Down Kernel")
    page.wait_for_timeout(1500)
    log = page.locator(".csmkit-log")
    log.locator("[data-key=about]").select_option(KWAME)
    log.locator("textarea").fill("Log the risk when you see it")
    page.keyboard.press("Control+Enter")
    log.locator(".saved.bad").get_by_text("NOT SAVED").wait_for(timeout=2_500)
    assert log.locator("textarea").input_value() == "Log the risk when you see it"
    # Run again, it sends what it kept, once.
    again(page)
    log.locator(".log").get_by_text("Log the risk when you see it").wait_for(timeout=60_000)
    with open_store(folder / "leader.db", create=False) as leader:
        assert len(leader.feedback(team)) == 1
    assert ck.sample_team().person(KWAME)["name"] in log.locator(".log .head").first.inner_text()
