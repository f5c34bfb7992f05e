// Gradient descent to play with: drag the start over the loss surface, choose a learning rate, step or
// run, and watch the path, the line and the loss. It computes in float32, as the package does.
//
// A page shows it in an element of the class "explorable" that has the labels of the data; the words are
// attributes of the script, see `fill_context` in docs/_ext/book/theme. Paper and readers without scripts
// have the figure beside it.
"use strict";

(() => {
  const { dataset: words } = document.currentScript;
  const f = Math.fround;
  const SVG = "http://www.w3.org/2000/svg";
  const EPOCHS = 100;
  const PLANE = { x: [-1, 7], y: [-2, 6], size: [320, 320] };
  const DATA = { x: [-2.2, 2.2], y: [-12, 12], size: [320, 200] };
  const CURVE = { x: [0, 20], y: [-0.2, 2], size: [320, 110] };

  // -- The training loop of linear_tutorial, in float32 ---------------------------------------------

  const mean = (values) => f(values.reduce((sum, value) => f(sum + value), 0) / values.length);

  function errors({ x, y }, w, b) {
    return x.map((value, i) => f(f(f(value * w) + b) - y[i]));
  }

  function state(points, w, b) {
    return { w, b, loss: mean(errors(points, w, b).map((error) => f(error * error))) };
  }

  function update(points, { w, b }, learningRate) {
    const e = errors(points, w, b);
    const dw = f(2 * mean(e.map((error, i) => f(error * points.x[i]))));
    const db = f(2 * mean(e));
    const rate = f(learningRate);
    return state(points, f(w - f(rate * dw)), f(b - f(rate * db)));
  }

  // -- Drawing --------------------------------------------------------------------------------------

  function element(name, attributes, parent) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    parent?.append(made);
    return made;
  }

  function panel(box, label, parent) {
    const [width, height] = box.size;
    const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" }, parent);
    svg.setAttribute("aria-label", label);
    return svg;
  }

  const place = ({ x, y, size }, [px, py]) => [
    ((px - x[0]) / (x[1] - x[0])) * size[0],
    ((y[1] - py) / (y[1] - y[0])) * size[1],
  ];

  const line = (box, points) =>
    points.map((point) => place(box, point).map((value) => value.toFixed(1)).join()).join(" ");

  function axisLabel(svg, text, x, y, anchor = "middle") {
    element("text", { x, y, "text-anchor": anchor, class: "label" }, svg).textContent = text;
  }

  // -- One explorable -------------------------------------------------------------------------------

  function make(root) {
    const y = root.dataset.labels.split(" ").map(Number).map(f);
    const last = y.length - 1;
    const points = { x: y.map((_, i) => f(-2 + (4 * i) / last)), y };
    root.hidden = false;

    let start = { w: f(5), b: f(0) };
    let running = null;
    root.history = [];

    const left = document.createElement("div");
    const right = document.createElement("div");
    const controls = document.createElement("div");
    controls.className = "controls";
    const status = document.createElement("output");
    status.setAttribute("aria-live", "polite");
    root.append(left, right);

    // The surface: for the line of least squares, the contours are ellipses.
    const plane = panel(PLANE, words.plane, left);
    plane.classList.add("plane");
    // What is reached by keyboard may not stand in a picture.
    plane.setAttribute("role", "group");
    left.append(controls, status);
    const slope = mean(points.x.map((x, i) => x * y[i])) / mean(points.x.map((x) => x * x));
    const best = state(points, slope, mean(y));
    const [cx, cy] = place(PLANE, [best.w, best.b]);
    const unit = PLANE.size[0] / (PLANE.x[1] - PLANE.x[0]);
    for (const level of [1.5, 3, 6, 11, 18, 28, 40]) {
      const ry = Math.sqrt(level - best.loss) * unit;
      const rx = ry / Math.sqrt(mean(points.x.map((x) => x * x)));
      element("ellipse", { cx, cy, rx, ry, class: "contour" }, plane);
      axisLabel(plane, level, cx, cy - ry - 2);
    }
    axisLabel(plane, "W", PLANE.size[0] - 10, PLANE.size[1] - 8);
    axisLabel(plane, "b", 10, 16);
    element("path", { d: `M${cx - 6} ${cy}h12M${cx} ${cy - 6}v12`, class: "best" }, plane);
    const path = element("polyline", { class: "path" }, plane);
    const dots = element("path", { class: "dots" }, plane);
    const handle = element(
      "circle",
      { r: 9, class: "start", tabindex: 0, role: "slider", "aria-label": words.start },
      plane,
    );

    const data = panel(DATA, words.data, right);
    points.x.forEach((x, i) => {
      const [px, py] = place(DATA, [x, y[i]]);
      element("circle", { cx: px, cy: py, r: 2, class: "point" }, data);
    });
    const fit = element("polyline", { class: "fit" }, data);
    axisLabel(data, "y", 10, 16);
    axisLabel(data, "x", DATA.size[0] - 10, DATA.size[1] - 8);
    const curve = panel(CURVE, words.curve, right);
    const losses = element("polyline", { class: "losses" }, curve);
    axisLabel(curve, words.loss, 6, 14, "start");

    function show() {
      const { history } = root;
      const now = history.at(-1);
      const walked = line(PLANE, history.map(({ w, b }) => [w, b]).filter(isNear));
      path.setAttribute("points", walked);
      dots.setAttribute("d", walked.replace(/\S+/g, "M$&h0"));
      const [x, yOfStart] = place(PLANE, [start.w, start.b]);
      handle.setAttribute("cx", x);
      handle.setAttribute("cy", yOfStart);
      handle.setAttribute("aria-valuetext", `W = ${start.w.toFixed(2)}, b = ${start.b.toFixed(2)}`);
      fit.setAttribute("points", line(DATA, [-2, 2].map((at) => [at, at * now.w + now.b])));
      const heights = history.map(({ loss }) => Math.log10(Math.min(loss, 1e38)));
      const box = {
        ...CURVE,
        x: [0, Math.max(CURVE.x[1], history.length - 1)],
        y: [CURVE.y[0], Math.max(CURVE.y[1], ...heights)],
      };
      losses.setAttribute("points", line(box, heights.map((height, k) => [k, height])));
      const numbers = `W = ${now.w.toFixed(2)}, b = ${now.b.toFixed(2)}, loss=${now.loss.toFixed(5)}`;
      status.textContent = diverges()
        ? words.diverges
        : `${words.epoch.replace("{}", history.length - 1)}${numbers}`;
    }

    const isNear = ([w, b]) => Math.abs(w) < 1e4 && Math.abs(b) < 1e4;
    const diverges = () => !Number.isFinite(root.history.at(-1).loss);

    function restart() {
      stop();
      root.history = [state(points, start.w, start.b)];
      show();
    }

    function step() {
      if (diverges() || root.history.length > EPOCHS) return stop();
      root.history.push(update(points, root.history.at(-1), learningRate()));
      show();
    }

    function stop() {
      clearInterval(running);
      running = null;
      run.textContent = words.run;
    }

    function toggleRun() {
      if (running) return stop();
      if (diverges() || root.history.length > EPOCHS) restart();
      running = setInterval(step, 120);
      run.textContent = words.pause;
    }

    function moveStart(w, b) {
      const inside = (value, [low, high]) => f(Math.min(Math.max(value, low), high));
      start = { w: inside(w, PLANE.x), b: inside(b, PLANE.y) };
      restart();
    }

    // By pointer, finger or keyboard.
    plane.addEventListener("pointerdown", (event) => {
      plane.setPointerCapture(event.pointerId);
      drag(event);
    });
    plane.addEventListener("pointermove", (event) => {
      if (plane.hasPointerCapture(event.pointerId)) drag(event);
    });

    function drag(event) {
      const { left, top, width } = plane.getBoundingClientRect();
      const scale = (PLANE.x[1] - PLANE.x[0]) / width;
      moveStart(PLANE.x[0] + (event.clientX - left) * scale, PLANE.y[1] - (event.clientY - top) * scale);
    }

    const MOVES = { ArrowLeft: [-0.5, 0], ArrowRight: [0.5, 0], ArrowUp: [0, 0.5], ArrowDown: [0, -0.5] };
    handle.addEventListener("keydown", (event) => {
      const move = MOVES[event.key];
      if (!move) return;
      event.preventDefault();
      moveStart(start.w + move[0], start.b + move[1]);
    });

    function button(label, action) {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "btn btn-sm";
      made.textContent = label;
      made.addEventListener("click", action);
      return made;
    }

    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0.01, max: 1.1, step: 0.01, value: 0.1 });
    const shown = document.createElement("span");
    const learningRate = () => Number(slider.value);
    const showRate = () => (shown.textContent = learningRate().toFixed(2));
    slider.addEventListener("input", () => {
      showRate();
      restart();
    });
    const label = document.createElement("label");
    label.append(words.rate, " ", slider, " ", shown);
    const run = button(words.run, toggleRun);
    controls.append(label, button(words.step, step), run, button(words.restart, restart));
    showRate();
    restart();
  }

  document.querySelectorAll(".explorable").forEach(make);
})();
