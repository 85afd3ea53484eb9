// Sends files straight to the bucket, several at once, each with its progress; without this, a page sends one by one.
"use strict";

(() => {
  if (!window.crypto?.subtle) return; // the page for one file is still there

  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
  const refusal = (says, words) => Object.assign(new Error(says), { says, words });

  const say = (row, says, words) => {
    for (const each of row.querySelectorAll("[data-says]")) {
      each.hidden = each.dataset.says !== says;
      if (says === "told" && !each.hidden) each.textContent = words;
    }
  };

  // Every answer of the portal is a page; one that refuses says why in its summary of errors, or in its title.
  const pageOf = async (answer) => {
    const page = parsed(await answer.text());
    if (answer.ok) return page;
    const told = page.querySelector(".govuk-error-summary__list, h1");
    throw told ? refusal("told", told.textContent.trim()) : refusal("failed");
  };

  // The bytes are read once, at once: a phone's browser may lose a chosen file as soon as something else is waited for.
  const read = async (file) => ({ name: file.name, type: file.type, size: file.size, bytes: await file.arrayBuffer() });

  const announce = async (form, row, file) => {
    const body = new URLSearchParams(new FormData(form));
    body.set("once", crypto.randomUUID());
    body.set("name", file.name || body.get("name"));
    body.set("size", file.size);
    body.set("sha256", hex(await crypto.subtle.digest("SHA-256", file.bytes)));
    const answer = await fetch(form.action, { method: "POST", body });
    const page = await pageOf(answer);
    row.dataset.page = answer.url;
    return page;
  };

  const put = (address, headers, file, row) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const bar = row.querySelector("progress");
      request.open("PUT", address);
      for (const [name, value] of Object.entries(headers)) {
        if (name !== "content-length") request.setRequestHeader(name, value);
      }
      request.upload.onprogress = (event) => {
        bar.value = event.lengthComputable ? event.loaded / event.total : 0;
      };
      request.onload = () => (request.status === 200 ? resolve() : reject(refusal("failed")));
      request.onerror = () => reject(refusal("failed"));
      request.send(new Blob([file.bytes], { type: file.type }));
    });

  const send = async (form, row, file) => {
    const retry = row.querySelector("[data-retry]");
    retry.hidden = true;
    say(row, "sending");
    try {
      if (!file.size) throw refusal("empty");
      if (file.size > Number(form.dataset.largest)) throw refusal("large");
      // A second try asks for the address anew: the first one may be too old by now.
      const page = row.dataset.page ? await pageOf(await fetch(row.dataset.page)) : await announce(form, row, file);
      const to = page.querySelector("[data-put]");
      if (to) await put(to.dataset.put, JSON.parse(to.dataset.headers), file, row);
      row.querySelector("progress").value = 1;
      say(row, "sent");
      await look();
    } catch (error) {
      say(row, error.says ?? "failed", error.words);
      retry.hidden = ["empty", "large"].includes(error.says);
      retry.onclick = () => send(form, row, file);
    }
  };

  const unticked = () => [...document.querySelectorAll("[data-fresh] input:not(:checked)")].map((box) => box.id);

  // Shows what has become of the documents, without loading the page anew: what was ticked or typed stays.
  const look = async () => {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const page = parsed(await answer.text());
    const left = unticked();
    for (const shown of document.querySelectorAll("[data-fresh]")) {
      const fresh = page.querySelector(`[data-fresh="${CSS.escape(shown.dataset.fresh)}"]`);
      if (!fresh || fresh.innerHTML === shown.innerHTML || shown.contains(document.activeElement)) continue;
      shown.toggleAttribute("data-waits", fresh.hasAttribute("data-waits"));
      shown.replaceChildren(...fresh.childNodes);
    }
    for (const id of left) {
      const box = document.getElementById(id);
      if (box) box.checked = false;
    }
  };

  const copy = document.querySelector("[data-row]");
  for (const form of document.querySelectorAll("form[data-upload]")) {
    form.querySelector("[data-choose]").hidden = false;
    form.querySelector("[data-without]").hidden = true;
    for (const field of form.querySelectorAll("input[type=file]")) {
      field.addEventListener("change", async () => {
        const chosen = [...field.files].map((file) => {
          const row = copy.content.firstElementChild.cloneNode(true);
          row.querySelector("[data-name]").textContent = file.name;
          form.querySelector("[data-rows]").append(row);
          const fits = file.size <= Number(form.dataset.largest);
          return [row, fits ? read(file) : { name: file.name, size: file.size }];
        });
        for (const [row, reading] of chosen) {
          try {
            send(form, row, await reading);
          } catch {
            say(row, "empty"); // the device does not give the file out
          }
        }
        field.value = "";
      });
    }
  }

  setInterval(() => {
    if (!document.hidden && document.querySelector("[data-waits]")) look().catch(() => {});
  }, 2500);
})();
