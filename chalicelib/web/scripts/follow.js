// Looks every few seconds whether the case has moved, and shows it without loading the page anew.
"use strict";

(() => {
  const shown = document.querySelector("[data-follow]");
  if (!shown) return;
  const stale = document.querySelector("[data-stale]");
  const says = (isStale) => {
    if (stale) stale.hidden = !isStale;
  };
  const look = async () => {
    if (document.hidden || shown.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
      if (!answer.ok) {
        says(true);
        return;
      }
      says(false);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-follow]");
      if (fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...fresh.childNodes);
    } catch {
      // The next look tells; until then the page shows what was true when it was loaded, and says so where that matters.
      says(true);
    }
  };
  setInterval(look, Number(shown.dataset.follow) * 1000);
})();
