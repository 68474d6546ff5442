// Draws each chart of the page at the width it has, and again when that changes.
(function () {
  "use strict";
  var NARROW = 520;

  // Titles of horizontal axes in lines of so many letters; such a title stands below the labels.
  function wrapTitles(part, letters) {
    var x = part.encoding && part.encoding.x && part.encoding.x.axis;
    if (x && typeof x.title === "string") {
      x.title = x.title.split(" ").reduce(function (lines, word) {
        var last = lines.length - 1;
        if (last >= 0 && (lines[last] + " " + word).length <= letters) lines[last] += " " + word;
        else lines.push(word);
        return lines;
      }, []);
    }
    ["layer", "vconcat", "hconcat", "concat"].forEach(function (name) {
      (part[name] || []).forEach(function (inner) { wrapTitles(inner, letters); });
    });
  }

  // A chart loads nothing, and no mark of it leads out of the page.
  var shut = {
    load: function () { return Promise.reject(new Error("A chart loads nothing.")); },
    sanitize: function (uri, options) {
      var image = options && options.context === "image" && /^data:image\//.test(uri);
      return image ? Promise.resolve({ href: uri }) : Promise.reject(new Error("No links."));
    }
  };

  // What is shown on hover: names and values as text, and never a picture from an address.
  function hovered(value, escaped) {
    if (value === null || typeof value !== "object") return escaped(String(value));
    return "<table><tbody>" + Object.keys(value).map(function (name) {
      return '<tr><td class="key">' + escaped(name) + '</td><td class="value">'
        + escaped(String(value[name])) + "</td></tr>";
    }).join("") + "</tbody></table>";
  }

  // Of several views in one chart each has a width of its own; the page makes the whole smaller.
  function isMany(spec) {
    var split = spec.encoding || {};
    return ["hconcat", "vconcat", "concat", "facet", "repeat"].some(function (n) { return n in spec; })
      || ["row", "column", "facet"].some(function (n) { return n in split; });
  }

  function fitted(spec, width) {
    var fit = spec.usermeta && spec.usermeta.fit;
    var outside = (spec.usermeta && spec.usermeta.outside) || 0;
    var made = JSON.parse(JSON.stringify(spec));
    if (width < NARROW) {
      made.config = made.config || {};
      made.config.axis = made.config.axis || {};
      made.config.axisY = made.config.axisY || {};
      made.config.axisY.labelLimit = 104;
      made.config.axis.labelFontSize = 11;
      made.config.axisY.labelFontSize = 11;
      wrapTitles(made, Math.floor((width - 150) / 6));
    }
    if (fit === "concat") {
      made.vconcat.forEach(function (view) { view.width = Math.max(120, width - outside); });
    } else if (!isMany(made)) {
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
      mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false, loader: shut,
      tooltip: { theme: "custom", formatTooltip: hovered }
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
  var apart = document.getElementById("apart");
  if (apart) apart.hidden = !!window.vegaEmbed;

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
