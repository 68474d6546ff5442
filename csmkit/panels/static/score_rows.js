// The rows of the matrix: one radio group each, one tab stop for all of them.

function openRows(shown, desk, { go, set }) {
  const root = make("div", { class: "rows", role: "group", "aria-label": "Competencies" });
  const rows = new Map();
  const here = { id: shown.rows[0].id, choice: "" };

  root.append(make("div", { class: "heads", "aria-hidden": "true" }, make("span", { class: "pillar" }),
    ...VALUES.map((value) => make("span", { class: "head" }, WORD[value])), make("span", {}), make("span", { class: "head last" }, "Evidence")));
  shown.pillars.forEach((pillar, n) => {
    const of = shown.rows.filter((row) => row.pillar === pillar);
    root.append(make("div", { class: "of", role: "group", "aria-label": pillar },
      make("h4", { "aria-hidden": "true" }, make("span", { class: "key" }, n < 9 ? String(n + 1) : ""), pillar), ...of.map(one)));
  });

  function one(row) {
    const expected = row.expected?.colour;
    const radios = VALUES.map((value) => {
      const radio = make("button", {
        type: "button", class: `choice ${value === expected ? "expected" : ""}`, role: "radio", "aria-checked": "false", tabindex: "-1",
        "aria-label": WORD[value] + (value === expected ? `, expected of ${shown.person.level}` : ""), "data-key": `${row.id} ${value}`,
        title: WORD[value] + (value === expected ? `: what is expected of ${shown.person.level}` : ""),
        onclick: () => { set(row.id, value); focus(row.id, value, { still: true }); },
        onfocus: () => { here.choice = value; go(row.id); },
      }, shape(value));
      return radio;
    });
    const word = make("span", { class: "word", "aria-hidden": "true" });
    const note = make("span", { class: "noted" });
    const count = make("span", { class: "count" });
    const marks = make("span", { class: "marks" }, note, count);
    const group = make("div", { class: "choices", role: "radiogroup", "aria-label": row.name }, ...radios);
    const node = make("div", { class: "row", "data-row": row.id, onclick: (event) => event.target.closest("button") || focus(row.id, chosen(row.id), { still: true }) },
      make("span", { class: "name" }, row.name, row.not_expected ? make("span", { class: "apart" }, " not expected of this role") : null), group, word, marks);
    rows.set(row.id, { row, node, radios, group, word, note, count });
    return node;
  }

  const chosen = (id) => {
    const { value } = desk.current(id);
    return value || here.choice || VALUES[0];
  };

  function focus(id, value = chosen(id), { still = false } = {}) {
    here.id = id;
    const radio = rows.get(id).radios[VALUES.indexOf(value)];
    radio.focus({ preventScroll: true });
    if (!still) radio.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const ids = shown.rows.map((one) => one.id);
    const to = ids[Math.min(Math.max(ids.indexOf(here.id) + by, 0), ids.length - 1)];
    focus(to);
  }

  function side(by) {
    const at = VALUES.indexOf(here.choice || chosen(here.id));
    focus(here.id, VALUES[Math.min(Math.max(at + by, 0), VALUES.length - 1)]);
  }

  function pillar(n) {
    const first = shown.rows.find((one) => one.pillar === shown.pillars[n - 1]);
    if (first) focus(first.id);
  }

  const supported = (cell) => cell.dated.length > 0;
  const unsupported = (id) => {
    const cell = desk.current(id);
    return COLOURS.includes(cell.value) && !supported(cell);
  };

  const drawn = new Map();
  function paint(counts) {
    for (const [id, { row, node, radios, group, word, note, count }] of rows) {
      const cell = desk.current(id);
      const waiting = desk.queue(id);
      const conflict = waiting.some((change) => change.state === "conflict");
      const current = id === here.id;
      const file = counts[id] ?? row.on_file;
      const bare = unsupported(id);
      const choice = current ? here.choice || chosen(id) : "";
      // A click changes one row or two: the others are left alone.
      const state = [cell.value, cell.evidence.length, Boolean(cell.note), waiting.length > 0, conflict, choice, file, bare, Boolean(desk.isClosed())].join();
      if (drawn.get(id) === state) continue;
      drawn.set(id, state);
      node.classList.toggle("here", current);
      node.classList.toggle("pending", waiting.length > 0);
      radios.forEach((radio, n) => {
        const on = VALUES[n] === cell.value;
        radio.setAttribute("aria-checked", String(on));
        radio.tabIndex = current && VALUES[n] === choice ? 0 : -1;
        radio.setAttribute("aria-disabled", String(Boolean(desk.isClosed())));
      });
      word.textContent = cell.value ? WORD[cell.value] : "";
      word.className = `word ${waiting.length ? "waits" : ""}`;
      note.textContent = cell.note ? "✎" : "";
      note.title = cell.note ? "has a note" : "";
      count.className = `count ${bare || conflict ? "bad" : ""}`;
      count.textContent = conflict ? "two values" : bare ? "unsupported" : cell.evidence.length ? `${cell.evidence.length} cited` : file ? `${file} on file` : "";
      const said = [row.name, cell.value ? "" : "not scored", conflict ? "two values, choose one" : "", bare ? "unsupported: no dated item cited" : many(cell.evidence.length, "item") + " cited",
        cell.note ? "has a note" : "", waiting.length ? "not saved yet" : "", row.not_expected ? "not expected of this role" : ""];
      group.setAttribute("aria-label", said.filter(Boolean).join(", "));
    }
  }

  return { root, here, focus, step, side, pillar, unsupported, paint };
}
