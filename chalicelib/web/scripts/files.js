// Says that the files which were chosen are too large together, before they are sent in vain.
"use strict";

(() => {
  for (const form of document.querySelectorAll("form[data-most]")) {
    const words = form.querySelector("[data-too-large]");
    const chosen = () => [...form.querySelectorAll("input[type=file]")].flatMap((field) => [...field.files]);
    const check = () => {
      words.hidden = chosen().reduce((sum, file) => sum + file.size, 0) <= Number(form.dataset.most);
      return words.hidden;
    };
    form.addEventListener("change", check);
    form.addEventListener("submit", (event) => {
      if (check()) return;
      event.preventDefault();
      event.stopImmediatePropagation(); // nothing is signed either
      words.focus();
    });
  }
})();
