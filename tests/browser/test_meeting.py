"""A whole calibration meeting of twelve people in JupyterLab, by keyboard alone."""

import json
import time

import nbformat
import pytest

import csmkit as ck
from csmkit.store.model import Change, Place, cycle_key
from csmkit.store.open import open_store
from tests.browser.conftest import lab_on
from tests.browser.scorer import kernel_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DEEPA, RAFAEL = "deepa.krishnan@northwind.example", "rafael.monteiro@northwind.example"
INGRID = "ingrid.solberg@northwind.example"
SETUP = """import csmkit as ck
store = ck.open_store("../{store}.db")
team, matrix = ck.sample_team(), ck.read_matrix()
people = team.table("people")
kept = [*team.subjects["person_id"][:{people}], *people.loc[people["role"].eq("manager"), "person_id"]]
team = team.with_tables(people=people[people["person_id"].isin(kept)])
ck.meeting_panel(team, matrix, store=store, facilitator={by!r}, records="../records")"""


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """JupyterLab on notebooks that open a meeting of twelve, over a store with pre-votes."""
    folder = tmp_path_factory.mktemp("meeting")
    (folder / "notebooks").mkdir()
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name, more in {
        "meet": {"people": 12, "by": DEEPA, "store": "scores"},
        "lead": {"people": 12, "by": DEEPA, "store": "pair"},
        "follow": {"people": 12, "by": "", "store": "pair"},
        "many": {"people": 24, "by": DEEPA, "store": "many"},
    }.items():
        cells = [nbformat.v4.new_code_cell(SETUP.format(**more))]
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, folder / "notebooks" / f"{name}.ipynb")
    team = ck.sample_team()
    with open_store(folder / "scores.db") as store:
        for who in team.subjects["person_id"][:12]:
            for rater, value in ((DEEPA, "meets"), (RAFAEL, "exceeds"), (INGRID, "meets")):
                store.save(Change(Place(cycle_key(team), "prevote", who, rater, "overall"), value))
    with lab_on(folder) as address:
        yield folder, address


class Screen:
    """The panel in a page, as the room sees it and the facilitator types into it."""

    def __init__(self, page, address, name="meet"):
        self.page = page
        self.root = page.locator(".csmkit-meeting")
        page.goto(f"{address}/lab/tree/{name}.ipynb?reset")
        self.run()

    def run(self):
        page = self.page
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        # A restart that is asked for while there is no kernel yet runs no cell.
        page.get_by_text("(ipykernel) | Idle").wait_for(timeout=120_000)
        page.click(".lm-MenuBar-itemLabel >> text=Kernel")
        page.click(".lm-Menu-itemLabel >> text=Restart Kernel and Run All Cells")
        page.click(".jp-Dialog button.jp-mod-accept")
        self.root.locator(".prepare fieldset, .person, .agenda").first.wait_for(timeout=120_000)
        self.focus()

    def focus(self):
        self.root.evaluate("node => node.focus()")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def name(self):
        return self.root.locator("header h2").inner_text()

    def go(self, key="PageDown"):
        before = self.root.locator(".place").inner_text()
        self.press(key)
        self.page.wait_for_function(
            "before => document.querySelector('.csmkit-meeting .place').innerText !== before",
            arg=before,
        )
        self.root.locator(".person").wait_for(timeout=30_000)

    def to(self, name):
        """On with Page Down until somebody is shown."""
        for _ in range(13):
            if self.name == name:
                return
            self.go()
        raise AssertionError(f"{name} was never shown")

    def until(self, text):
        self.root.locator("header .status").filter(has_text=text).wait_for(timeout=15_000)

    def change(self, level, *, reason, comment):
        """By keyboard alone: what, to what, why, in words, Ctrl+Enter."""
        self.press("d")
        self.root.locator(".of-decide").wait_for()
        self.press("Tab")
        radios = self.root.locator(".values input")
        wanted = [r.get_attribute("value") for r in radios.all()].index(level)
        self.press("Space", *["ArrowDown"] * wanted)
        self.press("Tab")
        self.page.keyboard.type(reason)
        self.press("Tab")
        self.page.keyboard.type(comment)
        self.press("Control+Enter")
        self.root.locator(".of-decide").wait_for(state="detached", timeout=15_000)
        self.until("changed")

    def names(self):
        self.press("g")
        listed = self.root.locator(".of-agenda li bdi").all_inner_texts()
        self.press("Escape")
        return listed


