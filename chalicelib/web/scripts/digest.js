// Computes the SHA-256 of a file that was chosen and puts it into the field; the file itself is sent nowhere.
"use strict";

(() => {
  const form = document.querySelector("form[data-digest]");
  if (!form || !window.crypto || !window.crypto.subtle) return; // typing the digest is left
  const chosen = form.querySelector("input[type=file]");
  const digest = form.querySelector("input[name=sha256]");
  const says = form.querySelector("[data-says]");
  form.querySelector("[data-choose]").hidden = false;
  let latest = 0;
  chosen.addEventListener("change", async () => {
    const [file] = chosen.files;
    const mine = ++latest;
    digest.value = "";
    says.textContent = file ? says.dataset.computing : "";
    if (!file) return;
    try {
      const hash = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      if (mine !== latest) return; // another file was chosen meanwhile
      digest.value = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      says.textContent = says.dataset.computed;
    } catch {
      if (mine === latest) says.textContent = says.dataset.failed;
    }
  });
})();
