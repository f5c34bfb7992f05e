// What explorables share: charts with axes, legends, sliders, buttons, and a line that says how things stand.
//
// A page shows an explorable in an element of the class "explorable", whose attribute "data-kind" names it:
// "training" is made by explorable-training.js. See `fill_context` in docs/_ext/book/theme, which hands the
// words of the edition to that script. Paper and readers without scripts see nothing of it.
"use strict";

const explorable = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  // Of all charts, in units of the viewBox, which are about a pixel each.
  const WIDTH = 336;
  const MARGIN = { left: 34, right: 14, top: 26, bottom: 40 };
  // Between two numbers on an axis.
  const APART = { x: 36, y: 30 };

  // Show the explorables of a kind: `make` gets the element and the words.
  function show(kind, make) {
    const { dataset: words } = document.currentScript;
    for (const root of document.querySelectorAll(`.explorable[data-kind="${kind}"]`)) {
      root.hidden = false;
      make(root, words);
    }
  }

  function svg(name, attributes, parent) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent.append(made);
    return made;
  }

  function html(name, properties, parent) {
    const made = Object.assign(document.createElement(name), properties);
    parent.append(made);
    return made;
  }

  // Put values in the place of their names: "{count} results".
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // -- Charts -----------------------------------------------------------------------------------------

  // Round numbers on an axis, at most so many.
  function ticks(from, to, most) {
    const least = (to - from) / most;
    const power = 10 ** Math.floor(Math.log10(least));
    const step = power * [1, 2, 5, 10].find((factor) => factor * power >= least);
    const first = Math.ceil(from / step);
    const count = Math.floor(to / step) - first + 1;
    return Array.from({ length: count }, (_, i) => (first + i) * step);
  }

  const inMinus = (value) => String(value).replace("-", "−");

  // A chart. An axis has a name, the range from, to, and perhaps a way to write its numbers. What is drawn
  // into `plot` is cut at the edges of the chart, what is drawn into `over` is not; both begin at its upper
  // left corner, and `place` finds the point of a pair of values there.
  function chart(parent, { label, height, x, y }) {
    const inner = {
      x: WIDTH - MARGIN.left - MARGIN.right,
      y: height - MARGIN.top - MARGIN.bottom,
    };
    const box = { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": label };
    const root = svg("svg", box, parent);
    const corner = { transform: `translate(${MARGIN.left} ${MARGIN.top})` };
    const axes = svg("g", { ...corner, class: "axes" }, root);
    const edges = { x: MARGIN.left, y: MARGIN.top, width: inner.x, height: inner.y };
    const plot = svg("svg", edges, root);
    const over = svg("g", corner, root);

    const across = (value) => ((value - x.from) / (x.to - x.from)) * inner.x;
    const down = (value) => ((y.to - value) / (y.to - y.from)) * inner.y;
    const place = ([px, py]) => [across(px), down(py)];

    function drawAxes() {
      axes.replaceChildren();
      svg("path", { d: `M0 0V${inner.y}H${inner.x}` }, axes);
      for (const value of ticks(x.from, x.to, inner.x / APART.x)) {
        svg("path", { d: `M${across(value)} ${inner.y}v4` }, axes);
        text(axes, (x.write ?? inMinus)(value), [across(value), inner.y + 19]);
      }
      for (const value of ticks(y.from, y.to, inner.y / APART.y)) {
        svg("path", { d: `M0 ${down(value)}h-4` }, axes);
        text(axes, (y.write ?? inMinus)(value), [-7, down(value) + 4], "end");
      }
      text(axes, x.name, [inner.x / 2, inner.y + 36]);
      text(axes, y.name, [3 - MARGIN.left, -13], "start");
    }

    drawAxes();
    return {
      root,
      plot,
      over,
      place,
      // Let the axes end elsewhere.
      extend(toX, toY) {
        x.to = toX;
        y.to = toY;
        drawAxes();
      },
      // The points of a polyline.
      line: (points) =>
        points.map((point) => place(point).map((value) => value.toFixed(1)).join()).join(" "),
      // The values under a pointer.
      valuesAt({ clientX, clientY }) {
        const { left, top, width } = root.getBoundingClientRect();
        const unit = WIDTH / width;
        const [px, py] = [(clientX - left) * unit - MARGIN.left, (clientY - top) * unit - MARGIN.top];
        return [
          x.from + (px / inner.x) * (x.to - x.from),
          y.to - (py / inner.y) * (y.to - y.from),
        ];
      },
    };
  }

  function text(parent, words, [x, y], anchor = "middle") {
    svg("text", { x, y, "text-anchor": anchor }, parent).textContent = words;
  }

  // A mark and its meaning each; a mark is the name of an element and its attributes, in 24 by 16.
  function legend(parent, entries) {
    const list = html("ul", { className: "legend" }, parent);
    for (const [name, attributes, words] of entries) {
      const entry = html("li", {}, list);
      svg(name, attributes, svg("svg", { viewBox: "0 0 24 16", "aria-hidden": true }, entry));
      entry.append(words);
    }
  }

  // -- Controls ---------------------------------------------------------------------------------------

  // A slider with its name and its value; returns what reads the value.
  function slider(parent, words, range, digits, action) {
    const label = html("label", {}, parent);
    html("span", { textContent: words }, label);
    const shown = html("span", { className: "value" }, label);
    // The slider itself tells its value.
    shown.setAttribute("aria-hidden", true);
    const input = html("input", { type: "range", ...range }, label);
    const value = () => Number(input.value);
    const write = () => (shown.textContent = value().toFixed(digits));
    input.addEventListener("input", () => {
      write();
      action();
    });
    write();
    return value;
  }

  function button(parent, words, action) {
    const made = html("button", { type: "button", className: "btn btn-sm", textContent: words }, parent);
    made.addEventListener("click", action);
    return made;
  }

  // The line that says how things stand, also to screen readers.
  function status(parent) {
    const line = html("output", {}, parent);
    line.setAttribute("aria-live", "polite");
    return line;
  }

  return { show, svg, html, fill, chart, text, legend, slider, button, status };
})();