def test_a_whole_meeting_by_keyboard(lab_tab, work, tmp_path):
    folder, address = work
    page = lab_tab.page
    page.set_viewport_size({"width": 1280, "height": 720})
    screen = Screen(page, address)
    root = screen.root

    # Prepare: somebody has no part in somebody, then the order is drawn.
    rater, person = root.locator(".prepare .row select").all()
    rater.select_option(label="Deepa Krishnan")
    person.select_option(label="Chloé Dubois")
    root.get_by_role("button", name="Add").press("Enter")
    root.get_by_role("button", name="Draw the order").press("Enter")
    root.locator(".card .agenda li").first.wait_for()
    order = root.locator(".card .agenda li bdi").all_inner_texts()
    assert len(order) == len(set(order)) == 12
    screen.focus()
    screen.press("f")
    page.wait_for_function("document.fullscreenElement?.className.includes('csmkit-meeting')")

    # One after the other; who is recused is not shown.
    screen.go()
    shown = [screen.name]
    while len(shown) < 11:
        screen.go()
        shown.append(screen.name)
    assert [name for name in order if name != "Chloé Dubois"] == shown
    page.screenshot(path=tmp_path / "person.png")
    stage = root.locator(".stage").evaluate("s => [s.scrollWidth, s.clientWidth]")
    assert stage[0] <= stage[1]
    for _ in range(10):
        screen.go("PageUp")
    assert screen.name == shown[0]

    # Pre-votes, all at once and without names.
    assert "not shown yet" in root.locator(".person").inner_text()
    screen.press("v")
    root.locator(".votes").wait_for()
    assert "3 votes" in root.locator(".person").inner_text()

    # Three changed with reasons, one taken back and changed again, one parked, one agreed.
    screen.change("exceeds", reason="New", comment="The renewal was hers from the first call.")
    screen.press("n")
    page.keyboard.type("Raises each risk in writing.")
    screen.press("Control+Enter")
    root.locator(".settled li").nth(1).wait_for()
    screen.to(shown[1])
    screen.change("needs", reason="Evidence", comment="Two escalations were the same one.")
    screen.press("u")
    screen.until("open")
    screen.change("meets", reason="Expectation", comment="Mid-level, and on plan.")
    screen.to(shown[2])
    screen.change("exceeds", reason="Context", comment="The hardest book of the team.")
    screen.to(shown[3])
    screen.press("k")
    page.keyboard.type("Deepa brings the contract.")
    screen.press("Control+Enter")
    root.locator(".of-park").wait_for(state="detached", timeout=15_000)
    screen.until("parked")
    screen.to(shown[4])
    screen.press("a")
    screen.until("as proposed")

    # A kernel that is slow is told of, and no longer once it answers; the stage stays in its place.
    stage, told = root.locator(".stage"), root.locator(".trouble")
    stood = stage.bounding_box()["y"]
    kernel = kernel_of(address, "meet")
    kernel.suspend()
    try:
        told.filter(has_text="No answer from the kernel").wait_for(timeout=30_000)
        assert stage.bounding_box()["y"] == stood
    finally:
        kernel.resume()
    told.first.wait_for(state="hidden", timeout=30_000)

    # The kernel dies; run again it is at the same person, with everything.
    page.evaluate("document.exitFullscreen?.()")
    restarted = page.evaluate(
        """async () => {
          const got = await (await fetch('/api/kernels')).json();
          for (const one of got) await fetch(`/api/kernels/${one.id}/restart`, {method: 'POST', headers: {'X-XSRFToken': document.cookie.match(/_xsrf=([^;]*)/)?.[1] ?? ''}});
          return got.length;
        }"""
    )
    assert restarted == 1
    root.locator(".trouble").filter(has_text="No answer from the kernel").wait_for(timeout=30_000)
    page.reload()
    screen.run()
    root.locator(".person").wait_for(timeout=60_000)
    assert screen.name == shown[4]
    screen.press("l")
    root.get_by_role("button", name="As proposed").wait_for()

    # Masked, nothing in the page's source names anybody.
    screen.focus()
    screen.press("m")
    root.locator("h2").filter(has_text="Person ").wait_for()
    root.locator(".person").wait_for()
    team = ck.sample_team()
    people = team.table("people")
    known = [
        *team.subjects["person_id"][:12],
        *people.loc[people["role"].eq("manager"), "person_id"],
    ]
    people = people[people["person_id"].isin(known)]
    source = root.evaluate("node => node.outerHTML")
    names = [*people["name"], *people["email"].dropna(), *team.table("accounts")["name"]]
    assert not [name for name in names if name in source]
    for key in "1345":
        screen.press(key)
        root.locator(".of-detail .table").first.wait_for()
        source = root.evaluate("node => node.outerHTML")
        assert not [name for name in names if name in source]
        screen.press("Escape")
    screen.press("m")
    root.locator("h2").filter(has_text=shown[4]).wait_for()
    root.locator(".person").wait_for()

    # Blanked at once, and back.
    screen.press(".")
    assert root.locator(".cover").is_visible()
    assert not root.locator(".person").is_visible()
    screen.press(".")
    assert root.locator(".person").is_visible()

    # The end: what it did, and the record.
    screen.press("e")
    root.locator(".of-end table").wait_for(timeout=30_000)
    assert "cannot tell" in root.locator(".of-end").inner_text().lower()
    root.get_by_role("button", name="Sign, and write the record").press("Enter")
    root.get_by_text("The record is signed").wait_for(timeout=30_000)
    [file] = (folder / "records").glob("*.json")
    kept = json.loads(file.read_text(encoding="utf-8"))
    ids = dict(zip(team.subjects["name"], team.subjects["person_id"], strict=True))
    done = [(d["person_id"], d["after"], d["reason"], d["undone"]) for d in kept["decisions"]]
    assert done == [
        (ids[shown[0]], "exceeds", "new_evidence", False),
        (ids[shown[1]], "needs", "evidence_reread", True),
        (ids[shown[1]], "meets", "level_expectation", False),
        (ids[shown[2]], "exceeds", "book_context", False),
    ]
    assert [p["person_id"] for p in kept["parked"]] == [ids[shown[3]]]
    assert [a["text"] for a in kept["actions"]] == ["Raises each risk in writing."]
    assert kept["recused"] == [[DEEPA, ids["Chloé Dubois"]]]
    assert [a["person_id"] for a in kept["agenda"]] == [ids[name] for name in order]
    assert not lab_tab.requests


