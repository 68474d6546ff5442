// The grid of the heatmap: people by competencies, one tab stop, moved in by arrows.

const SIGN = { r: "red", y: "yellow", g: "green", n: "not_observed", ".": "" };
const CODE = { red: "r", yellow: "y", green: "g", not_observed: "n", "": "." };
const share = (part, of) => (of ? `${Math.round((100 * part) / of)}%` : "–");

// The order is never by colour: nobody is ranked.
const ORDERS = {
  given: ["As in the export", () => 0],
  name: ["By name", (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })],
  coverage: ["By coverage, least first", (a, b) => a.covered - b.covered],
};

function openGrid(sheet, { state, here, moved, opened }) {
  const root = make("div", { class: "scroll" });
  const hint = `heat-${newKey()}`;
  const cells = new Map(); // "key at" -> td
  const counts = new Map(); // row key, or column at -> the two cells of its coverage
  let rows = [];
  let columns = [];

  const td = (key, at) => cells.get(`${key} ${at}`);

  function choose() {
    const { table, filters, see } = state();
    columns = sheet.columns.map((column, at) => ({ ...column, at })).filter((one) => !filters.pillar || one.pillar === filters.pillar);
    rows = table.rows.filter((row) => ["level", "manager", "role"].every((name) => !filters[name] || row[name] === filters[name]));
    if (filters.order === "given") return;
    for (const row of rows) row.covered = covered(columns.map(({ at }) => see(row, at))).share;
    rows = rows.toSorted(ORDERS[filters.order][1]);
  }

  function covered(seen) {
    const of = { all: 0, scored: 0, colours: 0, dated: 0 };
    for (const { value, dated, na } of seen) {
      if (na && !value) continue;
      of.all += 1;
      if (!value) continue;
      of.scored += 1;
      if (value === "not_observed") continue;
      of.colours += 1;
      if (dated) of.dated += 1;
    }
    return { ...of, share: of.all ? of.scored / of.all : 0 };
  }

  function build() {
    choose();
    cells.clear();
    counts.clear();
    const { table } = state();
    const first = (n) => n === 0 || columns[n].pillar !== columns[n - 1].pillar;
    const names = make("tr", { role: "row", class: "names", "aria-rowindex": "1" },
      make("th", { role: "columnheader", class: "corner", scope: "col" }, make("span", {}, table.masked ? "Names are masked" : many(rows.length, "person", "people"))),
      ...columns.map((column, n) => make("th", { role: "columnheader", scope: "col", class: first(n) ? "first" : "", "aria-label": column.name, title: column.name },
        make("div", { class: "slant" }, make("bdi", {}, column.head)))),
      ...["Scored", "Dated"].map((name, n) => make("th", { role: "columnheader", scope: "col", class: `count ${n ? "" : "first"}` }, name)));
    const bands = make("tr", { role: "row", class: "bands", "aria-hidden": "true" }, make("th", { class: "corner" }));
    for (const pillar of sheet.pillars) {
      const span = columns.filter((one) => one.pillar === pillar).length;
      if (span) bands.append(make("th", { colspan: span, class: "first", title: pillar }, make("bdi", {}, pillar)));
    }
    bands.append(make("th", { colspan: 2, class: "first" }, "Coverage"));
    const body = make("tbody", {}, ...rows.map((row, y) => line(row, y, first)));
    const foot = make("tfoot", {}, ...["scored", "dated"].map((what, n) => make("tr", { role: "row", "aria-rowindex": rows.length + 2 + n },
      make("th", { role: "rowheader", scope: "row" }, n ? "Dated" : "Scored"),
      ...columns.map((column, x) => {
        const cell = make("td", { role: "gridcell", class: first(x) ? "first" : "" });
        counts.set(`${what} ${column.at}`, cell);
        return cell;
      }),
      ...[0, 1].map((x) => {
        const cell = make("td", { role: "gridcell", class: x ? "" : "first" });
        if (n === x) counts.set(`all ${what}`, cell);
        return cell;
      }))));
    const grid = make("table", {
      role: "grid", class: table.view === "beside" ? "beside" : "", "aria-label": `${state().title}: people by competencies`, "aria-describedby": hint,
      "aria-rowcount": rows.length + 3, "aria-colcount": columns.length + 3, "aria-readonly": String(Boolean(table.readonly)),
      style: `--columns: ${columns.length}`,
    }, make("colgroup", {}, make("col", { class: "who" }), ...columns.map(() => make("col")), make("col", { class: "tally" }), make("col", { class: "tally" })),
    make("thead", {}, names, bands), body, foot);
    root.replaceChildren(make("p", { id: hint, class: "unseen" }, "Arrows move. R, Y, G and N set, Delete takes away, U undoes, Enter opens the cell."),
      rows.length && columns.length ? grid : make("p", { class: "empty" }, table.rows.length ? "Nobody is in this selection." : "Nobody on this team is scored."));
    if (!td(here.key, here.at) && rows.length && columns.length) Object.assign(here, { key: rows[0].key, at: columns[0].at });
    td(here.key, here.at)?.setAttribute("tabindex", "0");
    td(here.key, here.at)?.setAttribute("aria-selected", "true");
  }

  function line(row, y, first) {
    const name = make("th", { role: "rowheader", scope: "row" }, make("bdi", {}, row.name));
    const made = columns.map(({ at }, x) => {
      const cell = document.createElement("td");
      cell.setAttribute("role", "gridcell");
      cell.tabIndex = -1;
      cell.setAttribute("aria-selected", "false");
      if (first(x)) cell.className = "first";
      cell.cell = { key: row.key, at, row };
      cells.set(`${row.key} ${at}`, cell);
      return cell;
    });
    const tally = [0, 1].map((x) => make("td", { role: "gridcell", class: `count ${x ? "" : "first"}` }));
    counts.set(row.key, { tally, name });
    return make("tr", { role: "row", "aria-rowindex": y + 2 }, name, ...made, ...tally);
  }

  function fill(node, cell, view, tell) {
    const sign = `${cell.value}|${cell.dated}|${cell.apart}|${cell.own}|${cell.waits}|${cell.trouble}|${cell.self}|${cell.na}`;
    if (node.sign === sign) return;
    node.sign = sign;
    const { classList } = node;
    classList.toggle("waits", cell.waits);
    classList.toggle("trouble", cell.trouble);
    classList.toggle("na", cell.na && !cell.value);
    node.setAttribute("aria-label", tell(node.cell.row, node.cell.at, cell));
    if (view === "beside") {
      const half = (value) => make("span", { "data-v": value }, LETTER[value] ?? "");
      node.replaceChildren(half(cell.self), half(cell.value));
      classList.toggle("wide-apart", cell.far);
      return;
    }
    node.dataset.v = cell.value;
    classList.toggle("bare", COLOURS.includes(cell.value) && !cell.dated);
    if (cell.apart) node.dataset.mark = cell.differs ? `≠${CODE[cell.own]}` : "≠";
    else delete node.dataset.mark;
    node.textContent = LETTER[cell.value] ?? "";
  }

  function tally(seen) {
    for (const row of rows) {
      const { tally: [scored, dated], name } = counts.get(row.key);
      const of = covered(seen.get(row.key));
      scored.textContent = share(of.scored, of.all);
      dated.textContent = share(of.dated, of.colours);
      const said = `${of.scored} of ${of.all} scored, ${of.dated} of ${many(of.colours, "colour")} with a dated item`;
      scored.title = dated.title = said;
      name.setAttribute("aria-label", `${row.name}: ${said}`);
    }
    columns.forEach((column, n) => {
      const of = covered(rows.map((row) => seen.get(row.key)[n]));
      counts.get(`scored ${column.at}`).textContent = share(of.scored, of.all);
      counts.get(`dated ${column.at}`).textContent = share(of.dated, of.colours);
    });
    const of = covered([...seen.values()].flat());
    counts.get("all scored").textContent = share(of.scored, of.all);
    counts.get("all dated").textContent = share(of.dated, of.colours);
    return of;
  }

  function paint() {
    const { table, see, tell } = state();
    const seen = new Map();
    for (const row of rows) {
      seen.set(row.key, columns.map(({ at }) => {
        const cell = see(row, at);
        fill(td(row.key, at), cell, table.view, tell);
        return cell;
      }));
    }
    return tally(seen);
  }

  function select(key, at) {
    const before = td(here.key, here.at);
    before?.setAttribute("tabindex", "-1");
    before?.setAttribute("aria-selected", "false");
    Object.assign(here, { key, at });
    const now = td(key, at);
    now?.setAttribute("tabindex", "0");
    now?.setAttribute("aria-selected", "true");
    moved();
  }

  function focus(key = here.key, at = here.at) {
    const node = td(key, at) ?? td(here.key, here.at);
    if (!node) return;
    node.focus({ preventScroll: true });
    reveal(node);
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // Sticky heads lie over the cells: a cell under them is not in view.
  function reveal(node) {
    const box = node.getBoundingClientRect();
    const view = root.getBoundingClientRect();
    const head = root.querySelector("thead").getBoundingClientRect().height;
    const side = root.querySelector("tbody th").getBoundingClientRect().width;
    if (box.top < view.top + head) root.scrollTop -= view.top + head - box.top + 2;
    else if (box.bottom > view.bottom) root.scrollTop += box.bottom - view.bottom + 12;
    if (box.left < view.left + side) root.scrollLeft -= view.left + side - box.left + 2;
    else if (box.right > view.right) root.scrollLeft += box.right - view.right + 12;
  }

  function step(down, across) {
    const y = rows.findIndex((row) => row.key === here.key);
    const x = columns.findIndex((one) => one.at === here.at);
    const within = (n, list) => list[Math.min(Math.max(n, 0), list.length - 1)];
    if (rows.length && columns.length) focus(within(y + down, rows).key, within(x + across, columns).at);
  }

  root.addEventListener("focusin", (event) => {
    const node = event.target.closest("td");
    if (node?.cell && (node.cell.key !== here.key || node.cell.at !== here.at)) select(node.cell.key, node.cell.at);
  });
  root.addEventListener("dblclick", (event) => { if (event.target.closest("td")?.cell) opened(); });

  const has = (key, at) => Boolean(td(key, at));
  return { root, build, paint, focus, step, has, shown: () => rows };
}
