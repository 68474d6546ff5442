// What a panel says of its saving: one word for where it stands, and what to do about trouble.

const NOT_SAVED = "No answer from the kernel for 2 seconds. If it was restarted or shut down, run this cell again: what is listed here is kept on this page, and is sent again.";

// `name` names a place, `back` gives the focus back to the panel, `blank` is said before anything was saved.
function openSaving({ desk, saved, trouble, undo, name, back, blank }) {
  const label = ({ competency, set }) => `${name(competency)}: ${set.value ? WORD[set.value] : "no value"}`;

  function paintSaved() {
    const { session, late } = desk();
    const conflicts = session.waiting.some((change) => change.state === "conflict");
    const refused = session.refused.length || session.waiting.some((change) => change.state === "refused");
    saved.className = "saved";
    if (late().length || refused) {
      saved.classList.add("bad");
      saved.textContent = "NOT SAVED";
    } else if (conflicts) {
      saved.classList.add("bad");
      saved.textContent = "Not saved: two values";
    } else if (session.waiting.length) saved.textContent = "Saving …";
    else if (session.saved) {
      saved.classList.add("good");
      saved.textContent = `Saved ${momentOf(session.saved)}`;
    } else saved.textContent = blank();
    undo.disabled = !session.undo.length || Boolean(desk().isClosed());
  }

  function parts() {
    const { session, late, isClosed, again, discard } = desk();
    const silent = late().length > 0;
    const held = session.waiting.filter((change) => change.state === "refused");
    const lost = silent || held.length ? session.waiting.filter((change) => change.state !== "conflict") : [];
    const list = [...lost, ...session.refused];
    const problems = [...new Set([...held, ...session.refused].map((one) => one.problem).filter(Boolean))];
    const found = silent && !held.length ? [make("p", {}, NOT_SAVED)] : [];
    for (const text of problems) found.push(make("p", { class: "why" }, isolated(text)));
    if (list.length) {
      found.push(make("ul", { "aria-label": "Not saved" }, ...list.map((change) => make("li", {}, isolated(label(change))))),
        make("div", { class: "buttons" },
          lost.length && !isClosed() ? make("button", { type: "button", class: "primary", "data-key": "again", onclick: () => again() }, "Try again") : null,
          silent && !held.length ? null : make("button", { type: "button", "data-key": "discard", onclick: () => { discard(); back(); } }, `Let ${many(list.length, "change")} go`)));
    }
    for (const change of session.waiting) if (change.state === "conflict") found.push(conflict(change));
    return found;
  }

  function conflict({ competency, theirs }) {
    const mine = desk().current(competency);
    const side = (who, cell) => make("div", { class: "side" }, make("b", {}, `${who}: `), cell.value ? shape(cell.value) : null, ` ${WORD[cell.value]}`);
    const choose = (own) => { desk().decide(competency, own); back(competency); };
    return make("div", { class: "conflict", role: "group", "aria-label": `Two values for ${name(competency)}` },
      make("p", {}, make("b", {}, isolated(name(competency))), " was changed in the meantime. Nothing is overwritten until you choose."),
      make("div", { class: "sides" }, side("You", mine), side(`${capital(theirs.who || "other window")}, ${momentOf(theirs.at)}`, theirs)),
      make("div", { class: "buttons" },
        make("button", { type: "button", class: "primary", "data-key": `mine ${competency}`, onclick: () => choose(true) }, `Keep mine: ${WORD[mine.value]}`),
        make("button", { type: "button", "data-key": `theirs ${competency}`, onclick: () => choose(false) }, `Take the other: ${WORD[theirs.value]}`)));
  }

  function paintTrouble() {
    const found = parts();
    const before = document.activeElement?.dataset?.key;
    const inside = trouble.contains(document.activeElement);
    const text = found.map((part) => part.textContent).join("\n");
    // Drawn only when it says something new: it is read aloud.
    if (text !== trouble.dataset.text) {
      trouble.dataset.text = text;
      trouble.replaceChildren(...found);
      const same = [...trouble.querySelectorAll("[data-key]")].find((node) => node.dataset.key === before);
      if (inside) (same ?? trouble.querySelector("button") ?? { focus: () => back() }).focus();
    }
    trouble.hidden = !found.length;
  }

  return () => { paintSaved(); paintTrouble(); };
}
