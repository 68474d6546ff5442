// The scoring panel. The store behind the kernel holds the scores; this shows what it has, and
// calls saved only what it said it has.

const TOLD = 8000; // how long what was just done is told

function render({ model, el }) {
  const shown = model.get("shown");
  const root = make("section", { class: "csmkit-score", "aria-label": `Scores of ${shown.person.name}` });
  let counts = {};
  const added = new Map(); // the new item a change puts on file, by the change's key

  const progress = make("span", { class: "done" });
  const bare = make("div", { class: "bare", hidden: true });
  const bareName = make("button", { type: "button", class: "link bad", "aria-expanded": "false", "data-key": "bare", onclick: openBare });
  const saved = make("strong", { class: "saved" });
  const live = make("span", { class: "unseen", role: "status", "aria-live": "polite" });
  const told = make("p", { class: "told", "aria-hidden": "true", hidden: true });
  let telling = 0;
  const undoButton = make("button", { type: "button", "data-key": "undo", title: "Undo the last change (u)", onclick: undo }, "Undo");
  const keysButton = make("button", { type: "button", "data-key": "keys", "aria-expanded": "false", title: "All keys (?)", onclick: () => fold(keysButton, keys) }, "Keys");
  const screenButton = make("button", { type: "button", "data-key": "screen", title: "Full screen (f)", onclick: fullscreen }, "Full screen");
  const keys = make("div", { class: "keys", role: "region", "aria-label": "Keys", hidden: true },
    make("dl", {}, ...shown.keys.map(([key, does]) => make("div", {}, make("dt", {}, key), make("dd", {}, does)))));
  const trouble = make("div", { class: "trouble", role: "alert", hidden: true });
  const closed = make("p", { class: "closed", role: "status", hidden: true });

  const book = openBook(shown.book);
  const desk = openDesk(model, paint);
  const rows = openRows(shown, desk, { go, set });
  const detail = openDetail(shown, desk, { ask, cite, note: () => saving.saved(), add, back: () => rows.focus(rows.here.id) });
  const byId = new Map(shown.rows.map((row) => [row.id, row]));
  const saving = openSaving({
    desk: () => desk, saved, trouble, undo: undoButton, back, me: shown.me, blank: () => (shown.rows.some((row) => desk.current(row.id).value) ? "Nothing changed yet" : "Nothing scored yet"),
    name: (id) => byId.get(id)?.name ?? id,
    last: () => [desk.session.saved, ...shown.rows.map((row) => desk.stored(row.id).at ?? "")].sort().at(-1),
    draft: () => [...desk.session.drafts].some(([id, said]) => said !== desk.current(id).note),
  });

  root.append(
    make("header", {},
      make("div", { class: "who" }, make("h2", {}, isolated(shown.person.name)),
        make("p", { class: "muted" }, [shown.person.role, shown.person.level, shown.person.manager && `manager ${shown.person.manager}`, shown.period].filter(Boolean).join(" · "),
          " · ", make("b", {}, shown.phase), shown.scorer === shown.person.name ? "" : ` by ${shown.scorer}`)),
      make("div", { class: "standing" }, make("div", {}, saved), make("div", {}, progress, bareName)),
      make("div", { class: "tools" }, undoButton, keysButton, screenButton)),
    book.root, keys, closed,
    make("div", { class: "body" }, rows.root, detail.root),
    // What comes and grows by itself stands below: no row moves away under a mouse.
    bare, trouble,
    make("footer", { "aria-hidden": "true" }, ...["r y g n|score", "↑ ↓|rows", "e|evidence", "Space|cite", "w|note", "u|undo", "Esc|back", "?|all keys"].map((one) => {
      const [key, does] = one.split("|");
      return make("span", {}, make("b", { class: "key" }, key), ` ${does}`);
    })),
    told, live);
  el.replaceChildren(root);

  function fold(button, what, open = what.hidden) {
    what.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  }

  // Its names stand below the rows: by keyboard the way to them is long.
  function openBare() {
    fold(bareName, bare);
    if (byKeyboard() && !bare.hidden) bare.querySelector("button").focus();
  }

  const say = (text) => { live.textContent = text; };

  // Said, and for a while seen: it lies over the keys below, so that nothing moves.
  function tell(text = "") {
    clearTimeout(telling);
    if (text) say(text);
    told.textContent = text;
    told.hidden = !text;
    if (text) telling = setTimeout(tell, TOLD);
  }

  function back(id = rows.here.id) {
    detail.forget(id);
    rows.focus(id);
  }

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
    const same = desk.current(id).value === value;
    // The change leaves first: to move the focus makes the browser lay out the page.
    desk.push(id, { value });
    const at = document.activeElement;
    if (root.contains(at) && at.closest(".rows, .tools")) rows.focus(id, value || undefined, { still: !byKeyboard() });
    if (same) return tell(`${byId.get(id).name}: already ${WORD[value].toLowerCase()}`);
    tell();
    return say(`${byId.get(id).name}: ${WORD[value]}`);
  }

  function cite(id, item, on) {
    desk.push(id, on ? { cite: [item] } : { uncite: [item] });
    detail.forget(id);
  }

  function add(id, item) {
    tell();
    const own = `own-${newKey()}`;
    const change = desk.push(id, { cite: [own], add: { id: own, ...item } });
    if (change) added.set(change.key, own);
    detail.forget(id);
  }

  function undo() {
    if (readOnly()) return;
    const last = desk.undo();
    if (!last) return tell("Nothing to undo.");
    rows.focus(last.competency);
    detail.forget(last.competency);
    return tell(undone(last, byId.get(last.competency)?.name ?? last.competency));
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

  function paint() {
    rows.paint(counts);
    detail.paint();
    paintProgress();
    saving.paint();
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
      if (added.has(answer.key) && answer.competency === rows.here.id) {
        detail.forget(answer.competency);
        detail.look({ bring: added.get(answer.key) });
      }
      added.delete(answer.key);
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
    if (target.matches(TYPING) || target.closest("form")) return undefined;
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
  // A step inside the panel is no business of the notebook, which would look at all its cells.
  const inside = (event) => { if (root.contains(event.relatedTarget)) event.stopPropagation(); };
  root.addEventListener("focusout", inside);
  root.addEventListener("focusin", (event) => {
    inside(event);
    // Whoever works here by keyboard wants to see the whole of it.
    const { top, bottom } = root.getBoundingClientRect();
    if (byKeyboard() && !event.target.matches(TYPING) && (top < 90 || bottom > innerHeight - 20)) root.scrollIntoView({ block: "start" });
  });
  model.on("msg:custom", take);
  desk.pump();
  paint();
  go(rows.here.id);
  return () => {
    detail.keep();
    model.off("msg:custom", take);
    book.close();
    clearTimeout(telling);
    desk.close();
  };
}

export default { render };
