// Gradient descent to play with: drag the start over the loss surface, choose a learning rate, step or
// run, and watch the path, the line and the loss. It computes in float32, as the package does.
//
// The element has the labels of the data, and W and b of the line that the data was made from.
"use strict";

(() => {
  const { svg, html, text, dotted, power, state, STAR, isNear } = explorable;
  const f = Math.fround;
  const EPOCHS = 100;
  // As far for one unit of W as for one of b, or steps would not be at right angles to contours.
  const PLANE = { w: [-1, 7], b: [-2, 6], height: 354 };
  const CONTOURS = [1.5, 3, 6, 11, 18, 28];

  // -- The training loop of linear_tutorial, to the last bit ------------------------------------------

  function update(points, { w, b, dw, db }, learningRate) {
    const rate = f(learningRate);
    return state(points, f(w - f(rate * dw)), f(b - f(rate * db)));
  }

  // -- Drawing ----------------------------------------------------------------------------------------

  const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;

  // The surface: around the line of least squares, the contours are ellipses. Their numbers stand to the
  // upper left, away from the path of most starts.
  function drawContours({ plot, place }, { x, y }) {
    const square = mean(x.map((value) => value * value));
    const best = [mean(x.map((value, i) => value * y[i])) / square, mean(y)];
    const [cx, cy] = place(best);
    const unit = place([best[0] + 1, best[1]])[0] - cx;
    const radii = (level) => {
      const ry = unit * Math.sqrt(level - state({ x, y }, ...best).loss);
      return [ry / Math.sqrt(square), ry];
    };
    for (const [rx, ry] of CONTOURS.map(radii)) svg("ellipse", { cx, cy, rx, ry, class: "contour" }, plot);
    for (const level of CONTOURS) {
      const [rx, ry] = radii(level);
      text(plot, level, [cx - rx * Math.SQRT1_2, cy - ry * Math.SQRT1_2 + 4]);
    }
  }

  // The path of an arrow; nothing, if it is too short to be seen.
  function arrow([x, y], [toX, toY]) {
    const length = Math.hypot(toX - x, toY - y);
    if (length < 2) return "";
    const head = Math.min(8, length / 2) / length;
    const [alongX, alongY] = [(toX - x) * head, (toY - y) * head];
    const [backX, backY] = [toX - alongX, toY - alongY];
    const sides = [0.5, -0.5].map((side) => `${backX - side * alongY} ${backY + side * alongX}`);
    return `M${x} ${y}L${toX} ${toY}M${sides[0]}L${toX} ${toY}L${sides[1]}`;
  }

  // -- One explorable ---------------------------------------------------------------------------------

  function make(root, words) {
    const y = root.dataset.labels.split(" ").map(Number).map(f);
    const points = { x: explorable.inputs(y.length), y };
    const truth = root.dataset.line.split(" ").map(Number);
    const trueValues = explorable.fill(words.truth, { w: truth[0], b: truth[1] });
    let start = { w: f(5), b: f(0) };
    let running = null;
    root.history = [];

    explorable.legend(root, [
      ["circle", { cx: 12, cy: 8, r: 7, class: "start" }, words.start],
      ["path", { d: "M4 8h0M12 8h0M20 8h0", class: "dots" }, words.path],
      ["path", { d: arrow([1, 8], [23, 8]), class: "next" }, words.next],
      ["path", { d: STAR, class: "truth", transform: "translate(12 8)" }, trueValues],
      ["path", { d: "M2 14Q6 2 22 3", class: "contour" }, words.contour],
    ]);
    const left = html("div", {}, root);
    const right = html("div", {}, root);

    const plane = explorable.chart(left, {
      label: words.plane,
      height: PLANE.height,
      x: { name: "W", from: PLANE.w[0], to: PLANE.w[1] },
      y: { name: "b", from: PLANE.b[0], to: PLANE.b[1] },
    });
    plane.root.classList.add("plane");
    // What is reached by keyboard may not stand in a picture.
    plane.root.setAttribute("role", "group");
    drawContours(plane, points);
    svg("path", { d: STAR, class: "truth", transform: `translate(${plane.place(truth)})` }, plane.plot);
    const path = svg("polyline", { class: "path" }, plane.plot);
    const dots = svg("path", { class: "dots" }, plane.plot);
    const handle = svg(
      "circle",
      { r: 7, class: "start", tabindex: 0, role: "slider", "aria-label": words.move },
      plane.over,
    );
    const next = svg("path", { class: "next" }, plane.plot);

    const controls = html("div", { className: "controls" }, left);
    const status = explorable.status(left);

    const data = explorable.chart(right, {
      label: words.data,
      height: 226,
      x: { name: "x", from: -2.2, to: 2.2 },
      y: { name: "y", from: -12, to: 12 },
    });
    const drawn = points.x.map((x, i) => `M${data.place([x, y[i]])}h0`).join("");
    svg("path", { d: drawn, class: "points" }, data.plot);
    const fit = svg("polyline", { class: "fit" }, data.plot);
    const curve = explorable.chart(right, {
      label: words.curve,
      height: 186,
      x: { name: words.epochs, from: 0, to: 20 },
      y: { name: words.loss, from: -0.2, to: 2, write: power },
    });
    const losses = svg("polyline", { class: "losses" }, curve.over);
    const epochs = svg("path", { class: "losses dots" }, curve.over);

    function show() {
      const { history } = root;
      const now = history.at(-1);
      const walked = plane.line(history.map(({ w, b }) => [w, b]).filter(isNear));
      path.setAttribute("points", walked);
      dots.setAttribute("d", dotted(walked));
      const to = update(points, now, learningRate());
      const ends = [[now.w, now.b], [to.w, to.b]];
      next.setAttribute("d", ends.every(isNear) ? arrow(...ends.map(plane.place)) : "");
      const [x, yOfStart] = plane.place([start.w, start.b]);
      handle.setAttribute("cx", x);
      handle.setAttribute("cy", yOfStart);
      handle.setAttribute("aria-valuetext", `W = ${start.w.toFixed(2)}, b = ${start.b.toFixed(2)}`);
      fit.setAttribute("points", data.line([-2, 2].map((at) => [at, at * now.w + now.b])));
      const heights = history.map(({ loss }) => Math.log10(Math.min(loss, 1e38)));
      curve.range([0, Math.max(20, history.length - 1)], [-0.2, Math.max(2, ...heights)]);
      const fallen = curve.line(heights.map((height, k) => [k, height]));
      losses.setAttribute("points", fallen);
      epochs.setAttribute("d", dotted(fallen));
      status.textContent = diverges() ? words.diverges : said(now);
    }

    function said({ w, b, loss, dw, db }) {
      const numbers = `W = ${w.toFixed(2)}, b = ${b.toFixed(2)}, loss=${loss.toFixed(5)}`;
      const gradient = `dL/dW = ${dw.toFixed(4)}, dL/db = ${db.toFixed(4)}`;
      const epoch = explorable.fill(words.epoch, { epoch: root.history.length - 1 });
      // If there is no room for a line, it is not broken between numbers.
      return `${epoch}${unbroken(numbers)}\n${words.gradient}${unbroken(gradient)}`;
    }

    const unbroken = (line) => line.replaceAll(" ", "\u00a0");
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
      status.setAttribute("aria-busy", false);
    }

    function toggleRun() {
      if (running) return stop();
      if (diverges() || root.history.length > EPOCHS) restart();
      running = setInterval(step, 120);
      run.textContent = words.pause;
      // A screen reader need not read every step.
      status.setAttribute("aria-busy", true);
    }

    function moveStart(w, b) {
      const inside = (value, [low, high]) => f(Math.min(Math.max(value, low), high));
      start = { w: inside(w, PLANE.w), b: inside(b, PLANE.b) };
      restart();
    }

    // By pointer, finger or keyboard.
    const drag = (event) => moveStart(...plane.valuesAt(event));
    plane.root.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      plane.root.setPointerCapture(event.pointerId);
      drag(event);
    });
    plane.root.addEventListener("pointermove", (event) => {
      if (plane.root.hasPointerCapture(event.pointerId)) drag(event);
    });

    const MOVES = { ArrowLeft: [-0.5, 0], ArrowRight: [0.5, 0], ArrowUp: [0, 0.5], ArrowDown: [0, -0.5] };
    handle.addEventListener("keydown", (event) => {
      const move = MOVES[event.key];
      if (!move) return;
      event.preventDefault();
      moveStart(start.w + move[0], start.b + move[1]);
    });

    const rates = { min: 0.01, max: 1.1, step: 0.01, value: 0.1 };
    const learningRate = explorable.slider(controls, words.rate, rates, 2, restart);
    explorable.button(controls, words.step, step);
    const run = explorable.button(controls, words.run, toggleRun);
    explorable.button(controls, words.restart, restart);
    restart();
  }

  explorable.show("training", make);
})();
