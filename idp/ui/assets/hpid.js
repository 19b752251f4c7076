// The one script: a button that shows a typed password. Without it the button stays hidden and nothing is missing.
"use strict";
for (const button of document.querySelectorAll("button[data-reveals]")) {
  const input = document.getElementById(button.dataset.reveals);
  const label = button.firstElementChild;
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    label.textContent = shown ? button.dataset.hide : button.dataset.show;
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // Sent as a password again, so that no browser keeps it among the remembered texts.
  input.form.addEventListener("submit", () => show(false));
  button.hidden = false;
}
