// Points to learn from, and points to ask: choose the degree of a polynomial, how many points and how much
// noise, and watch the curve of least squares, and both losses over the degree.
//
// The element has nothing of its own. The truth is that of the page, sin(1.5 x).
"use strict";

(() => {
  const { svg, html } = explorable;
  const SEED = 2;
  const DEGREES = 12;
  const truth = (x) => Math.sin(1.5 * x);

  const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;
  const dot = (a, b) => a.reduce((total, value, i) => total + value * b[i], 0);

  // Polynomials that are at right angles to each other over these inputs, by the recurrence of Forsythe, which
  // stays exact where powers of x are nearly parallel. Returns what computes their values at any x.
  function orthogonal(inputs) {
    const steps = [];
    let before = inputs.map(() => 0);
    let now = inputs.map(() => 1);
    let square = inputs.length;
    let back = 0;
    for (let k = 0; k < DEGREES; k++) {
      const shift = dot(inputs.map((x, i) => x * now[i]), now) / square;
      steps.push({ shift, back });
      [before, now] = [now, inputs.map((x, i) => (x - shift) * now[i] - back * before[i])];
      const next = dot(now, now);
      [back, square] = [next / square, next];
    }
    return (x) => {
      const values = [0, 1];
      for (const { shift, back } of steps) values.push((x - shift) * values.at(-1) - back * values.at(-2));
      return values.slice(1);
    };
  }

  // The curve of least squares of each degree, from 0.
  function leastSquares({ x, y }) {
    const polynomials = orthogonal(x);
    const rows = x.map(polynomials);
    const weights = rows[0].map((_, k) => {
      const column = rows.map((row) => row[k]);
      return dot(column, y) / dot(column, column);
    });
    return weights.map((_, degree) => (at) => dot(weights.slice(0, degree + 1), polynomials(at)));
  }

  const loss = (curve, { x, y }) => mean(x.map((value, i) => (curve(value) - y[i]) ** 2));

  const raised = (number) => String(number).replace(/./g, (sign) => "⁻⁰¹²³"["-0123".indexOf(sign)]);

  // The outlines of small squares.
  const squares = (places) => places.map(([x, y]) => `M${x - 3} ${y - 3}h6v6h-6z`).join("");
  const dots = (places) => places.map((place) => `M${place}h0`).join("");

  function make(root, words) {
    let normal, deviates;

    explorable.legend(root, [
      ["path", { d: dots([[4, 11], [9, 5], [15, 10], [20, 4]]), class: "points" }, words.training],
      ["path", { d: squares([[5, 10], [12, 4], [19, 11]]), class: "held-out" }, words.validation],
      ["path", { d: "M1 8h22", class: "true-line" }, words.truth],
      ["path", { d: "M1 8h22", class: "fit" }, words.fit],
    ]);
    const left = html("div", {}, root);
    const right = html("div", {}, root);
    const plane = explorable.chart(left, {
      label: words.plane,
      height: 270,
      x: { name: "x", from: -2.2, to: 2.2 },
      y: { name: "y", from: -3, to: 3 },
    });
    const xs = Array.from({ length: 201 }, (_, i) => -2 + i / 50);
    const curve = (heights) => plane.line(xs.map((x) => [x, Math.max(-9, Math.min(9, heights(x)))]));
    svg("polyline", { points: curve(truth), class: "true-line" }, plane.plot);
    const fit = svg("polyline", { class: "fit" }, plane.plot);
    const chart = explorable.chart(right, {
      label: words.chart,
      height: 270,
      x: { name: words.degree, from: 0.5, to: DEGREES + 0.5 },
      y: { name: words.loss, from: -3, to: 1, write: (exponent) => `10${raised(exponent)}` },
    });
    const chosen = svg("path", { class: "chosen" }, chart.plot);
    // Each set has the same mark in both charts.
    const drawn = { training: ["points", "losses", dots], validation: ["held-out", "held-out", squares] };
    for (const [name, [mark, line, shape]] of Object.entries(drawn)) {
      drawn[name] = {
        shape,
        points: svg("path", { class: mark }, plane.plot),
        line: svg("polyline", { class: line }, chart.plot),
        marks: svg("path", { class: mark }, chart.plot),
      };
    }

    const controls = html("div", { className: "controls" }, left);
    const status = explorable.status(right);

    // The noise of a slider's every position begins with the same numbers.
    function restart() {
      normal = explorable.normal(SEED);
      drawNoise();
    }

    function drawNoise() {
      deviates = Array.from({ length: count() }, () => normal());
      show();
    }

    // Both ends are trained with.
    function divide() {
      const sets = { training: { x: [], y: [] }, validation: { x: [], y: [] } };
      deviates.forEach((deviate, i) => {
        const x = -2 + (4 * i) / (count() - 1);
        const set = i % 3 === 1 ? sets.validation : sets.training;
        set.x.push(x);
        set.y.push(truth(x) + noise() * deviate);
      });
      return sets;
    }

    function show() {
      root.sets = divide();
      const curves = leastSquares(root.sets.training);
      root.losses = {};
      for (const [name, { shape, points, line, marks }] of Object.entries(drawn)) {
        const set = root.sets[name];
        points.setAttribute("d", shape(set.x.map((x, i) => plane.place([x, set.y[i]]))));
        const losses = curves.slice(1).map((heights) => loss(heights, set));
        const heights = losses.map((value, k) => [k + 1, Math.max(-9, Math.log10(value))]);
        line.setAttribute("points", chart.line(heights));
        marks.setAttribute("d", shape(heights.map(chart.place)));
        root.losses[name] = losses;
      }
      fit.setAttribute("points", curve(curves[degree()]));
      chosen.setAttribute("d", `M${chart.place([degree(), -3])}V0`);
      const { training, validation } = root.losses;
      status.textContent = explorable.fill(words.said, {
        degree: degree(),
        training: training[degree() - 1].toFixed(3),
        validation: validation[degree() - 1].toFixed(3),
        best: 1 + validation.indexOf(Math.min(...validation)),
      });
    }

    const degrees = { min: 1, max: DEGREES, step: 1, value: DEGREES };
    const degree = explorable.slider(controls, words.choose, degrees, 0, show);
    const counts = { min: 21, max: 300, step: 3, value: 30 };
    const count = explorable.slider(controls, words.count, counts, 0, restart);
    const deviations = { min: 0, max: 1, step: 0.1, value: 0.3 };
    const noise = explorable.slider(controls, words.noise, deviations, 1, show);
    explorable.button(controls, words.again, drawNoise);
    restart();
  }

  explorable.show("unseen", make);
})();
