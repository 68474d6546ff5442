// What stands below the choice of the desk. The kernel takes seconds for a book and tells nothing
// meanwhile: that it is being read is said here, as soon as both are chosen.

const REFERENCE = "IPY_MODEL_";

async function render({ model, el }) {
  const node = make("p", { class: "csmkit-desk", role: "status", "aria-live": "polite" });
  el.replaceChildren(node);
  const show = (text, fault = false) => {
    node.textContent = text;
    node.hidden = !text;
    node.setAttribute("role", fault ? "alert" : "status");
  };
  const paint = () => show(model.get("told"), model.get("fault"));
  model.on("change:told", paint);
  paint();

  const named = ["rater", "csm"].map((name) => model.get(name).slice(REFERENCE.length));
  const [rater, csm] = await Promise.all(named.map((id) => model.widget_manager.get_model(id)));
  const wait = () => {
    if (!rater.get("index") || !csm.get("index")) return;
    const { moment, other } = model.get("said");
    const name = csm.get("_options_labels")[csm.get("index")];
    const second = other.replace("{name}", "");
    show(moment.replace("{name}", name.endsWith(second) ? name.slice(0, -second.length) : name));
  };
  for (const one of [rater, csm]) one.on("change:index", wait);
  return () => {
    model.off("change:told", paint);
    for (const one of [rater, csm]) one.off("change:index", wait);
  };
}

export default { render };
