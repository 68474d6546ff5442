// The scoring panel. The store behind the kernel holds the scores; this shows what it has, and
// calls saved only what it said it has.

function render({ model, el }) {
  const shown = model.get("shown");
  const root = make("section", { class: "csmkit-score", "aria-label": `Scores of ${shown.person.name}` });
  let counts = {};
  const added = new Set(); // changes that put a new item on file

  const progress = make("span", { class: "done" });
  const bare = make("div", { class: "bare", hidden: true });
  const bareName = make("button", { type: "button", class: "link bad", "aria-expanded": "false", "data-key": "bare", onclick: () => fold(bareName, bare) });
  const saved = make("strong", { class: "saved" });
  const live = make("span", { class: "unseen", role: "status", "aria-live": "polite" });
  const undoButton = make("button", { type: "button", "data-key": "undo", title: "Undo the last change (u)", onclick: undo }, "Undo");
  const keysButton = make("button", { type: "button", "data-key": "keys", "aria-expanded": "false", title: "All keys (?)", onclick: () => fold(keysButton, keys) }, "Keys");
  const screenButton = make("button", { type: "button", "data-key": "screen", title: "Full screen (f)", onclick: fullscreen }, "Full screen");
  const keys = make("div", { class: "keys", role: "region", "aria-label": "Keys", hidden: true },
    make("dl", {}, ...shown.keys.map(([key, does]) => make("div", {}, make("dt", {}, key), make("dd", {}, does)))));
  const trouble = make("div", { class: "trouble", role: "alert", hidden: true });
  const closed = make("p", { class: "closed", role: "status", hidden: true });

  const desk = openDesk(model, paint);
  const rows = openRows(shown, desk, { go, set });
  const detail = openDetail(shown, desk, { ask, cite, note: paintSaving, add, back: () => rows.focus(rows.here.id) });
  const byId = new Map(shown.rows.map((row) => [row.id, row]));

  root.append(
    make("header", {},
      make("div", { class: "who" }, make("h2", {}, isolated(shown.person.name)),
        make("p", { class: "muted" }, [shown.person.role, shown.person.level, shown.person.manager && `manager ${shown.person.manager}`, shown.period].filter(Boolean).join(" · "),
          " · ", make("b", {}, shown.phase), shown.scorer === shown.person.name ? "" : ` by ${shown.scorer}`)),
      make("div", { class: "standing" }, make("div", {}, saved), make("div", {}, progress, bareName)),
      make("div", { class: "tools" }, undoButton, keysButton, screenButton)),
    strip(), bare, keys, closed, trouble,
    make("div", { class: "body" }, rows.root, detail.root),
    make("footer", { "aria-hidden": "true" }, ...["r y g n|score", "↑ ↓|rows", "e|evidence", "Space|cite", "w|note", "u|undo", "Esc|back", "?|all keys"].map((one) => {
      const [key, does] = one.split("|");
      return make("span", {}, make("b", { class: "key" }, key), ` ${does}`);
    })),
    live);
  el.replaceChildren(root);

  function strip() {
    const { headline, facts, health, notes } = shown.book;
    return make("div", { class: "strip", role: "group", "aria-label": "The book, before a word is written" },
      make("p", { class: "headline" }, isolated(headline)),
      make("ul", { class: "facts" },
        health.length ? make("li", {}, "Health at hand-over ", ...health.map((one) => make("span", { class: "health" }, shape(one.status), make("b", {}, ` ${one.accounts}`), one.share ? ` (${one.share})` : "", make("span", { class: "unseen" }, ` ${one.status}`)))) : null,
        ...facts.map(([label, value]) => make("li", {}, `${label} `, make("b", {}, value)))),
      notes.length ? make("ul", { class: "notes" }, ...notes.map((one) => make("li", {}, isolated(one)))) : null);
  }

  function fold(button, what, open = what.hidden) {
    what.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  }

  const say = (text) => { live.textContent = text; };

  function ask(message) {
    try {
      model.send(message);
    } catch {
      // Without a kernel nothing comes back, which is what is told.
    }
  }

  function go(id) {
    rows.here.id = id;
    detail.show(byId.get(id));
    rows.paint(counts);
  }

  function readOnly() {
    if (desk.isClosed()) say(desk.isClosed());
    return Boolean(desk.isClosed());
  }

  function set(id, value) {
    if (readOnly()) return;
    // The change leaves first: to move the focus makes the browser lay out the page.
    desk.push(id, { value });
    if (root.contains(document.activeElement) && document.activeElement.closest(".rows, .tools")) rows.focus(id, value || undefined);
    say(`${byId.get(id).name}: ${WORD[value]}`);
  }

  function cite(id, item, on) {
    desk.push(id, on ? { cite: [item] } : { uncite: [item] });
    detail.forget(id);
  }

  function add(id, item) {
    const own = `own-${newKey()}`;
    added.add(desk.push(id, { cite: [own], add: { id: own, ...item } })?.key);
    detail.forget(id);
  }

  function undo() {
    if (readOnly()) return;
    const last = desk.undo();
    if (!last) return say("Nothing to undo.");
    rows.focus(last.competency);
    detail.forget(last.competency);
    say(`Undone: ${byId.get(last.competency)?.name}`);
  }

  function fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen();
  }

  function paintProgress() {
    const values = shown.rows.map((row) => desk.current(row.id).value);
    const without = shown.rows.filter((row) => rows.unsupported(row.id));
    progress.textContent = `${values.filter(Boolean).length} of ${values.length} scored · ${values.filter((value) => value === "not_observed").length} not observed · `;
    bareName.textContent = `${without.length} unsupported`;
    bareName.disabled = !without.length;
    if (!without.length) fold(bareName, bare, false);
    const names = without.map((row) => row.id).join();
    if (bare.dataset.names === names) return;
    bare.dataset.names = names;
    bare.replaceChildren(make("span", {}, "No dated item is cited for: "), ...without.map((row) => make("button", {
      type: "button", class: "link", "data-key": `bare ${row.id}`, onclick: () => rows.focus(row.id),
    }, row.name)));
  }

  const label = ({ competency, set }) => {
    const parts = [];
    if ("value" in set) parts.push(WORD[set.value]);
    if ("note" in set) parts.push("note");
    if (set.add) parts.push(`new item “${set.add.text.slice(0, 80)}”`);
    else if (set.cite?.length) parts.push("item cited");
    if (set.uncite?.length) parts.push("item taken back");
    return `${byId.get(competency)?.name ?? competency}: ${parts.join(", ")}`;
  };

  function paintSaving() {
    const { session } = desk;
    const late = desk.late();
    const conflicts = session.waiting.some((change) => change.state === "conflict");
    const refused = session.refused.length || session.waiting.some((change) => change.state === "refused");
    const drafts = [...session.drafts].some(([id, said]) => said !== desk.current(id).note);
    const last = [session.saved, ...shown.rows.map((row) => desk.stored(row.id).at ?? "")].sort().at(-1);
    saved.className = "saved";
    if (late.length || refused) {
      saved.classList.add("bad");
      saved.textContent = "NOT SAVED";
    } else if (conflicts) {
      saved.classList.add("bad");
      saved.textContent = "Not saved: two values";
    } else if (session.waiting.length) saved.textContent = "Saving …";
    else if (drafts) saved.textContent = "Note not saved yet";
    else if (last) {
      saved.classList.add("good");
      saved.textContent = `Saved ${momentOf(last)}`;
    } else saved.textContent = "Nothing scored yet";
    undoButton.disabled = !session.undo.length || Boolean(desk.isClosed());
  }

  function paintTrouble() {
    const { session } = desk;
    const late = desk.late();
    const held = session.waiting.filter((change) => change.state === "refused");
    const conflicts = session.waiting.filter((change) => change.state === "conflict");
    const problems = [...new Set([...held, ...session.refused].map((one) => one.problem))];
    const lost = late.length || held.length ? session.waiting.filter((change) => change.state !== "conflict") : [];
    const list = [...lost, ...session.refused];
    const parts = [];
    if (late.length && !held.length) parts.push(make("p", {}, "No answer from the kernel for 2 seconds. If it was restarted or shut down, run this cell again: what is listed here is kept on this page, and is sent again."));
    for (const text of problems) parts.push(make("p", { class: "why" }, isolated(text)));
    if (list.length) {
      parts.push(make("ul", { "aria-label": "Not saved" }, ...list.map((change) => make("li", {}, isolated(label(change))))),
        make("div", { class: "buttons" },
          lost.length && !desk.isClosed() ? make("button", { type: "button", class: "primary", "data-key": "again", onclick: () => desk.again() }, "Try again") : null,
          late.length && !held.length ? null : make("button", { type: "button", "data-key": "discard", onclick: () => { desk.discard(); rows.focus(rows.here.id); } }, `Let ${many(list.length, "change")} go`)));
    }
    for (const change of conflicts) parts.push(conflict(change));
    const before = document.activeElement?.dataset?.key;
    const inside = trouble.contains(document.activeElement);
    const text = parts.map((part) => part.textContent).join("\n");
    // Drawn only when it says something new: it is read aloud.
    if (text !== trouble.dataset.text) {
      trouble.dataset.text = text;
      trouble.replaceChildren(...parts);
      if (inside) ([...trouble.querySelectorAll("[data-key]")].find((node) => node.dataset.key === before) ?? (parts.length ? trouble.querySelector("button") : null) ?? { focus: () => rows.focus(rows.here.id) }).focus();
    }
    if (trouble.hidden !== !parts.length) {
      trouble.hidden = !parts.length;
      // What is told takes room: the row in hand stays in sight.
      if (rows.root.contains(document.activeElement)) document.activeElement.scrollIntoView({ block: "nearest" });
    }
  }

  function conflict({ competency, theirs }) {
    const mine = desk.current(competency);
    const where = theirs.writer === shown.me ? "other window" : theirs.who || "somebody";
    const side = (who, cell) => make("div", { class: "side" }, make("b", {}, `${who}: `), cell.value ? shape(cell.value) : null, ` ${WORD[cell.value]}`,
      mine.evidence.join() !== theirs.evidence.join() ? `, ${many(cell.evidence.length, "item")} cited` : null,
      mine.note !== theirs.note ? make("div", { class: "said" }, cell.note ? isolated(cell.note) : "no note") : null);
    const choose = (own) => { desk.decide(competency, own); detail.forget(competency); rows.focus(competency); };
    return make("div", { class: "conflict", role: "group", "aria-label": `Two values for ${byId.get(competency)?.name}` },
      make("p", {}, make("b", {}, byId.get(competency)?.name), " was changed in the meantime. Nothing is overwritten until you choose."),
      make("div", { class: "sides" }, side("You", mine), side(`${capital(where)}, ${momentOf(theirs.at)}`, theirs)),
      make("div", { class: "buttons" },
        make("button", { type: "button", class: "primary", "data-key": `mine ${competency}`, onclick: () => choose(true) }, `Keep mine${mine.value !== theirs.value ? `: ${WORD[mine.value]}` : ""}`),
        make("button", { type: "button", "data-key": `theirs ${competency}`, onclick: () => choose(false) }, `Take the other${mine.value !== theirs.value ? `: ${WORD[theirs.value]}` : ""}`)));
  }

  function paint() {
    rows.paint(counts);
    detail.paint();
    paintProgress();
    paintSaving();
    paintTrouble();
    closed.hidden = !desk.isClosed();
    closed.textContent = desk.isClosed();
    root.classList.toggle("read-only", Boolean(desk.isClosed()));
  }

  function take(answer) {
    if (answer.answer === "looked") {
      counts = answer.counts;
      detail.take(answer);
      rows.paint(counts);
    } else if (answer.answer === "history") detail.take(answer);
    else if (answer.answer === "refused" && answer.key === undefined) detail.refused(answer);
    else {
      desk.take(answer);
      if (answer.answer === "saved") {
        const waiting = desk.session.waiting.length;
        if (!waiting) say(`${byId.get(answer.competency)?.name}: saved ${clockOf(answer.at)}`);
      }
      if (added.delete(answer.key) && answer.competency === rows.here.id) {
        detail.forget(answer.competency);
        detail.look();
      }
    }
  }

  const TYPING = 'textarea, select, input:not([type="checkbox"])';
  function keydown(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const command = event.ctrlKey || event.metaKey;
    const target = event.target;
    const inRows = Boolean(target.closest(".rows"));
    const inDetail = Boolean(target.closest(".detail"));
    if (command && key === "s" && !event.altKey) {
      event.preventDefault();
      return detail.keep();
    }
    if (key === "Escape") {
      if (!keys.hidden) return fold(keysButton, keys, false);
      if (document.fullscreenElement && inRows) return undefined;
      event.preventDefault();
      detail.keep();
      detail.leaveForm();
      return rows.focus(rows.here.id);
    }
    if (target.matches(TYPING)) return undefined;
    if (command && key === "z" && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      return undo();
    }
    if (command || event.altKey) return undefined;
    const acts = {
      r: () => set(rows.here.id, "red"), y: () => set(rows.here.id, "yellow"), g: () => set(rows.here.id, "green"), n: () => set(rows.here.id, "not_observed"),
      u: undo, e: () => detail.enter(), w: () => detail.toNote(), a: () => readOnly() || detail.openForm(), f: fullscreen, "?": () => fold(keysButton, keys),
      Delete: () => set(rows.here.id, ""), Backspace: () => set(rows.here.id, ""),
    };
    for (let n = 1; n <= 9; n += 1) acts[n] = () => rows.pillar(n);
    if (inRows) {
      Object.assign(acts, { ArrowDown: () => rows.step(1), ArrowUp: () => rows.step(-1), ArrowLeft: () => rows.side(-1), ArrowRight: () => rows.side(1),
        Home: () => rows.step(-999), End: () => rows.step(999), Enter: () => detail.enter() });
    }
    if (inDetail && target.matches("input[data-item]")) Object.assign(acts, { ArrowDown: () => detail.step(1), ArrowUp: () => detail.step(-1) });
    const act = acts[key];
    if (!act) return undefined;
    event.preventDefault();
    return act();
  }

  shield(root, keydown);
  let pressed = 0;
  root.addEventListener("pointerdown", () => { pressed = Date.now(); }, true);
  // A step inside the panel is no business of the notebook, which would look at all its cells.
  const inside = (event) => { if (root.contains(event.relatedTarget)) event.stopPropagation(); };
  root.addEventListener("focusout", inside);
  root.addEventListener("focusin", (event) => {
    inside(event);
    // Whoever works here by keyboard wants to see the whole of it; under a mouse nothing may move.
    const { top, bottom } = root.getBoundingClientRect();
    if (Date.now() - pressed > 500 && (top < 90 || bottom > innerHeight - 20)) root.scrollIntoView({ block: "start" });
  });
  model.on("msg:custom", take);
  desk.pump();
  paint();
  go(rows.here.id);
  return () => {
    detail.keep();
    model.off("msg:custom", take);
    desk.close();
  };
}

export default { render };
