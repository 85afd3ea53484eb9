// Shows a timeline as of the event at which the slider stands, without loading the page anew.
"use strict";

(() => {
  const slider = document.querySelector("[data-slide]");
  if (!slider) return;
  const form = slider.form;
  const said = document.getElementById("event-said");
  const say = (words) => {
    said.value = words;
    slider.setAttribute("aria-valuetext", words);
  };
  let asking = new AbortController();

  // While it moves, only the event's name follows: each look at the timeline is on record, so none is wasted.
  slider.addEventListener("input", () => {
    const named = [...slider.list.options].find((option) => option.value === slider.value);
    if (named) say(named.label);
  });

  slider.addEventListener("change", async () => {
    asking.abort();
    asking = new AbortController();
    const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
    try {
      const answer = await fetch(address, { redirect: "error", signal: asking.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelectorAll("[data-moment]");
      document.querySelectorAll("[data-moment]").forEach((part, place) => {
        part.replaceChildren(...fresh[place].childNodes);
      });
      say(page.querySelector("[data-slide]").getAttribute("aria-valuetext"));
      history.replaceState(null, "", address);
    } catch (error) {
      // Another move has taken its place, or the page itself must say what is wrong, such as a session that is over.
      if (error.name !== "AbortError") location.assign(address);
    }
  });
})();
