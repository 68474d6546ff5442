// A form and what was entered by it. The form is cleared only when the kernel said that the store
// has it; what is under way, or half typed, lives on this page over kernels.

const FORMS = (globalThis[Symbol.for("csmkit.log_panel")] ??= openForms());

function openForms() {
  const forms = new Map();
  globalThis.addEventListener("beforeunload", (event) => {
    for (const one of forms.values()) if (one.sent || Object.values(one.typed).some(Boolean)) event.preventDefault();
  });
  return forms;
}

function formOf(id) {
  const name = JSON.stringify(id);
  if (!FORMS.has(name)) FORMS.set(name, { typed: {}, sent: null, saved: "" });
  return FORMS.get(name);
}

function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

function render({ model, el }) {
  const shown = model.get("shown");
  const form = formOf(shown.session);
  const isolated = (text) => make("bdi", {}, text);
  const prefix = `csmkit-log-${Math.random().toString(36).slice(2)}`;
  let problem = "";

  const saved = make("strong", { class: "saved", role: "status", "aria-live": "polite" });
  const trouble = make("p", { class: "trouble", role: "alert", hidden: true });
  const fields = shown.fields.map(field);
  const button = make("button", { type: "submit", class: "primary", "data-key": "add" }, shown.button);
  const log = make("ol", { class: "log", "aria-label": "What is in the log", tabindex: "0" });
  const sheet = make("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); add(); } },
    ...fields.map((one) => one.node), trouble,
    make("div", { class: "buttons" }, button, saved, fields.length ? make("span", { class: "hint", "aria-hidden": "true" }, make("b", { class: "key" }, "Ctrl+Enter"), " adds") : null));
  const root = make("section", { class: "csmkit-log", "aria-label": shown.title },
    make("header", {}, make("h2", {}, shown.title), make("p", { class: "muted" }, isolated(shown.about)), make("p", { class: "lead" }, shown.lead)),
    sheet, log);
  el.replaceChildren(root);

  function field(one) {
    const id = `${prefix}-${one.name}`;
    const about = one.help ? `${id}-help` : undefined;
    const common = { id, name: one.name, "data-key": one.name, "aria-describedby": about, oninput: () => { form.typed[one.name] = input.value; paint(); } };
    const options = (one.options ?? []).map(([value, text]) => make("option", { value }, one.kind === "line" ? undefined : text));
    const list = one.kind === "line" && options.length ? make("datalist", { id: `${id}-list` }, ...options) : null;
    const input = {
      choice: () => make("select", common, ...options),
      day: () => make("input", { ...common, type: "date", max: today() }),
      line: () => make("input", { ...common, type: "text", maxlength: one.most, list: list?.id, autocomplete: "off" }),
      text: () => make("textarea", { ...common, rows: "3", maxlength: one.most }),
    }[one.kind]();
    const first = one.value === "today" ? today() : one.kind === "choice" ? one.value ?? one.options[0]?.[0] ?? "" : "";
    input.value = form.typed[one.name] ?? first;
    const node = make("div", { class: `field ${one.kind}` }, make("label", { for: id }, one.label), input, list,
      one.help ? make("p", { class: "help", id: about }, one.help) : null);
    return { ...one, node, input, first };
  }

  function add() {
    if (form.sent) return;
    problem = "";
    const values = Object.fromEntries(fields.map((one) => [one.name, one.input.value]));
    form.sent = { key: prefix + Date.now(), values, made: Date.now() };
    send();
  }

  function send() {
    form.sent.made = Date.now();
    try {
      model.send({ do: "add", key: form.sent.key, values: form.sent.values });
    } catch {
      form.sent.made -= PATIENCE;
    }
    setTimeout(paint, PATIENCE + 10);
    paint();
  }

  function take(answer) {
    if (!form.sent || answer.key !== form.sent.key) return;
    const { values } = form.sent;
    form.sent = null;
    if (answer.answer === "refused") {
      problem = [answer.what, answer.remedy].filter(Boolean).join(" ");
    } else {
      form.saved = new Date().toLocaleTimeString("en-GB");
      // Who and when often stay the same for the next one; what was said does not. What was typed
      // on meanwhile is not in the log yet, and stays.
      const said = fields.find((one) => one.name === "text");
      if (said && said.input.value === values.text) {
        delete form.typed.text;
        said.input.value = "";
        said.input.focus();
      }
    }
    paint();
  }

  const late = () => form.sent && Date.now() - form.sent.made >= PATIENCE;

  function paint() {
    const text = form.typed.text?.trim();
    saved.className = "saved";
    if (late() || problem) {
      saved.classList.add("bad");
      saved.textContent = "NOT SAVED";
    } else if (form.sent) saved.textContent = "Saving …";
    else if (text) saved.textContent = "Not saved yet";
    else if (form.saved) {
      saved.classList.add("good");
      saved.textContent = `Saved ${form.saved}`;
    } else saved.textContent = "";
    button.disabled = Boolean(form.sent) && !late();
    button.textContent = late() ? "Try again" : shown.button;
    const said = late() ? "No answer from the kernel for 2 seconds. If it was restarted or shut down, run this cell again: what you wrote is kept on this page." : problem;
    trouble.hidden = !said;
    if (trouble.dataset.text !== said) {
      trouble.dataset.text = said;
      trouble.replaceChildren(isolated(said));
    }
  }

  function paintLog() {
    const rows = model.get("rows");
    log.replaceChildren(...rows.map((row) => make("li", {},
      make("p", { class: "head" }, row.tag ? make("span", { class: `tag ${row.tag}` }, capital(row.tag)) : null, isolated(row.head)),
      make("p", { class: "said" }, isolated(row.text)))));
    if (!rows.length) log.replaceChildren(make("li", { class: "muted" }, shown.empty));
  }

  sheet.addEventListener("submit", (event) => event.stopPropagation());
  shield(root, (event) => {
    const enter = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    const keep = event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey;
    if (!enter && !keep) return;
    event.preventDefault();
    if (form.sent && late()) send();
    else add();
  });
  button.addEventListener("click", (event) => {
    if (!late()) return;
    event.preventDefault();
    send();
  });
  model.on("msg:custom", take);
  model.on("change:rows", paintLog);
  // Drawn again, perhaps on another kernel: what was not acknowledged goes out once more.
  if (form.sent) send();
  paint();
  paintLog();
  return () => {
    model.off("msg:custom", take);
    model.off("change:rows", paintLog);
  };
}

export default { render };
