"""The blind pre-vote in JupyterLab: by keyboard, over kernels that stop, read-only once revealed."""

import re
import sqlite3

import pytest

import csmkit as ck
from csmkit.store.open import open_store
from tests.browser.conftest import lab_on
from tests.browser.scorer import notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DEEPA = "deepa.krishnan@northwind.example"
CODE = f"""
import csmkit as ck
from csmkit.matrix.read import read_matrix
from csmkit.panels.prevote import prevote_panel
from csmkit.store.open import open_store
team = ck.sample_team()
team = team.with_tables(ratings=team.table("ratings").iloc[:0])
prevote_panel(team, read_matrix(), store=open_store("../scores.db"), rater="{DEEPA}")
"""
SAVED = re.compile(r"^Saved \d\d:\d\d:\d\d$")


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prevote")
    for name in ("one", "two"):
        notebook(folder / "notebooks" / f"{name}.ipynb", CODE, "1 + 1")
    with lab_on(folder) as address:
        yield folder, address


class Voter:
    """The panel in a page, by what a person reads on it."""

    def __init__(self, page, address, name="one"):
        self.page, self.address, self.name = page, address, name
        self.keys = page.keyboard
        self.root = page.locator(".csmkit-prevote")

    def open(self):
        self.page.goto(f"{self.address}/lab/tree/{self.name}.ipynb?reset")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        # A restart that is asked for while there is no kernel yet runs no cell.
        self.page.get_by_text("(ipykernel) | Idle").wait_for(timeout=120_000)
        return self.run("Kernel", "Restart Kernel and Run All Cells")

    def run(self, menu, item):
        self.page.evaluate("document.querySelector('.csmkit-prevote')?.remove()")
        self.page.click(f".lm-MenuBar-itemLabel >> text={menu}")
        self.page.click(f".lm-Menu-itemLabel >> text={item}")
        if "Restart" in item:
            self.page.click(".jp-Dialog button.jp-mod-accept")
        self.page.wait_for_selector(".csmkit-prevote .row", timeout=120_000)
        return self

    def row(self, person):
        heading = self.page.get_by_role("heading", name=person, exact=True)
        return self.root.locator(".row").filter(has=heading)

    def radio(self, person, label):
        return self.row(person).get_by_role("radio", name=label)

    def chosen(self, person):
        on = self.row(person).locator("[role=radio][aria-checked=true]")
        assert on.count() == 1
        return on.get_attribute("aria-label")

    def press(self, *keys):
        for key in keys:
            self.keys.press(key)

    def says(self, selector, text):
        self.root.locator(selector).get_by_text(text).first.wait_for(timeout=20_000)

    def saved(self):
        self.says(".standing", SAVED)

    @property
    def held(self):
        return self.page.evaluate("document.activeElement.dataset.key ?? ''")


@pytest.fixture
def voter(work, lab_tab):
    for file in work[0].glob("scores.db*"):
        file.unlink()
    lab_tab.page.set_viewport_size({"width": 1280, "height": 720})
    yield Voter(lab_tab.page, work[1]).open()
    assert lab_tab.requests == []


def stored(work):
    with sqlite3.connect(f"file:{work[0] / 'scores.db'}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT person_id, phase, competency, value, note FROM changes ORDER BY id"
        ).fetchall()
    connection.close()
    return rows


def test_five_people_by_keyboard_alone_and_after_a_reload_all_is_there(work, voter):
    names = voter.root.locator("h3").all_inner_texts()
    assert names[:8] == ck.sample_team().subjects["name"].tolist()[:8]
    assert {voter.chosen(name) for name in names[:5]} == {"No vote"}
    voter.says(".count", "0 of 24 voted")
    voter.root.locator("[data-key=keys]").focus()
    voter.press("Tab")
    assert voter.held.startswith("none ")
    voter.press("e", "ArrowDown", "m", "ArrowDown", "d", "w")
    voter.keys.insert_text("Nothing was told early.")
    voter.press("Escape", "ArrowDown", "e", "ArrowDown", "ArrowLeft", "Space")
    voter.says(".count", "5 of 24 voted")
    voter.saved()
    levels = ["Exceeds Expectations", "Meets Expectations", "Needs Development"]
    wanted = [*levels, levels[0], levels[2]]
    assert [voter.chosen(name) for name in names[:5]] == wanted
    ids = ck.sample_team().subjects["person_id"].tolist()
    votes = {person: value for person, _, _, value, _ in stored(work)}
    assert votes == dict(zip(ids, ["exceeds", "meets", "needs", "exceeds", "needs"], strict=False))
    assert {(phase, cell) for _, phase, cell, _, _ in stored(work)} == {("prevote", "overall")}
    assert {note for *_, note in stored(work)} == {"", "Nothing was told early."}
    voter.press("j")
    assert voter.held.startswith("none ")
    voter.press("c")
    voter.row(names[5]).locator(".criterion").first.wait_for()
    voter.press("Escape")
    voter.page.reload()
    voter.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    voter.page.get_by_text("(ipykernel) | Idle").wait_for(timeout=120_000)
    voter.run("Run", "Run All Cells")
    voter.says(".count", "5 of 24 voted")
    assert [voter.chosen(name) for name in names[:5]] == wanted
    note = voter.row(names[2]).locator("textarea")
    assert note.input_value() == "Nothing was told early."


