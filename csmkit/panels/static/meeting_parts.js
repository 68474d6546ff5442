// Pieces of the meeting's screen: values as shapes, figures, tables, fields of a form.

// A value as a shape with its letter; hollow where no dated item is behind it.
function valueMark(value, { bare = false, name = "" } = {}) {
  if (!value) return make("span", { class: "mark none", role: "img", "aria-label": `${name} not scored`.trim() }, "–");
  const mark = shape(value);
  if (bare) mark.classList.add("bare");
  return make("span", { class: "mark", role: "img", "aria-label": `${name} ${WORD[value]}${bare ? ", no dated item" : ""}`.trim() }, mark);
}

const clockText = (seconds) => {
  const whole = Math.max(0, Math.round(Math.abs(seconds)));
  return `${seconds < 0 && whole ? "−" : ""}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

const hint = (key) => make("kbd", {}, key);

// What the kernel made of a frame: heads, groups of rows, and what is said where there are none.
function cellTable({ caption, heads, groups, empty, more }) {
  const title = caption ? make("h4", {}, caption) : null;
  if (!groups.length) return make("div", { class: "table" }, title, make("p", { class: "muted" }, empty));
  const numeric = heads.map(([, number]) => number);
  const cell = ([text, style], at) => {
    const node = make(at ? "td" : "th", { class: [numeric[at] ? "number" : "", style.includes("missing") || style.includes("muted") ? "muted" : ""].join(" ").trim() || undefined, scope: at ? undefined : "row" });
    node.append(isolated(text));
    return node;
  };
  return make("div", { class: "table" }, title,
    make("table", {},
      make("thead", {}, make("tr", {}, ...heads.map(([text, number]) => make("th", { scope: "col", class: number ? "number" : undefined }, text)))),
      ...groups.map(([name, rows]) => make("tbody", {},
        name ? make("tr", {}, make("th", { colspan: heads.length, class: "group", scope: "rowgroup" }, name)) : null,
        ...rows.map((row) => make("tr", {}, ...row.map(cell)))))),
    more ? make("p", { class: "muted" }, more) : null);
}

function field(label, control, beside = null) {
  return make("label", { class: "field" }, make("span", {}, label), control, beside);
}

function choose(options, value = "", more = {}) {
  const select = make("select", more, ...options.map(([key, text]) => make("option", { value: key }, text)));
  select.value = value;
  return select;
}

// A bar from low to high with a mark for what was: where it lies says little, and that is said.
function intervalBar({ label, value, low, high, at: [from, to, mark, middle] }) {
  const ends = [Math.min(from, mark, 0.5), Math.max(to, mark, 1)];
  const place = (x) => `${(100 * (x - ends[0])) / (ends[1] - ends[0] || 1)}%`;
  return make("div", { class: "interval" },
    make("p", {}, `${label.split(",")[0]} `, make("b", {}, value), make("span", { class: "muted" }, ` · average CSM ${low.replace(/\s?%$/, "")} to ${high}`)),
    make("div", { class: "track", role: "img", "aria-label": `${label} ${value}, an average CSM with this book ${low} to ${high}` },
      make("i", { class: "range", style: `left:${place(from)};right:calc(100% - ${place(to)})` }),
      make("i", { class: "middle", style: `left:${place(middle)}` }),
      make("i", { class: "was", style: `left:${place(mark)}` })));
}
