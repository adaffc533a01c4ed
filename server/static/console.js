// What the console's pages do beyond plain forms: show a password that is typed, and go to the first field that is wrong.
"use strict";
(() => {
  for (const box of document.querySelectorAll("[data-reveal]")) {
    box.closest("label").hidden = false;
    box.addEventListener("change", () => {
      for (const field of box.form.querySelectorAll('[autocomplete$="password"]')) {
        field.type = box.checked ? "text" : "password";
      }
    });
  }
  const wrong = document.querySelector("[aria-invalid]");
  if (wrong) wrong.focus();
})();