def test_without_a_kernel_a_vote_is_not_called_saved_and_is_sent_again(work, voter):
    voter.radio("Amara Diallo", "Meets").click()
    voter.saved()
    page = voter.page
    page.click(".lm-MenuBar-itemLabel >> text=Kernel")
    page.click(".lm-Menu-itemLabel >> text=/^Restart Kernel…$/")
    page.click(".jp-Dialog button.jp-mod-accept")
    page.wait_for_timeout(3000)
    voter.radio("Chloé Dubois", "Meets").hover()
    stood = voter.radio("Chloé Dubois", "Meets").bounding_box()
    voter.radio("Chloé Dubois", "Exceeds").click()
    voter.says(".standing", "NOT SAVED")
    assert voter.radio("Chloé Dubois", "Meets").bounding_box()["y"] == stood["y"]
    voter.says(".trouble", "Chloé Dubois: Exceeds Expectations")
    voter.says(".row.pending", "not saved yet")
    voter.root.locator("[data-key=file]").click()
    voter.says(".file", re.compile("Not everything is saved yet"))
    assert [value for *_, value, _ in stored(work)] == ["meets"]
    voter.run("Run", "Run All Cells")
    voter.saved()
    assert [value for *_, value, _ in stored(work)] == ["meets", "exceeds"]
    assert voter.chosen("Chloé Dubois") == "Exceeds Expectations"


def test_two_windows_on_one_person_show_both_votes(work, voter, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    other = Voter(context.new_page(), work[1], "two").open()
    other.radio("Amara Diallo", "Needs").click()
    other.saved()
    voter.radio("Amara Diallo", "Meets").click()
    voter.says(".conflict", re.compile("was changed in the meantime"))
    voter.says(".standing", "Not saved: two values")
    told = voter.root.locator(".conflict").inner_text()
    assert "Keep mine: Meets Expectations" in told
    assert "Take the other: Needs Development" in told
    voter.root.locator(".conflict .primary").click()
    voter.saved()
    assert [value for *_, value, _ in stored(work)] == ["needs", "meets"]
    context.close()


def test_once_revealed_it_says_by_whom_and_takes_no_vote(work, voter):
    with open_store(work[0] / "scores.db") as store:
        store.reveal(ck.sample_team(), who=DEEPA)
    voter.radio("Amara Diallo", "Meets").click()
    voter.says(".closed", re.compile("^The pre-votes were revealed by Deepa Krishnan on "))
    assert stored(work) == []
    voter.root.get_by_role("button", name="Let 1 change go").click()
    assert voter.chosen("Amara Diallo") == "No vote"
    voter.run("Run", "Run All Cells")
    voter.says(".closed", re.compile("revealed by Deepa Krishnan"))
    # It looks as it is: not to be chosen.
    voter.radio("Amara Diallo", "Meets").click(force=True)
    assert voter.chosen("Amara Diallo") == "No vote"
    assert stored(work) == []


def test_the_file_to_send_is_there_and_the_page_says_where(work, voter):
    voter.radio("Amara Diallo", "Meets").click()
    voter.saved()
    voter.root.locator("[data-key=file]").click()
    voter.says(".told", re.compile("Pre-votes in it: 1 overall level"))
    (made,) = (work[0] / "notebooks").glob("*.prevotes.json")
    assert str(made) in voter.root.locator(".told").inner_text()


def test_keys_typed_in_the_panel_do_not_touch_the_cell(voter):
    page = voter.page
    cells = page.locator(".jp-Notebook .jp-CodeCell").count()
    for name in ("keys", "file", "next"):
        voter.root.locator(f"[data-key={name}]").focus()
        voter.press("d", "d", "b", "x", "y", "m", "e")
    # A letter is a vote only where it is seen on whom.
    voter.says(".count", "0 of 24 voted")
    voter.radio("Amara Diallo", "Meets").focus()
    voter.press("b", "x", "y", "r", "d", "d", "w", "Shift+Enter", "Control+Enter", "d", "Escape")
    voter.says(".count", "1 of 24 voted")
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == cells
    assert page.locator(".jp-Notebook .jp-RawCell, .jp-Notebook .jp-MarkdownCell").count() == 0


def test_a_hostile_note_is_text_everywhere(work, voter):
    hostile = "<script>window.hit = 1</script><img src=x onerror='window.hit=1'> \u202egnp"
    voter.radio("Amara Diallo", "Meets").focus()
    voter.press("w")
    voter.keys.insert_text(hostile)
    voter.press("Escape")
    voter.saved()
    voter.run("Run", "Run All Cells")
    assert voter.row("Amara Diallo").locator("textarea").input_value() == hostile
    assert voter.page.evaluate("window.hit") is None
    assert [note for *_, note in stored(work)] == [hostile]


@pytest.mark.parametrize("width", [620, 900, 1700])
def test_nothing_is_cut_at_any_width(voter, width):
    voter.page.set_viewport_size({"width": width, "height": 720})
    voter.page.wait_for_timeout(300)
    wide = voter.root.evaluate(
        """root => [root, ...root.querySelectorAll("header, .rows, .row, .choices, .book, .file")]
            .filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.className)"""
    )
    assert wide == []


@pytest.mark.parametrize("width", [1280, 1480])
def test_a_vote_moves_nobody_s_row(voter, width):
    page = voter.page
    page.set_viewport_size({"width": width, "height": 1000})
    names = ck.sample_team().subjects["name"].tolist()[:6]

    def places():
        return [voter.row(name).bounding_box()["y"] for name in names]

    voter.row(names[0]).hover()
    stood = places()
    for name in names[:3]:
        box = voter.radio(name, "Meets").bounding_box()
        page.mouse.click(box["x"] + 12, box["y"] + 8)
        assert places() == stood
        voter.saved()
        assert places() == stood
