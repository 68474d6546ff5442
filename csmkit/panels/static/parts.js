// What every panel's script stands on: nodes whose text only ever becomes text, never markup.

const PATIENCE = 2000; // after so long without an answer a person must be told

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const many = (n, one, several = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : several}`;
const spoken = (name) => name.replaceAll("_", " ");
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function newKey() {
  // randomUUID is missing where a page comes over plain HTTP from another machine.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// JupyterLab's single-key shortcuts would delete the cell while somebody types in a panel.
function shield(root, onkeydown) {
  const stop = (event) => event.stopPropagation();
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("keyup", stop);
  root.addEventListener("keypress", stop);
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    onkeydown(event);
  });
}


// Under a mouse nothing may move: what has the focus is brought into sight for the keyboard only.
// The browser's :focus-visible also matches where a script moved the focus after a click.
let byKeys = true;
for (const what of ["keydown", "pointerdown", "wheel"]) {
  document.addEventListener(what, () => { byKeys = what === "keydown"; }, { capture: true, passive: true });
}
const byKeyboard = () => byKeys;
