// What lies over the person: forms that settle something, who is here, the agenda, and details.
//
// `now` gives { room, shown, person } as they are; `defer` keeps what is asked for until an act has
// its answer, and says whether it did; `closed` is told when nothing lies over the person any more.

function meetingSheets(sheet, over, { send, act, go, mine, button, others, now, defer, closed }) {
  let kind = ""; // what is open; blank for nothing
  let redraw = null; // draws again what shows a value that may have moved

  const levelOrColour = (id) => (id === sheet.overall ? sheet.values.overall : sheet.values.competency);
  const wordOf = (value) => LEVEL[value] ?? WORD[value] ?? value;
  const nameOf = (id) => (id === sheet.overall ? sheet.words.overall : sheet.columns.find((column) => column.id === id)?.name ?? id);
  const isShown = () => {
    const { shown, person } = now();
    return shown >= 0 && person && !person.skipped;
  };

  function open(what, title, ...children) {
    kind = what;
    redraw = null;
    const parts = children.filter(Boolean);
    over.setAttribute("aria-label", title);
    over.replaceChildren(make("div", { class: `sheet of-${what}` }, make("div", { class: "row top" }, make("h3", {}, isolated(title)), button("close", ["Close ", hint("Esc")], close)), ...parts));
    over.hidden = false;
    (over.querySelector("[data-first]") ?? over.querySelector("button"))?.focus();
  }

  function close() {
    if (!kind) return;
    kind = "";
    redraw = null;
    over.hidden = true;
    over.replaceChildren();
    closed();
  }

  function formOf(submit, text, ...children) {
    return make("form", { onsubmit: (event) => { event.preventDefault(); submit(); }, onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); submit(); } } },
      ...children.filter(Boolean), make("p", { class: "trouble inside", role: "alert", hidden: true }), make("div", { class: "row" }, make("button", { type: "submit", class: "primary" }, text), make("span", { class: "muted" }, hint("Ctrl"), " ", hint("Enter"))));
  }

  const authorised = () => choose([["", "Choose …"], ...now().room.people.filter((one) => one.there && !one.recused).map((one) => [one.key, one.label])], now().room.people.find((one) => one.facilitates && one.there && !one.recused)?.key ?? "", { required: true });

  function openDecide(id) {
    const { person } = now();
    if (!mine() || !isShown() || defer(() => openDecide(id))) return;
    const what = choose([[sheet.overall, sheet.words.overall], ...sheet.columns.map((column) => [column.id, column.name])], id, { "data-first": true, onchange: draw });
    const values = make("fieldset", { class: "values" });
    const reason = choose([["", "Choose …"], ...sheet.reasons], "", { required: true });
    const text = make("textarea", { rows: 3, required: true, maxlength: 4000 });
    const by = authorised();
    let before = "";
    const key = newKey();
    function draw() {
      const { scores } = now().person;
      const of = what.value === sheet.overall ? scores.levels : scores.cells[what.value];
      before = of?.stands ?? "";
      // The person may be drawn anew while somebody chooses: what is chosen, and the focus, stay.
      const drawn = `${what.value} ${before}`;
      if (values.dataset.drawn === drawn) return;
      const again = values.dataset.drawn?.startsWith(`${what.value} `);
      const chosen = again ? values.querySelector(":checked")?.value : undefined;
      const held = values.contains(document.activeElement);
      values.dataset.drawn = drawn;
      values.replaceChildren(make("legend", {}, `Now ${before ? wordOf(before) : "none"}. To:`), ...levelOrColour(what.value).filter((value) => value !== before).map((value) =>
        make("label", { class: "tick" }, make("input", { type: "radio", name: "value", value, required: true }), value in OUTLINE ? shape(value) : null, ` ${wordOf(value)}`)));
      const radios = [...values.querySelectorAll("input")];
      const same = radios.find((radio) => radio.value === chosen);
      if (same) same.checked = true;
      if (held) (same ?? radios[0])?.focus();
    }
    draw();
    const form = formOf(() => {
      const value = form.elements.value?.value;
      if (!value || !reason.value || !text.value.trim()) return form.reportValidity();
      return act({ do: "decide", key, competency: what.value, value, before, reason: reason.value, text: text.value, by: by.value });
    }, "Change it", field("What", what), values, field("Reason", reason), field("Comment", text), field("Authorised by", by));
    open("decide", `Change a value of ${person.label}`, form);
    redraw = draw;
  }

  function openText(what) {
    const { person } = now();
    if (!mine() || !isShown()) return;
    const said = { park: ["Park", "Why, and who brings what is missing", "Park it"], act: ["Behaviour change", "What will be done differently", "Write it down"] }[what];
    const text = make("textarea", { rows: 3, required: true, maxlength: 4000, "data-first": true });
    const at = new Date(Date.now() + sheet.days_ahead * 86400000);
    const due = what === "act" ? make("input", { type: "date", value: `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}` }) : null;
    const key = newKey();
    const form = formOf(() => (text.value.trim() ? act({ do: what, key, text: text.value, ...(due ? { due: due.value } : {}) }) : form.reportValidity()), said[2], field(said[1], text), due ? field("Looked at again on", due) : null);
    open(what, `${said[0]}: ${person.label}`, form);
  }

  function openWho() {
    const { room, shown } = now();
    if (room.stage === "prepare") return;
    const toggle = (one, key, on, message, label) => make("td", {}, make("input", { type: "checkbox", "aria-label": label, ...(on ? { checked: true } : {}), ...(mine() ? {} : { disabled: true }), onchange: () => send(message) }));
    const rows = room.people.map((one) => make("tr", {}, make("th", { scope: "row" }, isolated(one.label), one.late ? make("span", { class: "muted" }, ` since ${one.late}`) : null),
      toggle(one, "there", one.there, { do: "attend", who: one.key, there: !one.there }, `${one.label} is here`),
      make("td", {}, make("input", { type: "radio", name: "share", "aria-label": `${one.label} shares the screen`, ...(one.key === room.sharing ? { checked: true } : {}), ...(mine() ? {} : { disabled: true }), onchange: () => send({ do: "share", who: one.key }) })),
      shown >= 0 ? toggle(one, "recused", one.recused, { do: "recuse", who: one.key, at: shown, yes: !one.declared }, `${one.label} has no part in this person`) : make("td", {})));
    const late = choose([["", "Somebody who joins now …"], ...(others() ?? []).filter(([key]) => !room.people.some((one) => one.key === key))], "", { onchange: (event) => send({ do: "attend", who: event.target.value, there: true }) });
    if (!others()) send({ do: "prepare" });
    open("who", "Who is here", make("table", {}, make("thead", {}, make("tr", {}, ...["", "Here", "Shares the screen", "No part in this person"].map((text) => make("th", { scope: "col" }, text)))), make("tbody", {}, ...rows)), mine() ? late : null);
  }

  function openAgenda() {
    const { room, shown } = now();
    if (room.stage === "prepare") return;
    open("agenda", "Agenda", make("ol", { class: "agenda" }, ...room.order.map((one, at) => make("li", { class: `${one.status}${at === shown ? " here" : ""}` },
      button(`go ${at}`, [isolated(one.label), make("span", { class: "muted" }, ` ${sheet.statuses[one.status] ?? ""}${one.seconds ? `, ${clockText(one.seconds)}` : ""}${one.skipped ? ", not while this one shares" : ""}`)], () => go(at), one.skipped || !mine() ? { disabled: true } : at === shown ? { "data-first": true } : {})))));
  }

  function openKeys() {
    open("keys", "How this works", make("ul", { class: "help" }, ...sheet.help.map((text) => make("li", {}, text))),
      make("dl", { class: "keys" }, ...sheet.keys.map(([key, does]) => make("div", {}, make("dt", {}, hint(key)), make("dd", {}, does)))));
  }

  function openCompetency(id = sheet.columns[0].id) {
    if (!isShown()) return;
    open("competency", nameOf(id), make("p", { class: "wait" }, "One moment …"));
    send({ do: "competency", at: now().shown, competency: id });
  }

  function openDetail(number) {
    const [what, title] = sheet.details[number] ?? [];
    if (!what || !isShown()) return;
    open("detail", title, make("p", { class: "wait" }, "One moment …"));
    send({ do: "detail", at: now().shown, what });
  }

  function openEnd() {
    if (now().room.stage === "prepare") return;
    open("end", "What the meeting did", make("p", { class: "wait" }, "One moment …"));
    send({ do: "effects" });
  }

  function showCompetency(got) {
    if (kind !== "competency") return;
    const step = (by) => { const at = sheet.columns.findIndex((column) => column.id === got.id) + by; if (sheet.columns[at]) openCompetency(sheet.columns[at].id); };
    const colours = make("dl", { class: "indicators" }, ...["green", "yellow", "red"].map((colour) => make("div", {},
      make("dt", {}, shape(colour), ` ${WORD[colour]}${got.expected?.colour === colour ? ", expected at this level" : ""}`), make("dd", {}, make("ul", {}, ...got[colour].map((text) => make("li", {}, isolated(text))))))));
    const given = got.given.map((one) => make("div", { class: "given" }, make("p", {}, shape(one.value), make("b", {}, ` ${capital(one.phase)}`), one.day ? `, ${one.day}` : ""), one.note ? make("p", {}, isolated(one.note)) : null,
      one.items.length ? make("ul", { class: "items" }, ...one.items.map((item) => make("li", {}, make("b", {}, item.date), " ", isolated(item.text)))) : make("p", { class: "muted" }, "No dated item cited.")));
    open("competency", got.title, make("p", {}, isolated(got.about)), got.not_expected ? make("p", { class: "muted" }, isolated(got.not_expected)) : null,
      make("div", { class: "split" }, make("div", {}, ...(given.length ? given : [make("p", { class: "muted" }, "Nobody scored it.")])), colours),
      make("div", { class: "row" }, button("before", "Before", () => step(-1)), button("after", "After", () => step(1), { "data-first": true }), mine() ? button("change", ["Change ", hint("d")], () => openDecide(got.id)) : null));
  }

  function showDetail(got) {
    if (kind !== "detail") return;
    open("detail", got.title, got.note ? make("p", {}, isolated(got.note)) : null, ...got.tables.map(cellTable));
  }

  return {
    open, close, authorised, openDecide, openText, openWho, openAgenda, openKeys, openCompetency, openDetail, openEnd, showCompetency, showDetail,
    kind: () => kind,
    redraw: () => redraw?.(),
  };
}
