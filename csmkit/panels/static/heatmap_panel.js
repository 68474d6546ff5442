// The heatmap. The store behind the kernel holds the scores; rows go by numbers, so that nothing
// here names anybody while names are masked.

const NARROW = 980; // pixels, as in the style sheet: what stands beside the grid goes below it

function render({ model, el }) {
  const sheet = model.get("sheet");
  const root = make("section", { class: "csmkit-heat", "aria-label": "Heatmap of the team" });
  const here = { key: "", at: 0 };
  const filters = { pillar: "", level: "", manager: "", role: "", order: "given" };
  let table = model.get("table");
  let desk = null;
  let beside = ""; // what stands beside the grid: cell, apart, gaps
  let asked = "";
  let gaps = null;
  let news = ""; // what was just undone, or was so already

  const button = (key, text, onclick, more = {}) => make("button", { type: "button", "data-key": key, onclick, ...more }, text);
  const saved = make("strong", { class: "saved" });
  const said = make("span", { class: "coverage" });
  const live = make("span", { class: "unseen", role: "status", "aria-live": "polite" });
  const title = make("h2", {}, "Heatmap of the team");
  const who = make("p", { class: "muted" });
  const undoButton = button("undo", "Undo", undo, { title: "Undo your last change (u)" });
  const maskButton = button("mask", "", () => ask({ do: "mask", on: !table.masked }));
  const gapsButton = button("gaps", "Skill gaps", () => turn(beside === "gaps" ? "" : "gaps"));
  const keysButton = button("keys", "Help", () => fold(), { "aria-expanded": "false", title: "Signs and keys (?)" });
  const selects = {};
  const bar = make("div", { class: "bar", role: "group", "aria-label": "View and selection" });
  const help = make("div", { class: "help", role: "region", "aria-label": "Signs and keys", hidden: true },
    make("ul", {}, ...sheet.help.map((text) => make("li", {}, text))),
    make("dl", {}, ...sheet.keys.map(([key, does]) => make("div", {}, make("dt", {}, key), make("dd", {}, does)))));
  const trouble = make("div", { class: "trouble", role: "alert", hidden: true });
  const problem = make("p", { class: "trouble", role: "alert", hidden: true });
  const readonly = make("p", { class: "readonly", role: "note", hidden: true });
  const readout = make("p", { class: "readout", "aria-hidden": "true" });
  const aside = make("aside", { class: "beside-grid", tabindex: "-1", hidden: true });
  const legend = make("p", { class: "legend", "aria-hidden": "true" });
  const grid = openGrid(sheet, { state: () => ({ table, filters, see, tell, title: viewName() }), here, moved, opened: () => turn("cell", true) });
  const face = openSaving({ desk: () => desk, saved, trouble, undo: undoButton, name: nameOf, back, blank: () => (table.readonly ? "Read only" : "Nothing changed yet") });

  root.append(
    make("header", {}, make("div", { class: "who" }, title, who), make("div", { class: "standing" }, make("div", {}, saved), said),
      make("div", { class: "tools" }, undoButton, maskButton, gapsButton, button("look", "Look again", () => ask({ do: "look" }), { title: "Read what others saved meanwhile" }), keysButton,
        button("screen", "Full screen", fullscreen, { title: "Full screen (f)" }))),
    bar, help, readonly,
    // What comes and grows by itself stands below: no cell moves away under a mouse.
    make("div", { class: "body" }, grid.root, aside), readout, problem, trouble, legend, live);
  el.replaceChildren(root);

  const viewName = () => sheet.views.find(([view]) => view === table.view)[1];
  const rowOf = (key) => table.rows.find((row) => row.key === key);
  const idOf = (key, at) => `${key} ${sheet.columns[at].id}`;
  function cellOf(id) {
    const [key, name] = id.split(" ");
    return { key, row: rowOf(key), at: sheet.columns.findIndex((one) => one.id === name) };
  }
  function nameOf(id) {
    const { row, at } = cellOf(id);
    return `${row?.name ?? "A row that is not shown"}, ${sheet.columns[at]?.name ?? "a column that is not shown"}`;
  }

  // What a cell shows: a change under way counts as it will, once it is stored.
  function see(row, at) {
    const queue = desk.queue(idOf(row.key, at));
    const own = queue.length ? desk.current(idOf(row.key, at)).value : SIGN[row.own[at]];
    const other = SIGN[row.other[at]];
    let value = SIGN[row.shown[at]];
    let dated = row.dated[at] === "1";
    if (queue.length) {
      const stands = own && (row.leads === "1" || row.lead[at] !== "1");
      dated = stands ? dated && value === SIGN[row.own[at]] : row.otherdated[at] === "1";
      value = stands ? own : other;
    }
    const self = SIGN[row.self[at]];
    const differs = Boolean(own && value && own !== value);
    return {
      value, dated, own, self, differs,
      apart: row.mixed[at] === "1" || differs || Boolean(own && other && own !== other),
      na: row.na[at] === "1",
      waits: queue.length > 0,
      trouble: queue.some((change) => change.state === "conflict" || change.state === "refused"),
      far: [self, value].includes("red") && [self, value].includes("green"),
    };
  }

  function tell(row, at, cell = see(row, at)) {
    const parts = [`${row.name}, ${sheet.columns[at].name}: ${cell.value ? WORD[cell.value] : cell.na ? "not expected of this role" : "not scored"}`];
    if (COLOURS.includes(cell.value)) parts.push(cell.dated ? "on a dated item" : "unsupported: no dated item cited");
    if (cell.apart) parts.push("raters differ");
    if (cell.differs) parts.push(`yours ${WORD[cell.own]}`);
    if (table.view === "beside") parts.push(`self ${cell.self ? WORD[cell.self] : "not scored"}${cell.far ? ", two colours apart" : ""}`);
    if (cell.waits) parts.push("not saved yet");
    return parts.join(", ");
  }

  function connect() {
    desk?.close();
    const cells = {};
    for (const row of table.rows) {
      sheet.columns.forEach((_, at) => {
        if (row.own[at] !== "." || row.seen[at]) cells[idOf(row.key, at)] = { ...BLANK, value: SIGN[row.own[at]], revision: row.seen[at] };
      });
    }
    const { phase, session, closed } = table;
    const held = { shown: { session, closed }, cells };
    desk = openDesk({ get: (name) => held[name], send: (message) => model.send({ ...message, phase }) }, paint);
  }

  function ask(message) {
    try {
      model.send(message);
    } catch {
      // Without a kernel nothing comes back, which is what is told.
    }
    if (message.do === "open" || message.do === "gaps") return;
    asked = newKey();
    const mine = asked;
    setTimeout(() => {
      if (asked === mine) complain("The kernel does not answer. If it was restarted or shut down, run this cell again.");
    }, PATIENCE);
  }

  function complain(text) {
    problem.textContent = text;
    problem.hidden = !text;
  }

  const say = (text) => { live.textContent = text; };

  // Said, and seen in place of the cell's line until the next step.
  function announce(text, otherwise = text) {
    news = text;
    say(text || otherwise);
    paintReadout();
  }

  function set(value) {
    if (table.readonly || desk.isClosed()) return say(desk.isClosed() || table.readonly);
    if (!grid.has(here.key, here.at)) return undefined;
    const id = idOf(here.key, here.at);
    const same = desk.current(id).value === value;
    desk.push(id, { value });
    return announce(same ? `${nameOf(id)}: already ${WORD[value].toLowerCase()}` : "", tell(rowOf(here.key), here.at));
  }

  function undo() {
    if (table.readonly || desk.isClosed()) return say(desk.isClosed() || table.readonly);
    const last = desk.undo();
    if (!last) return announce("Nothing to undo");
    back(last.competency);
    return announce(undone(last, nameOf(last.competency)));
  }

  function back(id = "") {
    const { key, at } = cellOf(id);
    if (grid.has(key, at)) grid.focus(key, at);
    else grid.focus();
  }

  function fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen();
  }

  function fold(open = help.hidden) {
    help.hidden = !open;
    keysButton.setAttribute("aria-expanded", String(open));
  }

  function moved() {
    news = "";
    paintReadout();
    if (beside === "cell") open();
  }

  // ---- beside the grid -------------------------------------------------------------------

  function turn(what, into = false) {
    beside = what;
    aside.hidden = !what;
    aside.dataset.what = what;
    root.classList.toggle("split", Boolean(what));
    gapsButton.setAttribute("aria-pressed", String(what === "gaps"));
    if (what === "cell") open();
    if (what === "gaps") {
      ask({ do: "gaps" });
      paintGaps();
    }
    if (what === "apart") paintApart();
    if (into) aside.focus();
    if (!what) grid.focus();
  }

  const heading = (text, ...more) => make("div", { class: "top" }, make("h3", {}, isolated(text), ...more), button("close", "Close", () => turn(""), { title: "Close (Esc)" }));

  let shownCell = "";
  function open() {
    const row = rowOf(here.key);
    if (!row) return;
    const id = idOf(here.key, here.at);
    if (shownCell !== id) aside.replaceChildren(heading(sheet.columns[here.at].name), make("p", { class: "muted" }, isolated(row.name)));
    shownCell = id;
    aside.setAttribute("aria-label", nameOf(id));
    ask({ do: "open", competency: id, phase: table.phase });
  }

  function paintCell(got) {
    if (beside !== "cell" || got.competency !== shownCell) return;
    const row = rowOf(here.key);
    const colours = make("dl", { class: "indicators" }, ...["green", "yellow", "red"].map((colour) => make("div", {},
      make("dt", {}, shape(colour), make("span", {}, ` ${WORD[colour]}${got.expected?.colour === colour ? ": expected here" : ""}`)),
      make("dd", {}, make("ul", {}, ...got[colour].map((text) => make("li", {}, isolated(text))))))));
    const nothing = table.phase === "self" ? "Not assessed by the person yet." : "Nobody scored it yet.";
    const parts = [heading(sheet.columns[here.at].name),
      make("p", { class: "muted" }, isolated(row.name), got.expected ? isolated(` · expected of ${row.level || "this level"}: ${WORD[got.expected.colour]}. ${got.expected.text}`) : ""),
      got.not_expected ? make("p", { class: "muted" }, isolated(`Not expected of this role: ${got.not_expected}`)) : null,
      make("h4", {}, viewName() === "Self against manager" ? "Managers' scores" : viewName()),
      got.hidden ? make("p", { class: "muted" }, got.hidden) : null,
      ...(got.given.length ? got.given.map(rating) : [make("p", { class: "muted" }, nothing)]),
      ...(got.of_self.length ? [make("h4", {}, "Self-assessment"), ...got.of_self.map(rating)] : []),
      make("h4", {}, "Indicators"), make("p", { class: "muted" }, isolated(got.about)), colours];
    aside.replaceChildren(...parts.filter(Boolean));
  }

  const rating = (one) => make("div", { class: "given" },
    make("p", {}, shape(one.value), make("b", {}, ` ${WORD[one.value]}`), " by ", isolated(one.who), one.mine ? " (you)" : "", one.manager ? ", own manager" : "", one.day ? `, ${dayOf(one.day)}` : ""),
    one.note ? make("p", { class: "note" }, isolated(one.note)) : null,
    make("p", { class: one.dated ? "muted" : "bad" }, one.value === "not_observed" && !one.cited ? "Needs no item." : one.dated ? `${many(one.dated, "dated item")} cited` : one.cited ? `${many(one.cited, "item")} cited, none on file and dated inside the period: unsupported` : "Unsupported: no dated item cited"),
    one.items.length ? make("ul", { class: "items" }, ...one.items.map((item) => make("li", {}, make("b", {}, dayOf(item.date)), item.account ? isolated(` ${item.account}`) : "", make("p", {}, isolated(item.text))))) : null);

  function paintApart() {
    const list = [];
    for (const row of grid.shown()) {
      sheet.columns.forEach((column, at) => {
        const cell = see(row, at);
        if (grid.has(row.key, at) && cell.far) list.push([row, at, column, cell]);
      });
    }
    const go = (row, at) => button(`far ${row.key} ${at}`, "", () => grid.focus(row.key, at));
    aside.setAttribute("aria-label", "To talk about");
    aside.replaceChildren(heading("To talk about"),
      make("p", { class: "muted" }, list.length ? `${many(list.length, "cell")} where one sees Red and the other Green: not who is right, but what each saw.` : "Nobody here sees Red where the other sees Green."),
      make("ul", { class: "apart" }, ...list.map(([row, at, column, cell]) => {
        const node = go(row, at);
        node.append(make("b", {}, isolated(row.name)), make("span", {}, isolated(column.name)),
          make("span", { class: "pair" }, "self ", shape(cell.self), " manager ", shape(cell.value)));
        return make("li", {}, node);
      })));
  }

  function paintGaps() {
    if (beside !== "gaps") return;
    const of = (name) => ({ team: "Whole team", ramping: "Ramping", mid: "Mid-level", senior: "Senior", unknown: "Level unknown" })[name] ?? name;
    const groups = [...new Set((gaps ?? []).map((one) => one.group))];
    const chosen = groups.includes(paintGaps.group) ? paintGaps.group : "team";
    const select = make("select", { "data-key": "group", "aria-label": "Gaps of", onchange: (event) => { paintGaps.group = event.target.value; paintGaps(); aside.querySelector("select").focus(); } },
      ...groups.map((name) => make("option", { value: name, ...(name === chosen ? { selected: true } : {}) }, of(name))));
    const rows = (gaps ?? []).filter((one) => one.group === chosen);
    const head = (text) => make("th", { scope: "col" }, text);
    const figure = (value) => make("td", {}, value === null ? "–" : make("span", { class: "share", style: `--share: ${value}` }, `${Math.round(100 * value)}%`));
    const line = (one) => make("tr", { class: one.competency ? "" : "whole" },
      make("th", { scope: "row" }, isolated(one.competency ? sheet.columns.find((column) => column.id === one.competency).name : one.pillar)),
      ...(one.needs ? [make("td", { colspan: 3, class: "muted" }, one.needs)] : [figure(one.green), figure(one.expected), make("td", {}, String(one.people))]));
    const body = sheet.pillars.flatMap((pillar) => {
      const mine = rows.filter((one) => one.pillar === pillar);
      return [...mine.filter((one) => !one.competency), ...mine.filter((one) => one.competency)].map(line);
    });
    aside.setAttribute("aria-label", "Skill gaps of the team");
    aside.replaceChildren(heading("Skill gaps of the team"),
      make("p", { class: "muted" }, `${viewName() === "Self against manager" ? "Managers' scores" : viewName()}, of everybody scored, whatever is filtered.`), gaps ? select : make("p", {}, "Working …"),
      make("table", { class: "gaps" }, make("thead", {}, make("tr", {}, head(""), head("Red or yellow"), head("Below expected"), head("People"))), make("tbody", {}, ...body)));
  }

  // ---- the bar -----------------------------------------------------------------------------

  function choice(name, label, options, value, onchange, disabled = false) {
    const select = make("select", { "data-key": name, onchange: () => onchange(select.value) });
    select.append(...options.map(([key, text]) => make("option", { value: key }, text)));
    select.value = value;
    select.disabled = disabled;
    selects[name] = select;
    return make("label", {}, make("span", {}, label), select);
  }

  function paintBar() {
    const distinct = (name) => [...new Set(table.rows.map((row) => row[name]).filter(Boolean))];
    const filter = (name, label, all, values) => {
      if (filters[name] && !values.includes(filters[name])) filters[name] = "";
      return choice(name, label, [["", all], ...values.map((one) => [one, one])], filters[name], (value) => { filters[name] = value; rebuild(); }, !values.length);
    };
    const orders = Object.entries(ORDERS).filter(([name]) => !(table.masked && name === "name")).map(([name, [label]]) => [name, table.masked && name === "given" ? "By number" : label]);
    if (!orders.some(([name]) => name === filters.order)) filters.order = "given";
    const held = desk.session.waiting.length > 0;
    const key = root.contains(document.activeElement) ? document.activeElement.dataset.key : "";
    bar.replaceChildren(
      choice("view", "View", sheet.views, table.view, (view) => ask({ do: "view", view }), held),
      filter("pillar", "Pillar", "All pillars", sheet.pillars),
      filter("level", "Level", "All levels", distinct("level")),
      filter("manager", "Manager", "All managers", distinct("manager")),
      filter("role", "Role", "All roles", distinct("role")),
      choice("order", "Order", orders, filters.order, (value) => { filters.order = value; rebuild(); }));
    if (selects[key]) selects[key].focus();
  }

  // ---- painting ----------------------------------------------------------------------------

  function paintReadout() {
    if (news) return readout.replaceChildren(make("span", { class: "news" }, isolated(news)));
    const row = rowOf(here.key);
    if (!row || !grid.has(here.key, here.at)) return readout.replaceChildren();
    const column = sheet.columns[here.at];
    const about = [row.role, row.level, row.manager && `manager ${row.manager}`].filter(Boolean).join(", ");
    return readout.replaceChildren(make("b", {}, isolated(row.name)), about ? isolated(` (${about})`) : "", " · ", make("b", {}, isolated(column.name)), " · ",
      isolated(capital(tell(row, here.at).slice(`${row.name}, ${column.name}: `.length))));
  }

  function paintLegend() {
    const one = (value, bare, text) => make("span", {}, make("i", { "data-v": value, class: bare ? "bare" : "" }, LETTER[value]), text);
    legend.replaceChildren(...(table.view === "beside"
      ? [make("span", {}, "left: self, right: manager"), make("span", {}, make("i", { class: "wide-apart" }), "two colours apart")]
      : [one("green", false, "on a dated item"), one("green", true, "unsupported"), one("not_observed", false, "not observed"), make("span", {}, "empty: not scored"), make("span", {}, make("b", {}, "≠"), " raters differ; small letter: yours")]),
      ...(table.readonly ? [] : ["r y g n|score", "Enter|open", "u|undo", "?|help"].map((text) => make("span", {}, make("b", {}, text.split("|")[0]), ` ${text.split("|")[1]}`))));
  }

  function paint() {
    const of = grid.paint();
    said.textContent = `${of.scored} of ${of.all} scored · ${of.colours - of.dated} of ${of.colours} colours unsupported`;
    face.paint();
    const stopped = desk.isClosed() || table.readonly;
    readonly.hidden = !stopped;
    readonly.textContent = stopped;
    selects.view.disabled = desk.session.waiting.length > 0;
    paintReadout();
    if (beside === "apart") paintApart();
  }

  function rebuild() {
    const inside = grid.root.contains(document.activeElement);
    grid.build();
    paint();
    if (inside) grid.focus();
  }

  function start() {
    table = model.get("table");
    asked = "";
    connect();
    who.replaceChildren(make("b", {}, viewName()), ` · ${sheet.period}`, table.by ? isolated(` · you score as ${table.by}`) : "");
    maskButton.textContent = table.masked ? "Show names" : "Mask names";
    maskButton.setAttribute("aria-pressed", String(table.masked));
    paintBar();
    rebuild();
    paintLegend();
    shownCell = "";
    gaps = null;
    if (table.view === "beside" && !beside) beside = "apart";
    if (table.view !== "beside" && beside === "apart") beside = "";
    if (beside || !aside.hidden) turnQuietly(beside);
  }

  function turnQuietly(what) {
    const before = document.activeElement;
    turn(what);
    if (root.contains(before)) before.focus();
  }

  function settle(answer) {
    const { row, at } = cellOf(answer.competency);
    if (!row || answer.phase !== table.phase) return;
    const put = (name, sign) => { row[name] = row[name].slice(0, at) + sign + row[name].slice(at + 1); };
    const { value, dated } = see(row, at);
    put("shown", CODE[value]);
    put("dated", dated ? "1" : ".");
    put("own", CODE[answer.latest.value]);
    row.seen[at] = answer.latest.revision;
  }

  function take(answer) {
    if (answer.answer === "cell") {
      const row = answer.phase === table.phase && rowOf(answer.key);
      if (!row) return;
      for (const [name, sign] of Object.entries(answer.signs)) {
        if (Array.isArray(row[name])) row[name][answer.at] = sign;
        else row[name] = row[name].slice(0, answer.at) + sign + row[name].slice(answer.at + 1);
      }
      paint();
      if (beside === "cell" && here.key === answer.key && here.at === answer.at) open();
      if (beside === "gaps") ask({ do: "gaps" });
    } else if (answer.answer === "looked") {
      asked = "";
      complain("");
    } else if (answer.answer === "opened") paintCell(answer);
    else if (answer.answer === "gaps") {
      gaps = answer.rows;
      paintGaps();
    } else if (answer.answer === "refused" && answer.key === undefined) {
      asked = "";
      complain([answer.what, answer.remedy].filter(Boolean).join(" "));
    } else {
      // Written before the change leaves the queue, so that the cell does not fall back in between.
      if (answer.answer === "saved") settle(answer);
      for (const name of ["latest", "theirs"]) if (answer[name]) answer[name] = { ...BLANK, ...answer[name] };
      desk.take(answer);
      if (answer.answer === "saved" && !desk.session.waiting.length) say(`${nameOf(answer.competency)}: saved ${clockOf(answer.at)}`);
    }
  }

  function keydown(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const command = event.ctrlKey || event.metaKey;
    const inGrid = grid.root.contains(event.target);
    if (command && key === "s" && !event.altKey) return event.preventDefault();
    if (key === "Escape") {
      if (!help.hidden) return fold(false);
      if (document.fullscreenElement && inGrid && !beside) return undefined;
      event.preventDefault();
      return beside ? turn("") : grid.focus();
    }
    if (event.target.matches("select")) return undefined;
    if (command && key === "z" && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      return undo();
    }
    const acts = { u: undo, f: fullscreen, "?": () => fold() };
    if (inGrid) {
      Object.assign(acts, {
        r: () => set("red"), y: () => set("yellow"), g: () => set("green"), n: () => set("not_observed"), Delete: () => set(""), Backspace: () => set(""),
        Enter: () => turn("cell", true), ArrowDown: () => grid.step(1, 0), ArrowUp: () => grid.step(-1, 0), ArrowRight: () => grid.step(0, 1), ArrowLeft: () => grid.step(0, -1),
        Home: () => grid.step(command ? -9999 : 0, -9999), End: () => grid.step(command ? 9999 : 0, 9999), PageDown: () => grid.step(10, 0), PageUp: () => grid.step(-10, 0),
      });
    }
    if (event.altKey || (command && !["Home", "End"].includes(key)) || !acts[key]) return undefined;
    event.preventDefault();
    return acts[key]();
  }

  shield(root, keydown);
  // JupyterLab would bring its cell into view under the mouse, and the click would be lost.
  root.addEventListener("mousedown", (event) => event.stopPropagation());
  root.addEventListener("focusin", (event) => {
    // Whoever works here wants to see the whole of it; under a mouse nothing may move away.
    if (!byKeyboard()) return;
    const { top, height } = root.getBoundingClientRect();
    if (top < 0 && height <= window.innerHeight) root.scrollIntoView({ block: "start" });
  });
  const wide = new ResizeObserver(([{ contentRect }]) => root.classList.toggle("narrow", contentRect.width <= NARROW));
  wide.observe(root);
  model.on("msg:custom", take);
  model.on("change:table", start);
  start();
  desk.pump();
  return () => {
    wide.disconnect();
    model.off("msg:custom", take);
    model.off("change:table", start);
    desk.close();
  };
}

export default { render };
