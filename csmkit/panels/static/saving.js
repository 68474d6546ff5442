// What a panel says of its saving: one word for where it stands, and what to do about trouble.

const NOT_SAVED = "No answer from the kernel for 2 seconds. If it was restarted or shut down, run this cell again: what is listed here is kept on this page, and is sent again.";

// `name` names a cell, `back` gives the focus back to it or to the panel, `blank` is said before
// anything was saved. `last` is when something was, `draft` whether a note is still being typed,
// `word` how a value is read, `me` who sits here.
function openSaving({
  desk, saved, trouble, undo, name, back, blank, me = null,
  last = () => desk().session.saved, draft = () => false, word = (value) => WORD[value],
}) {
  function said({ competency, set }) {
    const parts = [];
    if ("value" in set) parts.push(word(set.value));
    if ("note" in set) parts.push("note");
    if (set.add) parts.push(`new item “${set.add.text.slice(0, 80)}”`);
    else if (set.cite?.length) parts.push("item cited");
    if (set.uncite?.length) parts.push("item taken back");
    return `${name(competency)}: ${parts.join(", ")}`;
  }

  function stands() {
    const { session, late } = desk();
    const some = (state) => session.waiting.some((change) => change.state === state);
    if (late().length || session.refused.length || some("refused")) return ["bad", "NOT SAVED"];
    if (some("conflict")) return ["bad", "Not saved: two values"];
    if (session.waiting.length) return ["", "Saving …"];
    if (draft()) return ["", "Note not saved yet"];
    return last() ? ["good", `Saved ${momentOf(last())}`] : ["", blank()];
  }

  function paintSaved() {
    const [sort, text] = stands();
    saved.className = `saved ${sort}`;
    saved.textContent = text;
    undo.disabled = !desk().session.undo.length || Boolean(desk().isClosed());
  }

  function parts() {
    const { session, late, isClosed, again, discard } = desk();
    const held = session.waiting.filter((change) => change.state === "refused");
    const silent = late().length > 0 && !held.length;
    const lost = silent || held.length ? session.waiting.filter((change) => change.state !== "conflict") : [];
    const list = [...lost, ...session.refused];
    const problems = [...new Set([...held, ...session.refused].map((one) => one.problem).filter(Boolean))];
    const found = silent ? [make("p", {}, NOT_SAVED)] : [];
    for (const text of problems) found.push(make("p", { class: "why" }, isolated(text)));
    if (list.length) {
      found.push(make("ul", { "aria-label": "Not saved" }, ...list.map((change) => make("li", {}, isolated(said(change))))),
        make("div", { class: "buttons" },
          lost.length && !isClosed() ? make("button", { type: "button", class: "primary", "data-key": "again", onclick: () => again() }, "Try again") : null,
          silent ? null : make("button", { type: "button", "data-key": "discard", onclick: () => { discard(); back(); } }, `Let ${many(list.length, "change")} go`)));
    }
    for (const change of session.waiting) if (change.state === "conflict") found.push(conflict(change));
    return found;
  }

  function conflict({ competency, theirs }) {
    const mine = desk().current(competency);
    const other = theirs.who && theirs.writer !== me ? theirs.who : "Other window";
    const cited = mine.evidence.join() !== theirs.evidence.join();
    const side = (who, cell) => make("div", { class: "side" }, make("b", {}, `${who}: `), cell.value in OUTLINE ? shape(cell.value) : null, ` ${word(cell.value)}`,
      cited ? `, ${many(cell.evidence.length, "item")} cited` : null,
      mine.note !== theirs.note ? make("div", { class: "said" }, cell.note ? isolated(cell.note) : "no note") : null);
    const choose = (own) => { desk().decide(competency, own); back(competency); };
    const button = (key, own, text, value) => make("button", { type: "button", class: own ? "primary" : "", "data-key": `${key} ${competency}`, onclick: () => choose(own) },
      mine.value === theirs.value ? text : `${text}: ${word(value)}`);
    return make("div", { class: "conflict", role: "group", "aria-label": `Two values for ${name(competency)}` },
      make("p", {}, make("b", {}, isolated(name(competency))), " was changed in the meantime. Nothing is overwritten until you choose."),
      make("div", { class: "sides" }, side("You", mine), side(`${other}, ${momentOf(theirs.at)}`, theirs)),
      make("div", { class: "buttons" }, button("mine", true, "Keep mine", mine.value), button("theirs", false, "Take the other", theirs.value)));
  }

  // It may come under a mouse that is about to click on what was there: that click is no answer.
  let passing = 0;
  function letPass() {
    clearTimeout(passing);
    trouble.style.pointerEvents = byKeyboard() ? "" : "none";
    passing = setTimeout(() => { trouble.style.pointerEvents = ""; }, 700);
  }

  function paintTrouble() {
    const found = parts();
    const before = document.activeElement?.dataset?.key;
    const inside = trouble.contains(document.activeElement);
    const text = found.map((part) => part.textContent).join("\n");
    // Drawn only when it says something new: it is read aloud.
    if (text !== (trouble.dataset.text ?? "")) {
      trouble.dataset.text = text;
      trouble.replaceChildren(...found);
      letPass();
      const same = [...trouble.querySelectorAll("[data-key]")].find((node) => node.dataset.key === before);
      if (inside) (same ?? trouble.querySelector("button") ?? { focus: () => back() }).focus();
    }
    if (trouble.hidden === !found.length) return;
    trouble.hidden = !found.length;
    // What is told takes room: what is in hand stays in sight.
    const at = document.activeElement;
    if (found.length && byKeyboard() && trouble.parentElement.contains(at)) at.scrollIntoView({ block: "nearest" });
  }

  return { saved: paintSaved, paint: () => { paintSaved(); paintTrouble(); } };
}
