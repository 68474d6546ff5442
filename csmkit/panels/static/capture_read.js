// What was understood of a note, each part open to correction. `said` is what the author says in
// the place of what was read; `changed` is told of each correction.

function openRead({ shown, said, changed, prefix, isolated }) {
  const choice = (value, text) => make("option", { value }, text);
  const field = (name, input, help) => make("div", { class: `field ${name}` }, make("label", { for: input.id }, shown[name]), input, help ?? null);
  const correct = (name, typed = true) => (event) => { said()[name] = event.target.value; changed({ typed }); };
  const common = (name) => ({ id: `${prefix}-${name}`, "data-key": name, autocomplete: "off", spellcheck: "false", oninput: correct(name) });

  const statement = make("p", { class: "statement" });
  const date = make("input", { ...common("date"), type: "date", "aria-describedby": `${prefix}-date-words` });
  const dateWords = make("p", { class: "help", id: `${prefix}-date-words` });
  const account = make("select", { ...common("account"), oninput: null, onchange: correct("account", false), "aria-describedby": `${prefix}-account-words` });
  const accountWords = make("p", { class: "help", id: `${prefix}-account-words` });
  const kind = make("select", { ...common("kind"), oninput: null, onchange: correct("kind", false) }, ...shown.kinds.map(([value, text]) => choice(value, text)));
  const amount = make("input", { ...common("amount"), type: "text", inputmode: "decimal", "aria-describedby": `${prefix}-amount-help` });
  const amountWords = make("p", { class: "help", id: `${prefix}-amount-help` });
  const before = make("input", { ...common("before"), type: "text" });
  const after = make("input", { ...common("after"), type: "text" });
  const ticks = make("div", { class: "ticks" });
  const add = make("select", { id: `${prefix}-add`, "data-key": "add competency", onchange: () => { tick(add.value, true); add.value = ""; } });
  const doubts = make("div", { class: "doubts" });
  const gaps = make("div", { class: "gaps" });
  const anew = make("button", { type: "button", class: "quiet", "data-key": "anew", onclick: () => changed({ all: true }) }, shown.anew);
  const node = make("section", { class: "read", "aria-label": shown.read },
    make("div", { class: "line" }, make("h3", {}, shown.read), anew),
    make("div", { class: "stated" }, make("h4", {}, shown.statement), statement),
    make("div", { class: "asked" }, doubts, gaps),
    make("div", { class: "fields" }, field("account", account, accountWords), field("date", date, dateWords), field("kind", kind),
      field("amount", amount, amountWords), field("before", before), field("after", after)),
    make("fieldset", {}, make("legend", {}, shown.competencies), ticks, make("label", { for: add.id, class: "unseen" }, shown.competencies_add), add));

  let told = "";

  function tick(one, on) {
    (said().ticks ??= {})[one] = on;
    changed({});
  }

  function shows(read) {
    const found = new Map(read.shows.map(([one, name, words]) => [one, { name, words, on: true }]));
    const names = new Map(shown.matrix);
    for (const [one, on] of Object.entries(said().ticks ?? {})) found.set(one, { name: names.get(one) ?? one, words: "", ...found.get(one), on });
    return found;
  }

  const put = (input, value) => { if (input.value !== value) input.value = value; };
  function wrong(input, help, problem) {
    input.setAttribute("aria-invalid", String(Boolean(problem)));
    help.classList.toggle("wrong", Boolean(problem));
    if (problem) help.replaceChildren(isolated(problem));
  }

  const listed = (title, lines) => lines.length ? [make("h4", {}, title), make("ul", {}, ...lines.map((line) => make("li", {}, isolated(line))))] : [];

  function accounts(read) {
    const near = new Set(read.near.map(([one]) => one));
    const rest = shown.accounts.filter(([one]) => !near.has(one));
    const group = (label, pairs) => pairs.length ? [make("optgroup", { label }, ...pairs.map(([value, name]) => choice(value, name)))] : [];
    const ask = read.account === null && said().account === undefined;
    return [...(ask ? [make("option", { value: "?", disabled: true }, shown.account_choose)] : []),
      ...group(shown.account_likely, read.near), choice("", shown.account_none), ...group(shown.listed, rest)];
  }

  function paint(read) {
    const own = said();
    const state = JSON.stringify([read, own]);
    anew.hidden = !Object.keys(own).some((name) => name !== "private");
    if (state === told) return;
    told = state;
    statement.replaceChildren(isolated(read.statement));
    put(date, own.date ?? read.date);
    dateWords.replaceChildren(isolated(read.date_words ? shown.date_noted.replace("{words}", () => read.date_words) : own.date === undefined ? shown.date_today : ""));
    wrong(date, dateWords, read.wrong.date);
    account.replaceChildren(...accounts(read));
    account.value = own.account ?? read.account ?? "?";
    account.classList.toggle("asks", account.value === "?");
    const words = read.near.find(([one]) => one === account.value)?.[2];
    accountWords.replaceChildren(isolated(account.value === "?" ? shown.account_asks : words ? `“${words}”` : ""));
    put(kind, own.kind ?? read.kind);
    put(amount, own.amount ?? read.amount);
    amountWords.textContent = shown.amount_help;
    wrong(amount, amountWords, read.wrong.amount);
    put(before, own.before ?? read.before);
    put(after, own.after ?? read.after);
    paintTicks(read);
    doubts.replaceChildren(...listed(shown.doubts, read.doubts));
    gaps.replaceChildren(...listed(shown.gaps, read.gaps), ...(read.gaps.length ? [make("p", { class: "help" }, shown.gaps_help)] : []));
  }

  function paintTicks(read) {
    const held = ticks.contains(document.activeElement) ? document.activeElement.value : "";
    const found = shows(read);
    ticks.replaceChildren(...[...found].map(([one, { name, words, on }]) => {
      const box = make("input", { type: "checkbox", value: one, "data-key": `shows ${one}`, checked: on, onchange: (event) => tick(one, event.target.checked) });
      return make("label", { class: "tick" }, box, make("span", {}, isolated(name), " ", make("span", { class: "muted" }, isolated(words ? `“${words}”` : shown.by_you))));
    }));
    if (!found.size) ticks.replaceChildren(make("p", { class: "muted" }, shown.competencies_none));
    add.replaceChildren(choice("", shown.competencies_add), ...shown.matrix.filter(([one]) => !found.has(one)).map(([one, name]) => choice(one, name)));
    if (held) [...ticks.querySelectorAll("input")].find((box) => box.value === held)?.focus();
  }

  // What is kept: all that is on the screen.
  function values(read) {
    const { ticks: _, ...own } = said();
    const competencies = [...shows(read)].filter(([, { on }]) => on).map(([one]) => one);
    const whose = own.account ?? read.account;
    return { ...own, date: own.date ?? read.date, kind: own.kind ?? read.kind, competencies, ...(whose === null ? {} : { account: whose }) };
  }

  const asks = (read) => read.account === null && said().account === undefined;
  return { node, paint, values, asks, account };
}
