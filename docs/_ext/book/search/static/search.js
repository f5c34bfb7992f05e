// Search the whole text of the book while the reader types.
//
// Loaded when a search field first gets the focus, behind search-data.js, which
// docs/_ext/book/search/__init__.py writes: the text of every section, an English stemmer and the stop words.
// A query is looked for in all of the text, so every run of characters is found, in Chinese as in
// English.
"use strict";

(() => {
  // Browsers that do not know this cannot search; search-on-demand.html says so.
  new RegExp("(?<!a)b");
  const { dataset: messages } = document.getElementById("search-on-demand");
  const root = document.documentElement.dataset.content_root;

  // -- Text -----------------------------------------------------------------------------------

  const TYPED = { "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "∗": "*" };

  // Width, case, the forms of Chinese, and the quotes and dashes of typesetters do not count. Every character stays where
  // it is, so that what is found in folded text can be marked in the text itself.
  function fold(text) {
    return text.toLowerCase().replace(/[^\x00-\x7f]/g, (character) => {
      const plain =
        TYPED[character] ?? SIMPLIFIED[character] ?? character.normalize("NFKC").toLowerCase();
      return plain.length === 1 ? plain : character;
    });
  }

  function read(address, { title, anchor, prose, code }) {
    const folded = { title: fold(title), prose: fold(prose), code: fold(code) };
    const places = [folded.title, folded.prose, folded.code];
    return {
      ...{ title, prose, code, folded, places },
      href: `${root}${address}#${encodeURIComponent(anchor)}`,
      // What can be read up to a place: the words of a query may stand in different ones.
      upTo: places.map((_, place) => places.slice(0, place + 1).join("\n")),
    };
  }

  const pages = PAGES.map(([address, sections]) =>
    sections.map((section) => read(address, section)),
  );
  const wholePages = pages.map((sections) =>
    sections.map((section) => section.upTo.at(-1)).join("\n"),
  );

  const stemmer = new Stemmer();
  const wordsByStem = new Map();
  for (const word of new Set(wholePages.join("\n").match(/[a-z]+/g))) {
    for (const stem of stemsOf(word)) {
      wordsByStem.set(stem, [...(wordsByStem.get(stem) ?? []), word]);
    }
  }

  // British and American spellings of a word have a stem in common: "optimiser", "colour", "centre".
  function stemsOf(word) {
    const spelled = word
      .replace(/is(?=(e[drs]?|ers|ing|ation)$)/, "iz")
      .replace(/(?<=[a-z]{3})our/, "or")
      .replace(/tre(?=s?$)/, "ter");
    return new Set([word, spelled].map((each) => stemmer.stemWord(each)));
  }

  const LONGEST = 200;

  // -- Queries --------------------------------------------------------------------------------

  const HAN = /\p{Script=Han}/u;

  // Spaces count only between words of letters: Chinese does without, and code is written both ways.
  function pattern(text) {
    return text
      .match(/\w+|\S/g)
      .map((token) => token.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&"))
      .reduce((before, token) => {
        const gap = /\w$/.test(before) && /^\w/.test(token) ? "\\s+" : "\\s*";
        return before + gap + token;
      });
  }

  // As whole words, which may be inflected; as the beginnings of words; anywhere.
  function grades(text, inflected = []) {
    const before = /^[a-z0-9]/.test(text) ? "(?<![a-z0-9])" : "";
    const after = /[a-z0-9]$/.test(text) ? "(?![a-z0-9])" : "";
    const forms = [text, ...inflected].map(pattern).join("|");
    return [`${before}(?:${forms})${after}`, before + pattern(text), pattern(text)];
  }

  function inflections(word) {
    if (!/^[a-z]+$/.test(word)) return [];
    return [...stemsOf(word)].flatMap((stem) => wordsByStem.get(stem) ?? []);
  }

  // Chinese and other words, also where no space divides them, without the marks around them.
  function termsOf(query) {
    const words = query
      .match(/\p{Script=Han}+|[^\s\p{Script=Han}]+/gu)
      .map((word) => word.replace(/^[^\p{L}\p{N}_]+|[^\p{L}\p{N}_]+$/gu, ""))
      .filter(Boolean);
    const telling = words.filter((word) => !STOP_WORDS.has(word));
    return [telling, words, [query]].find((list) => list.length > 0);
  }

  function parse(query) {
    const terms = termsOf(query);
    const sources = terms.map((term) => grades(term, inflections(term)));
    return {
      terms,
      grades: grades(query).map((phrase, grade) => {
        const words = sources.map((source) => source[grade]);
        return {
          phrase: new RegExp(phrase),
          words: words.map((word) => new RegExp(word)),
          patterns: [...new Set([phrase, ...words])].map((each) => new RegExp(each)),
        };
      }),
    };
  }

  // Cut a run of Chinese that does not stand in a text into words that do.
  function pieces(run, text, hopeless = new Set()) {
    if (!run) return [];
    let longest = 1;
    while (longest < run.length && text.includes(run.slice(0, longest + 1))) longest += 1;
    for (let length = longest; length > 1; length -= 1) {
      const rest = run.slice(length);
      const others = hopeless.has(rest) ? null : pieces(rest, text, hopeless);
      if (others) return [run.slice(0, length), ...others];
    }
    hopeless.add(run);
    return null;
  }

  // -- Ranking --------------------------------------------------------------------------------

  // The smaller the better: whole words before parts of words; titles before prose before code; the
  // query as it stands before its words one by one.
  function match(section, { terms, grades }) {
    for (const [grade, { phrase, words, patterns }] of grades.entries()) {
      for (const [place, text] of section.places.entries()) {
        const rank = 10 * grade + 2 * place;
        const found = { section, place, patterns };
        if (phrase.test(text)) return { ...found, rank };
        if (words.every((word) => word.test(section.upTo[place]))) {
          return { ...found, rank: rank + 1 };
        }
      }
    }
    return matchPieces(section, terms);
  }

  function matchPieces(section, terms) {
    const text = section.upTo.at(-1);
    const cut = terms.map((term) => (HAN.test(term) ? pieces(term, text) : [term]));
    if (cut.includes(null)) return null;
    const patterns = cut.flat().map((piece) => new RegExp(pattern(piece)));
    if (!patterns.every((each) => each.test(text))) return null;
    return { section, place: 2, patterns, rank: 40 };
  }

  // The words of a query may be spread over a page: then its section that has most of them.
  function matchPage(sections, text, { grades }) {
    const patterns = grades.find(({ words }) => words.every((word) => word.test(text)))?.words;
    if (!patterns) return [];
    const section = most(sections, ({ upTo }) => matching(patterns, upTo.at(-1)));
    return [{ section, place: 2, patterns, rank: 50 }];
  }

  function matching(patterns, text) {
    return patterns.filter((each) => each.test(text)).length;
  }

  // The first of those for which a measure is greatest.
  function most(things, measure) {
    const measures = things.map(measure);
    return things[measures.indexOf(Math.max(...measures))];
  }

  function hits(text, patterns) {
    return [...text.matchAll(new RegExp(patterns.map(({ source }) => source).join("|"), "g"))];
  }

  function weigh({ section, place, patterns }) {
    return {
      inTitle: matching(patterns, section.folded.title),
      // Of titles the shortest says it best; otherwise the text that says it most often.
      weight: place === 0 ? -section.title.length : hits(section.upTo.at(-1), patterns).length,
    };
  }

  function search(text) {
    // Words may be joined by other marks than spaces.
    const apart = text.replace(/[^\p{L}\p{N}_]+/gu, " ").trim();
    const found = find(text);
    return found.length > 0 || !apart ? found : find(apart);
  }

  function find(text) {
    const query = parse(text);
    return pages
      .flatMap((sections, page) => {
        const found = sections.map((section) => match(section, query)).filter(Boolean);
        return (found.length > 0 ? found : matchPage(sections, wholePages[page], query)).map(
          (result) => ({ ...result, ...weigh(result), page: sections[0] }),
        );
      })
      .sort(
        (one, other) =>
          one.rank - other.rank || other.inTitle - one.inTitle || other.weight - one.weight,
      );
  }

  // -- Results --------------------------------------------------------------------------------

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function marked(text, folded, patterns) {
    const parts = [];
    let end = 0;
    for (const { index, 0: found } of hits(folded, patterns)) {
      const mark = element("mark", {}, text.slice(index, index + found.length));
      parts.push(text.slice(end, index), mark);
      end = index + found.length;
    }
    return [...parts, text.slice(end)];
  }

  // Go on, or back, by so many Latin letters' widths; a Chinese character has the width of two.
  function walk(text, from, step, width) {
    let at = from;
    for (let left = width; left > 0 && text[at + step]; at += step) {
      left -= text[at + step] > "\u2e7f" ? 2 : 1;
    }
    return at;
  }

  function endOfLine(text, from) {
    const end = text.indexOf("\n", from);
    return end < 0 ? text.length : end;
  }

  // Where the part of a line is that shows the most of what is sought, from the beginning of a
  // sentence or of a word on.
  function bestPart(text, folded, sought) {
    const found = hits(folded, sought);
    const best = most(sought.length > 1 ? found : found.slice(0, 1), ({ index }) => {
      const end = Math.min(walk(text, index, 1, 120) + 1, endOfLine(text, index));
      return matching(sought, folded.slice(index, end));
    });
    const [at, behind] = [best.index, best.index + best[0].length];
    const line = { start: text.lastIndexOf("\n", at) + 1, end: endOfLine(text, behind) };
    const earliest = walk(text, at, -1, 50);
    const lead = text.slice(earliest, at).match(/.*[.?!] |.*[。？！]|.*?[\s，；：、]/)?.[0] ?? "";
    const start = earliest <= line.start ? line.start : earliest + lead.length;
    const end = Math.min(Math.max(walk(text, at, 1, 200) + 1, behind), line.end);
    return { start, end, before: start > line.start ? "… " : "", after: end < line.end ? " …" : "" };
  }

  function snippets({ section: { prose, code, folded }, patterns }) {
    const className = "search-snippet";
    const shown = [];
    let sought = patterns;
    for (const [tag, text, plain] of [["p", prose, folded.prose], ["code", code, folded.code]]) {
      while (shown.length < 3 && matching(sought, plain) > 0) {
        const { start, end, before, after } = bestPart(text, plain, sought);
        const part = plain.slice(start, end);
        const content = marked(text.slice(start, end), part, patterns);
        shown.push(element(tag, { className }, before, ...content, after));
        sought = sought.filter((each) => !each.test(part));
      }
    }
    // Only the title says it.
    const beginning = prose.slice(0, walk(prose, 0, 1, 200) + 1);
    return shown.length > 0 ? shown : [element("p", { className }, beginning)];
  }

  function item(result) {
    const { section, page, patterns } = result;
    const where = section === page ? "" : `${page.title} › `;
    const title = element("b", {}, ...marked(section.title, section.folded.title, patterns));
    const link = element("a", { href: section.href }, where, title);
    return element("li", {}, link, ...snippets(result));
  }

  function summary(query, count) {
    const message = [messages.none, messages.one][count] ?? messages.many;
    return message.replace(/\{(\w+)\}/g, (_, name) => ({ query, count })[name]);
  }

  // -- The search field -----------------------------------------------------------------------

  function attach(form) {
    const field = form.elements.q;
    const dialog = form.closest("dialog");
    // A browser saves a page with the results of a search.
    form.parentElement.querySelector(".search-results")?.remove();
    const status = element("output", { className: "search-summary" });
    const list = element("ol", { className: "search-list" });
    const box = element("div", { className: "search-results" }, status, list);
    form.after(box);

    function show() {
      // Characters that nobody sees come with what is pasted, and nobody types so much.
      const typed = field.value.replace(/\p{Cf}/gu, "").trim().slice(0, LONGEST);
      const query = fold(typed.normalize("NFKC"));
      const results = query ? search(query) : [];
      status.textContent = query ? summary(typed, results.length) : "";
      list.replaceChildren(...results.map(item));
      box.scrollTop = 0;
    }

    function update({ isComposing }) {
      // What stands in the field while Chinese is being composed is not yet what is meant.
      if (isComposing) return;
      show();
      remember();
    }

    // So that a reader who comes back from a result finds the others again.
    function remember() {
      if (!dialog) history.replaceState(null, "", `?${new URLSearchParams({ q: field.value })}`);
    }

    function press(event) {
      if (event.isComposing) return;
      if (event.key === "Escape" && dialog) {
        // Left to itself, a browser would only clear the field.
        event.preventDefault();
        dialog.close();
      }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const stops = [field, ...list.querySelectorAll("a")];
      const next = stops[stops.indexOf(document.activeElement) + step];
      if (!next) return;
      event.preventDefault();
      next.focus();
    }

    function closeDialog({ target, ctrlKey, metaKey, shiftKey }) {
      if (target.matches("a, a *") && !ctrlKey && !metaKey && !shiftKey) dialog?.close();
    }

    field.addEventListener("input", update);
    field.addEventListener("compositionend", update);
    form.parentElement.addEventListener("keydown", press);
    // So that what is typed next begins a new query.
    dialog?.addEventListener("close", () => field.select());
    // The result may be on this very page.
    list.addEventListener("click", closeDialog);
    if (!dialog) {
      // It may have been typed while this script was loaded.
      field.value ||= new URLSearchParams(window.location.search).get("q") ?? "";
      field.focus();
      if (field.value) remember();
    }
    show();
  }

  document.querySelectorAll("form.bd-search").forEach(attach);
})();
