// The overall level as a panel of its own.

function render({ model, el }) {
  const level = openLevel(model);
  el.replaceChildren(level.root);
  model.on("msg:custom", level.take);
  return () => {
    level.close();
    model.off("msg:custom", level.take);
  };
}

export default { render };
