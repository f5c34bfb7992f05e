// The button in the header shows the other language's text beside each block of the page.
//
// Its words come from a script of their own, loaded when they are asked for first. They are put into
// the blocks, so that headings stay one heading and list items one item; the style sheet places them.
"use strict";

(() => {
  const MEMORY = "side-by-side";

  const button = document.querySelector("button.side-by-side");
  const article = document.querySelector("article.bd-article");
  if (!button || !article) return;
  const page = document.documentElement;
  // The expression with which side_by_side.py paired the blocks.
  const found = document.evaluate(
    button.dataset.blocks, article, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
  const blocks = Array.from({ length: found.snapshotLength }, (_, place) => found.snapshotItem(place));
  // A browser saves a page with the words that it shows.
  let loading = article.querySelector(".translation") ? Promise.resolve() : undefined;
  const failed = document.createElement("p");
  failed.className = "side-by-side-failed";
  failed.setAttribute("role", "alert");
  failed.textContent = button.dataset.failed;

  function load() {
    loading ??= new Promise((resolve, reject) => {
      addEventListener("translation", ({ detail }) => resolve(detail), { once: true });
      const script = document.createElement("script");
      script.src = button.dataset.src;
      script.addEventListener("error", () => reject(new Error(`${script.src} was not loaded`)));
      document.head.append(script);
    }).then((translations) => {
      // A script of an older site in a cache would put words beside others than their own.
      if (translations.length !== blocks.length) throw new Error("another version of this page");
      blocks.forEach((block, place) => {
        if (translations[place] !== null) add(block, translations[place]);
      });
    });
    // The next click tries again.
    loading.catch(() => { loading = undefined; });
    return loading;
  }

  function add(block, words) {
    const link = block.querySelector(":scope > .headerlink");
    const original = document.createElement("span");
    original.className = "original";
    original.append(...block.childNodes);
    const translation = document.createElement("span");
    translation.className = "translation";
    translation.lang = button.dataset.lang;
    translation.innerHTML = words;
    block.classList.add("translated");
    block.append(original, translation);
    if (link) original.append(link);
  }

  // Whatever a reader looks at stays where it is.
  function keepingPlace(change) {
    const header = document.querySelector(".bd-header-article");
    const top = Math.max(header?.getBoundingClientRect().bottom ?? 0, 0);
    const first = blocks.find((block) => block.getBoundingClientRect().bottom > top);
    const before = first?.getBoundingClientRect().top;
    change();
    if (first && scrollY > 0) {
      scrollBy({ top: first.getBoundingClientRect().top - before, behavior: "instant" });
    }
  }

  function press(on) {
    button.setAttribute("aria-pressed", on);
  }

  function isPressed() {
    return button.getAttribute("aria-pressed") === "true";
  }

  async function show(on) {
    press(on);
    failed.remove();
    if (on) {
      await load().catch((error) => {
        press(false);
        button.closest(".header-article-items").append(failed);
        throw error;
      });
    }
    // Another click may have come while the words were loaded.
    keepingPlace(() => page.toggleAttribute("data-side-by-side", isPressed()));
  }

  button.addEventListener("click", () => {
    const on = !isPressed();
    localStorage.setItem(MEMORY, on ? "on" : "off");
    show(on);
  });
  if (localStorage.getItem(MEMORY) === "on") {
    show(true).then(() => {
      // What the address leads to has moved; a reader who comes back has the old place.
      const [navigation] = performance.getEntriesByType("navigation");
      if (navigation?.type === "navigate") document.querySelector(":target")?.scrollIntoView();
    });
  }
})();
