// Asks the person's device to make a key, or to sign with one, and sends the form with what it gave.
// Forms say what to ask for in data attributes; words stand in the page, in its language.
"use strict";

(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const fromHex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  const tell = (form, what) => {
    for (const words of form.querySelectorAll("[data-says]")) {
      words.hidden = words.dataset.says !== what;
      if (!words.hidden) words.focus();
    }
  };

  const made = async (form) => {
    const credential = await navigator.credentials.create({
      publicKey: {
        challenge: fromHex(form.dataset.challenge),
        rp: { id: form.dataset.host, name: form.dataset.site },
        user: { id: fromHex(form.dataset.owner), name: form.dataset.ownerName, displayName: form.dataset.ownerName },
        pubKeyCredParams: [
          { type: "public-key", alg: -7 },
          { type: "public-key", alg: -8 },
          { type: "public-key", alg: -257 },
        ],
        authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
        attestation: "none",
        timeout: 300000,
      },
    });
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: {
        clientDataJSON: text(credential.response.clientDataJSON),
        attestationObject: text(credential.response.attestationObject),
      },
    };
  };

  const signed = async (form) => {
    const credential = await navigator.credentials.get({
      publicKey: {
        challenge: fromHex(form.dataset.challenge),
        rpId: form.dataset.host,
        allowCredentials: form.dataset.devices
          .split(" ")
          .filter(Boolean)
          .map((id) => ({ type: "public-key", id: bytes(id) })),
        userVerification: "required",
        timeout: 300000,
      },
    });
    return {
      id: credential.id,
      response: {
        authenticatorData: text(credential.response.authenticatorData),
        clientDataJSON: text(credential.response.clientDataJSON),
        signature: text(credential.response.signature),
      },
    };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) {
      tell(form, "unable");
      continue;
    }
    const field = form.querySelector("[data-answer]");
    form.addEventListener("submit", async (event) => {
      const unticked = [...form.querySelectorAll("input[name=confirmed]")].some((box) => !box.checked);
      if (field.value || unticked) return; // nothing to ask for: the page comes back with what is missing
      event.preventDefault();
      if (form.dataset.busy) return; // the second click of a double click
      form.dataset.busy = "yes";
      tell(form, "waiting");
      try {
        field.value = JSON.stringify(await (form.dataset.passkey === "make" ? made(form) : signed(form)));
        form.submit();
      } catch (error) {
        tell(form, error.name === "InvalidStateError" ? "known" : "failed");
      }
      delete form.dataset.busy;
    });
  }
})();
