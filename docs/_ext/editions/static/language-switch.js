// The link to the other language leads to the same place on the page.
//
// Both editions of a page have the same blocks in the same order, so a place is the number of a
// block. It travels in the fragment, the only part of an address that also works from a disk. The
// front page remembers where the link led last.
"use strict";

(() => {
  const BLOCKS = "h1, h2, h3, h4, p, li, dt, dd, pre, figure, tr, div.math";
  const FRAGMENT = /^#block-(\d+)(-unfolded)?$/;

  // The search page has none.
  const article = document.querySelector("article.bd-article");
  const blocks = [...(article?.querySelectorAll(BLOCKS) ?? [])];

  const headerHeight = () =>
    document.querySelector(".bd-header-article")?.getBoundingClientRect().bottom ?? 0;

  function firstVisibleBlock() {
    const top = Math.max(headerHeight(), 0);
    return blocks.findIndex((block) => block.getBoundingClientRect().bottom > top);
  }

  function keepPlace(event) {
    // The right button opens a menu.
    if (event.button > 1) return;
    const link = event.currentTarget;
    localStorage.setItem("language", link.hreflang);
    const block = firstVisibleBlock();
    // The question of the search page.
    link.search = window.location.search;
    const unfolded = blocks[block]?.closest("details")?.open ? "-unfolded" : "";
    link.hash = window.scrollY > 0 && block > 0 ? `block-${block}${unfolded}` : "";
  }

  function goToPlace() {
    const place = window.location.hash.match(FRAGMENT);
    if (!place || !blocks[place[1]]) return;
    // Out of the address again: the number means nothing to a reader who shares it.
    history.replaceState(null, "", window.location.pathname + window.location.search);
    let block = blocks[place[1]];
    const folded = block.closest("details");
    if (folded && place[2]) folded.open = true;
    // The explanation of a forecast is hidden until somebody has answered.
    while (block.getClientRects().length === 0) block = block.parentElement;
    const top = block.getBoundingClientRect().top - headerHeight();
    window.scrollBy({ top, behavior: "instant" });
  }

  for (const link of document.querySelectorAll("a.language-switch")) {
    link.addEventListener("click", keepPlace);
    link.addEventListener("auxclick", keepPlace);
  }
  // After the pictures, which push the blocks down.
  window.addEventListener("load", goToPlace);
})();
