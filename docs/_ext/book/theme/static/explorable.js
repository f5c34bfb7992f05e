// What explorables share: random numbers, charts with axes, legends, sliders, buttons, and a line that says how
// things stand.
//
// A page shows an explorable in an element of the class "explorable", whose attribute "data-kind" names it:
// "training" is made by explorable-training.js. See `fill_context` in docs/_ext/book/theme, which hands the
// words of the edition to that script. Paper shows it as it stands, without its controls; readers without scripts
// see nothing of it.
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
      // A browser saves a page with what scripts have put into it.
      root.replaceChildren();
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

  // -- Chance ----------------------------------------------------------------------------------------

  // Standard normal numbers: mulberry32 by Tommy Ettinger, whose state is 32 bits, and Box–Muller.
  function normal(seed) {
    let state = seed;
    function uniform() {
      state = (state + 0x6d2b79f5) | 0;
      let bits = Math.imul(state ^ (state >>> 15), state | 1);
      bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
      return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
    }
    return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  }

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
      // Let the axes begin and end elsewhere.
      range(ofX, ofY) {
        [x.from, x.to] = ofX;
        [y.from, y.to] = ofY;
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

  // The points of a polyline as a path of dots.
  const dotted = (points) => points.replace(/\S+/g, "M$&h0");

  // Of the logarithm on the axis, the number itself.
  const raised = (number) => String(number).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
  const power = (exponent) => (exponent < 4 ? 10 ** exponent : `10${raised(exponent)}`);

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

  // Of a reader who comes back, a browser would restore the controls, but not what was computed with them.
  const FRESH = { autocomplete: "off" };

  // A slider with its name and its value; returns what reads the value.
  function slider(parent, words, range, digits, action) {
    const label = html("label", {}, parent);
    html("span", { textContent: words }, label);
    const shown = html("span", { className: "value" }, label);
    // The slider itself tells its value.
    shown.setAttribute("aria-hidden", true);
    const input = html("input", { type: "range", ...range, ...FRESH }, label);
    const value = () => Number(input.value);
    const write = () => (shown.textContent = value().toFixed(digits));
    input.addEventListener("input", () => {
      write();
      action();
    });
    write();
    return value;
  }

  // A slider through the given values, which begins at one of them; returns what reads the value.
  function valueSlider(parent, words, values, value, action) {
    const label = html("label", {}, parent);
    html("span", { textContent: words }, label);
    const shown = html("span", { className: "value" }, label);
    shown.setAttribute("aria-hidden", true);
    const range = { type: "range", min: 0, max: values.length - 1, value: values.indexOf(value) };
    const input = html("input", { ...range, ...FRESH }, label);
    const read = () => values[input.value];
    function write() {
      shown.textContent = read();
      input.setAttribute("aria-valuetext", read());
    }
    input.addEventListener("input", () => {
      write();
      action();
    });
    write();
    return read;
  }

  // A list to choose from, of keys and words; returns what reads the key.
  function choice(parent, words, options, action) {
    const label = html("label", {}, parent);
    html("span", { textContent: words }, label);
    const select = html("select", { className: "form-select", ...FRESH }, label);
    for (const [value, textContent] of options) html("option", { value, textContent }, select);
    select.addEventListener("change", action);
    return () => select.value;
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

  // -- The line of linear_tutorial, to the last bit ---------------------------------------------------

  const f = Math.fround;

  // In float32 the order counts. This is Eigen's, with which TensorFlow sums on a processor with AVX: four
  // registers of eight take turns and are added up, then their halves and quarters, then what is left over.
  function sum(values) {
    const registers = [0, 1, 2, 3].map(() => new Float32Array(8));
    const [first, ...others] = registers;
    const inTurns = values.length - (values.length % 32);
    const inEights = values.length - (values.length % 8);
    for (let i = 0; i < inTurns; i++) registers[(i >> 3) % 4][i % 8] += values[i];
    for (const other of others) other.forEach((value, i) => (first[i] += value));
    for (let i = inTurns; i < inEights; i++) first[i % 8] += values[i];
    const [a, b, c, d] = first.subarray(0, 4).map((value, i) => value + first[i + 4]);
    const rest = values.slice(inEights).reduce((total, value) => f(total + value), 0);
    return f(rest + f(f(a + c) + f(b + d)));
  }

  // W and b with their loss and its gradient.
  function state({ x, y }, w, b) {
    const errors = x.map((value, i) => f(f(f(value * w) + b) - y[i]));
    const share = f(1 / x.length);
    const pulls = errors.map((error) => f(share * f(2 * error)));
    return {
      w,
      b,
      loss: f(sum(errors.map((error) => f(error * error))) / x.length),
      dw: sum(pulls.map((pull, i) => f(pull * x[i]))),
      db: sum(pulls),
    };
  }

  // As tf.linspace computes it.
  function inputs(count) {
    const step = f(4 / (count - 1));
    return Array.from({ length: count }, (_, i) => (i < count - 1 ? f(-2 + f(i * step)) : 2));
  }

  const STAR = "M0-8L2-2.6 7.6-2.5 3.2 1 4.7 6.5 0 3.3-4.7 6.5-3.2 1-7.6-2.5-2-2.6Z";

  // Of large numbers, only those near enough to be drawn.
  const isNear = (point) => point.every((value) => Math.abs(value) < 1e4);

  return {
    ...{ show, svg, html, fill, normal, chart, text, dotted, power, STAR, isNear },
    ...{ legend, slider, valueSlider, choice, button, status, state, inputs },
  };
})();
