// Draws each chart of the page at the width it has, and again when that changes.
(function () {
  "use strict";
  var NARROW = 520;

  function fitted(spec, width) {
    var fit = spec.usermeta && spec.usermeta.fit;
    var outside = (spec.usermeta && spec.usermeta.outside) || 0;
    var made = JSON.parse(JSON.stringify(spec));
    if (width < NARROW) {
      made.config.axisY.labelLimit = 104;
      made.config.axis.labelFontSize = 11;
      made.config.axisY.labelFontSize = 11;
    }
    if (fit === "concat") {
      made.vconcat.forEach(function (view) { view.width = Math.max(120, width - outside); });
    } else {
      made.width = width - 2;
      made.autosize = { type: "fit-x", contains: "padding" };
    }
    return made;
  }

  function draw(figure) {
    var canvas = figure.querySelector(".canvas");
    var width = Math.floor(canvas.clientWidth);
    if (!width || canvas.dataset.width === String(width)) return;
    canvas.dataset.width = String(width);
    try {
      embed(figure, canvas, width);
    } catch (error) {
      fail(figure, canvas);
    }
  }

  function fail(figure, canvas) {
    canvas.dataset.drawn = "false";
    canvas.textContent = "";
    figure.classList.add("undrawn");
  }

  function embed(figure, canvas, width) {
    var spec = JSON.parse(figure.querySelector("script").textContent);
    // ast: expressions are interpreted, so the page's policy can forbid eval.
    window.vegaEmbed(canvas, fitted(spec, width), {
      mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
      tooltip: { theme: "custom" }
    }).then(function () {
      canvas.dataset.drawn = "true";
    }).catch(function () {
      fail(figure, canvas);
    });
  }

  function drawAll() {
    Array.prototype.forEach.call(document.querySelectorAll("figure.chart"), draw);
  }

  var waiting;
  window.addEventListener("resize", function () {
    clearTimeout(waiting);
    waiting = setTimeout(drawAll, 150);
  });
  drawAll();

  // The contents show where the reader is.
  var links = {};
  Array.prototype.forEach.call(document.querySelectorAll("nav a"), function (a) {
    links[decodeURIComponent(a.hash.slice(1))] = a;
  });
  if (!("IntersectionObserver" in window)) return;
  var watcher = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (!entry.isIntersecting) return;
      Object.keys(links).forEach(function (id) { links[id].removeAttribute("aria-current"); });
      if (links[entry.target.id]) links[entry.target.id].setAttribute("aria-current", "true");
    });
  }, { rootMargin: "0px 0px -75% 0px" });
  Array.prototype.forEach.call(document.querySelectorAll("main h2[id]"), function (h) {
    watcher.observe(h);
  });
})();
