// Looks every few seconds whether something has moved, and shows it without loading the page anew: the focus, what was
// scrolled and what was marked stay where they are, and what matters is said once to whoever listens.
"use strict";

(() => {
  const shown = document.querySelector("[data-follow]");
  if (!shown) return;
  const stale = document.querySelector("[data-stale]");
  const told = document.querySelector("[data-told]");
  const says = (isStale) => {
    if (stale) stale.hidden = !isStale;
  };
  const isInUse = (at) => {
    const marked = getSelection();
    return at?.matches("input, select, textarea") || (!marked.isCollapsed && marked.containsNode(shown, true));
  };
  const twin = (at, fresh) => {
    const name = (one) => one.id || one.getAttribute("href") || one.className;
    const alike = (root) => [...root.querySelectorAll(at.localName)].filter((one) => name(one) === name(at));
    return alike(fresh)[alike(shown).indexOf(at)];
  };
  const show = (fresh) => {
    const at = shown.contains(document.activeElement) ? document.activeElement : null;
    if (isInUse(at)) return true;
    const after = at && twin(at, fresh);
    if (at && !after) return false;
    const top = at?.getBoundingClientRect().top;
    const wide = [...shown.querySelectorAll(".xn-wide")].map((one) => one.scrollLeft);
    if (told && fresh.dataset.says !== shown.dataset.says) told.textContent = fresh.dataset.says;
    shown.dataset.says = fresh.dataset.says ?? "";
    shown.replaceChildren(...fresh.childNodes);
    shown.querySelectorAll(".xn-wide").forEach((one, place) => (one.scrollLeft = wide[place] ?? 0));
    if (after) {
      after.focus({ preventScroll: true });
      scrollBy(0, after.getBoundingClientRect().top - top);
    }
    return true;
  };
  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
      if (!answer.ok) {
        says(true);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-follow]");
      // Whoever stands on what is gone keeps it, and is told that it is what was true before.
      says(Boolean(fresh) && fresh.innerHTML !== shown.innerHTML && !show(fresh));
    } catch {
      // The next look tells; until then the page shows what was true when it was loaded, and says so where that matters.
      says(true);
    }
  };
  setInterval(look, Number(shown.dataset.follow) * 1000);
})();
