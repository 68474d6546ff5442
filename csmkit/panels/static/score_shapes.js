// A value is a shape, a letter and a word: colour is never the only sign.

const COLOURS = ["red", "yellow", "green"];
const VALUES = [...COLOURS, "not_observed"];
const WORD = { red: "Red", yellow: "Yellow", green: "Green", not_observed: "Not observed", "": "no value" };
const LETTER = { red: "R", yellow: "Y", green: "G", not_observed: "N", unknown: "?" };
const OUTLINE = {
  red: "M3 3H21V21H3Z",
  yellow: "M12 .8 23.2 12 12 23.2 .8 12Z",
  green: "M12 1.5A10.5 10.5 0 1 1 11.99 1.5Z",
  not_observed: "M8 4H16A8 8 0 0 1 16 20H8A8 8 0 0 1 8 4Z",
  unknown: "M8 4H16A8 8 0 0 1 16 20H8A8 8 0 0 1 8 4Z",
};

function drawn(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function shape(value) {
  return drawn("svg", { viewBox: "0 0 24 24", class: `shape ${value}`, "aria-hidden": "true", focusable: "false" },
    drawn("path", { d: OUTLINE[value] }),
    drawn("text", { x: "12", y: "12", "text-anchor": "middle", "dominant-baseline": "central" }, LETTER[value]));
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayOf = (iso) => (iso ? DAY.format(new Date(`${iso}T00:00`)) : "no date");
const monthOf = (month) => MONTH.format(new Date(`${month}-01T00:00`));
const clockOf = (iso) => CLOCK.format(new Date(iso));
function momentOf(iso) {
  const at = new Date(iso);
  return at.toDateString() === new Date().toDateString() ? clockOf(iso) : `${DAY.format(at)}, ${clockOf(iso).slice(0, 5)}`;
}
const isolated = (text) => make("bdi", {}, text);
