// Batches and optimizers to play with: choose both, a learning rate and a shift of the inputs, which makes a
// valley of the bowl; step or run, and watch the path and the loss. It computes in float32, as the package does.
//
// The element has the labels of the data, and the orders in which the package takes the examples: a byte for
// each example, epoch after epoch.
"use strict";

(() => {
  const { svg, text, html, dotted, power, state, STAR, isNear } = explorable;
  const f = Math.fround;
  const UPDATES = 1000;
  const SIZES = [1, 2, 4, 8, 16, 32, 64, 201];
  const RATES = [0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3];
  const CONTOURS = [1.5, 3, 6, 11, 18, 28];
  // The same part of the loss with every shift: the line of the start, and the best one, stay in the plane.
  const PLANE = { w: [-1, 7], b: (shift) => [-2 - 5 * shift, 6 - shift] };

  // -- The optimizers of linear_tutorial, to the last bit ---------------------------------------------

  // Each makes the rule for one variable: from its gradient and the number of the update follows the change.
  const OPTIMIZERS = {
    sgd: (rate) => (gradient) => -f(rate * gradient),
    momentum(rate) {
      let velocity = 0;
      return (gradient) => (velocity = f(f(f(0.9) * velocity) - f(rate * gradient)));
    },
    adam(rate) {
      let average = 0;
      let square = 0;
      return (gradient, k) => {
        average = f(average + f(f(1 - 0.9) * f(gradient - average)));
        square = f(square + f(f(1 - 0.999) * f(f(gradient * gradient) - square)));
        const corrected = f(average / f(1 - 0.9 ** k));
        const root = f(Math.sqrt(f(square / f(1 - 0.999 ** k))));
        return -f(f(rate * corrected) / f(root + f(1e-7)));
      };
    },
  };

  // -- Drawing ----------------------------------------------------------------------------------------

  const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;

  // The line of least squares, and the mean and the mean square of the inputs.
  function bowl({ x, y }) {
    const middle = mean(x);
    const square = mean(x.map((value) => value * value));
    const mixed = mean(x.map((value, i) => value * y[i]));
    const w = (mixed - middle * mean(y)) / (square - middle * middle);
    const b = mean(y) - w * middle;
    return { w, b, middle, square, loss: mean(x.map((value, i) => (value * w + b - y[i]) ** 2)) };
  }

  // The contours: with t = b + middle * W, the loss is the smallest one, plus the squares of the distances
  // of t and of W, which the variance stretches. Their numbers stand at their upper ends, if
  // these are in the plane.
  function drawContours(parent, chart, { w, b, middle, square, loss }) {
    const deviation = Math.sqrt(square - middle * middle);
    const angles = Array.from({ length: 121 }, (_, i) => (i * Math.PI) / 60);
    for (const level of CONTOURS) {
      const radius = Math.sqrt(level - loss);
      const points = angles.map((angle) => {
        const ofW = (radius * Math.cos(angle)) / deviation;
        return [w + ofW, b + radius * Math.sin(angle) - middle * ofW];
      });
      svg("polyline", { points: chart.line(points), class: "contour" }, parent);
      const highest = points.reduce((one, other) => (other[1] > one[1] ? other : one));
      const [across, down] = chart.place(highest);
      if (across > 10 && down > 10) text(parent, level, [across, down + 4]);
    }
  }

  // -- One explorable ---------------------------------------------------------------------------------

  function make(root, words) {
    const y = root.dataset.labels.split(" ").map(Number).map(f);
    const orders = Array.from(atob(root.dataset.orders), (character) => character.charCodeAt(0));
    let points, best, variables, running;

    explorable.legend(root, [
      ["circle", { cx: 12, cy: 8, r: 6, class: "start" }, words.start],
      ["path", { d: "M4 8h0M12 8h0M20 8h0", class: "dots" }, words.path],
      ["path", { d: STAR, class: "truth", transform: "translate(12 8)" }, words.best],
      ["path", { d: "M2 14Q6 2 22 3", class: "contour" }, words.contour],
    ]);
    const left = html("div", {}, root);
    const right = html("div", {}, root);

    const plane = explorable.chart(left, {
      label: words.plane,
      height: 354,
      x: { name: "W", from: PLANE.w[0], to: PLANE.w[1] },
      y: { name: "b", from: PLANE.b(0)[0], to: PLANE.b(0)[1] },
    });
    const surface = svg("g", {}, plane.plot);
    const star = svg("path", { d: STAR, class: "truth" }, plane.plot);
    const path = svg("polyline", { class: "path" }, plane.plot);
    const dots = svg("path", { class: "dots small" }, plane.plot);
    const start = svg("circle", { r: 6, class: "start" }, plane.plot);

    const controls = html("div", { className: "controls" }, left);
    const status = explorable.status(left);

    const curve = explorable.chart(right, {
      label: words.curve,
      height: 186,
      x: { name: words.updates, from: 0, to: 20 },
      y: { name: words.loss, from: -0.2, to: 2, write: power },
    });
    const losses = svg("polyline", { class: "losses" }, curve.plot);

    // The batch of an update, of which the last one in an epoch has what is left.
    function batch(update) {
      const inEpoch = Math.ceil(y.length / batchSize());
      const epoch = Math.floor(update / inEpoch);
      const from = (update % inEpoch) * batchSize();
      // After the orders that the page brought along, they begin anew.
      const begin = (epoch * y.length) % orders.length;
      const order = orders.slice(begin, begin + y.length).slice(from, from + batchSize());
      return { x: order.map((i) => points.x[i]), y: order.map((i) => y[i]) };
    }

    const ended = () => !Number.isFinite(root.history.at(-1).loss) || root.history.length > UPDATES;

    function step() {
      if (ended()) return stop();
      const k = root.history.length;
      const { w, b } = root.history.at(-1);
      const { dw, db } = state(batch(k - 1), w, b);
      const { loss, ...moved } = state(points, f(w + variables.w(dw, k)), f(b + variables.b(db, k)));
      root.history.push({ w: moved.w, b: moved.b, loss });
    }

    function take(updates) {
      while (updates-- && !ended()) step();
      show();
    }

    function show() {
      const { history } = root;
      const { w, b, loss } = history.at(-1);
      const walked = plane.line(history.map((at) => [at.w, at.b]).filter(isNear));
      path.setAttribute("points", walked);
      dots.setAttribute("d", dotted(walked));
      const heights = history.map((at) => Math.log10(Math.min(at.loss, 1e38)));
      curve.range([0, Math.max(20, history.length - 1)], [-0.2, Math.max(2, ...heights)]);
      losses.setAttribute("points", curve.line(heights.map((height, k) => [k, height])));
      const said = `W = ${w.toFixed(2)}, b = ${b.toFixed(2)}, loss=${loss.toFixed(5)}`;
      const update = explorable.fill(words.update, { update: history.length - 1 });
      const excess = explorable.fill(words.excess, { excess: (loss - best.loss).toFixed(3) });
      status.textContent = Number.isFinite(loss)
        ? `${update}${said.replaceAll(" ", "\u00a0")}\n${excess}`
        : words.diverges;
    }

    function restart() {
      stop();
      const made = () => OPTIMIZERS[optimizer()](f(rate()));
      variables = { w: made(), b: made() };
      points = { x: explorable.inputs(y.length).map((value) => f(value + shift())), y };
      best = bowl(points);
      // The same line as without a shift.
      const { w, b, loss } = state(points, 5, -5 * shift());
      root.history = [{ w, b, loss }];
      plane.range(PLANE.w, PLANE.b(shift()));
      surface.replaceChildren();
      drawContours(surface, plane, best);
      star.setAttribute("transform", `translate(${plane.place([best.w, best.b])})`);
      const [cx, cy] = plane.place([w, b]);
      start.setAttribute("cx", cx);
      start.setAttribute("cy", cy);
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
      if (ended()) restart();
      running = setInterval(() => (ended() ? stop() : take(1)), 40);
      run.textContent = words.pause;
      // A screen reader need not read every step.
      status.setAttribute("aria-busy", true);
    }

    const names = ["sgd", "momentum", "adam"].map((name) => [name, words[name]]);
    const optimizer = explorable.choice(controls, words.optimizer, names, restart);
    const batchSize = explorable.valueSlider(controls, words.size, SIZES, 8, restart);
    const rate = explorable.valueSlider(controls, words.rate, RATES, 0.1, restart);
    const shift = explorable.valueSlider(controls, words.shift, [0, 1, 2, 3, 4], 0, restart);
    explorable.button(controls, words.step, () => take(1));
    explorable.button(controls, words.epoch, () => take(Math.ceil(y.length / batchSize())));
    const run = explorable.button(controls, words.run, toggleRun);
    explorable.button(controls, words.restart, restart);
    restart();
  }

  explorable.show("batches", make);
})();