def test_two_windows_one_leads_and_the_other_follows(lab_tab, chromium, work):
    _, address = work
    leader = Screen(lab_tab.page, address, "lead")
    leader.root.get_by_role("button", name="Draw the order").press("Enter")
    leader.root.locator(".card .agenda li").first.wait_for()
    leader.focus()
    leader.go()
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    follower = Screen(context.new_page(), address, "follow")
    follower.root.locator(".lead").filter(has_text="follows").wait_for(timeout=15_000)
    assert follower.name == leader.name
    follower.press("l", "a", "PageDown")
    assert follower.root.get_by_role("button", name="Take the lead").count() == 0
    context.close()


def test_the_next_person_is_there_and_memory_stays_flat(lab_tab, work):
    _, address = work
    page = lab_tab.page
    screen = Screen(page, address, "many")
    screen.root.get_by_role("button", name="Draw the order").press("Enter")
    screen.root.locator(".card .agenda li").first.wait_for()
    time.sleep(1)
    screen.focus()
    screen.go()
    nodes = []
    for at in range(60):
        screen.go("PageDown" if at // 10 % 2 == 0 else "PageUp")
        if at % 20 == 19:
            nodes.append(page.evaluate("document.querySelectorAll('.csmkit-meeting *').length"))
    assert max(nodes) < 1.5 * min(nodes)
