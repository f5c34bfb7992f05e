// Training data to draw again and again: choose how many points and how much noise, and watch how the line
// of least squares scatters around the true one.
//
// The element has W and b of the true line.
"use strict";

(() => {
  const { svg, html } = explorable;
  const SEED = 42;
  const MANY = 50;

  const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;

  // The inputs lie evenly around zero, so their mean is zero.
  function leastSquares({ x, y }) {
    return { w: mean(x.map((value, i) => value * y[i])) / mean(x.map((value) => value * value)), b: mean(y) };
  }

  function standardDeviation(values) {
    const middle = mean(values);
    const squares = values.reduce((total, value) => total + (value - middle) ** 2, 0);
    return Math.sqrt(squares / (values.length - 1));
  }

  function make(root, words) {
    const [trueW, trueB] = root.dataset.line.split(" ").map(Number);
    let normal;

    explorable.legend(root, [
      ["path", { d: "M4 11h0M9 5h0M15 10h0M20 4h0", class: "points" }, words.points],
      ["path", { d: "M1 8h22", class: "true-line" }, words.truth],
      ["path", { d: "M1 8h22", class: "fit" }, words.fit],
      ["path", { d: "M1 11L23 5M1 8L23 8M1 5L23 11", class: "earlier" }, words.earlier],
    ]);
    const left = html("div", {}, root);
    const right = html("div", {}, root);
    const chart = explorable.chart(left, {
      label: words.chart,
      height: 386,
      x: { name: "x", from: -2.2, to: 2.2 },
      y: { name: "y", from: -12, to: 16 },
    });
    const lineOf = ({ w, b }) => chart.line([-2.2, 2.2].map((x) => [x, x * w + b]));
    const earlier = svg("g", { class: "earlier" }, chart.plot);
    const points = svg("path", { class: "points" }, chart.plot);
    const truth = { w: trueW, b: trueB };
    svg("polyline", { points: lineOf(truth), class: "true-line" }, chart.plot);
    const fit = svg("polyline", { class: "fit" }, chart.plot);

    const controls = html("div", { className: "controls" }, right);
    const status = explorable.status(right);

    // The noise of a slider's every position begins with the same numbers.
    function restart() {
      normal = explorable.normal(SEED);
      root.draws = [];
      earlier.replaceChildren();
      draw(1);
    }

    function draw(times) {
      while (times--) {
        if (root.draws.length) svg("polyline", { points: lineOf(root.draws.at(-1)) }, earlier);
        root.points = newPoints();
        root.draws.push(leastSquares(root.points));
      }
      show();
    }

    function newPoints() {
      const last = count() - 1;
      const x = Array.from({ length: count() }, (_, i) => -2 + (4 * i) / last);
      return { x, y: x.map((value) => value * trueW + trueB + noise() * normal()) };
    }

    function show() {
      const { x, y } = root.points;
      points.setAttribute("d", x.map((value, i) => `M${chart.place([value, y[i]])}h0`).join(""));
      const now = root.draws.at(-1);
      fit.setAttribute("points", lineOf(now));
      const spread = standardDeviation(root.draws.map(({ w }) => w));
      status.textContent = explorable.fill(root.draws.length > 1 ? words.draws : words.draw, {
        draw: root.draws.length,
        w: now.w.toFixed(2),
        b: now.b.toFixed(2),
        spread: spread.toFixed(3),
      });
    }

    const counts = { min: 5, max: 500, step: 5, value: 20 };
    const count = explorable.slider(controls, words.count, counts, 0, restart);
    const deviations = { min: 0, max: 3, step: 0.1, value: 1 };
    const noise = explorable.slider(controls, words.noise, deviations, 1, restart);
    explorable.button(controls, words.again, () => draw(1));
    explorable.button(controls, explorable.fill(words.many, { many: MANY }), () => draw(MANY));
    restart();
  }

  explorable.show("data", make);
})();
