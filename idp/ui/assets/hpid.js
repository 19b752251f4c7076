// The one script: a form sent twice in a row, a page gone back to or asked for in another language, buttons that show a typed
// password, print the page, copy or save codes. Without it the buttons stay hidden and nothing is missing.
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
// A second press would end the way of the first: a code is right once. On a slow network people press again after seconds, and
// are told to wait. Later presses count: an answer may have got lost. A file that is saved leaves its page where it is.
function tellToWait(place) {
  const told = document.getElementById("sending") || document.createElement("p");
  told.id = "sending";
  told.setAttribute("role", "status");
  place.append(told);
  told.textContent = document.body.dataset.sending;
}
for (const form of document.forms) {
  const patience = "file" in form.dataset ? 1500 : 10000;
  let sent = -Infinity;
  form.addEventListener("submit", (event) => {
    if (event.timeStamp - sent >= patience) {
      sent = event.timeStamp;
    } else {
      event.preventDefault();
      tellToWait((event.submitter || form).closest("form, section, main"));
    }
  });
  addEventListener("pageshow", () => { sent = -Infinity; }); // gone back to
}
// Going back to the answer of a form, browsers show a bare page of theirs: the form would be sent again. In the history its
// place stands for it, which can be asked for. At once where the form came back with what is wrong in it; what was done is
// shown once, and stays in the history until it is left: whoever loads it anew is asked first.
for (const { dataset } of document.querySelectorAll("body[data-place]")) {
  const giveWay = () => history.replaceState(null, "", dataset.place);
  if (document.querySelector("#error[role=alert]")) giveWay();
  document.addEventListener("submit", giveWay);
  document.addEventListener("click", ({ target }) => {
    if (target.closest('a[href^="/"], a[href^="http"]')) giveWay();
  });
}
// What has just been done is said once: gone back to or loaded anew, the page says how things are then.
function sayOnce() {
  const here = new URL(location.href);
  if (here.searchParams.has("d")) {
    here.searchParams.delete("d");
    history.replaceState(null, "", here.pathname + here.search);
  }
}
if (document.querySelector("#notice[autofocus]")) sayOnce();
for (const button of document.querySelectorAll("button[data-prints]")) {
  button.addEventListener("click", () => window.print());
  button.hidden = false;
}
function linesOf(id) {
  const shown = document.getElementById(id);
  return (shown.children.length ? [...shown.children] : [shown]).map((line) => line.textContent.trim()).join("\n");
}
function tell(words) {
  document.getElementById("copied").textContent = words;
}
for (const button of document.querySelectorAll("button[data-copies]")) {
  const { copies, copied, failed } = button.dataset;
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(linesOf(copies)).then(() => tell(copied), () => tell(failed));
  });
  button.hidden = !navigator.clipboard; // only where the page came by a safe way
}
for (const button of document.querySelectorAll("button[data-saves]")) {
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    const about = document.getElementById(button.dataset.saves + "-of").textContent.trim();
    link.href = URL.createObjectURL(new Blob([`${about}\n\n${linesOf(button.dataset.saves)}\n`], { type: "text/plain" }));
    link.download = button.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
    tell(button.dataset.saved);
  });
  button.hidden = false;
}
// Another language or appearance is the page anew: what was typed or chosen comes along, but for passwords and codes. It is
// kept between the two pages and no longer.
function isOpen({ name, type, autocomplete, autocapitalize }) {
  return name && !["hidden", "password"].includes(type) && autocomplete !== "one-time-code" && autocapitalize !== "characters";
}
function typedFields() {
  return [...document.querySelectorAll("main :is(input, select, textarea)")].filter(isOpen);
}
function giveBack({ page, typed }) {
  const fields = typedFields();
  if (page === document.body.id && fields.map(({ name }) => name).join() === typed.map(({ name }) => name).join()) {
    fields.forEach((field, at) => Object.assign(field, typed[at]));
  }
}
if (sessionStorage.typed) giveBack(JSON.parse(sessionStorage.typed));
delete sessionStorage.typed;
for (const form of document.querySelectorAll("form.lang, form.appearance")) {
  form.addEventListener("submit", () => {
    const typed = typedFields().map(({ name, type, value, checked }) => (
      ["checkbox", "radio"].includes(type) ? { name, checked } : { name, value }));
    sessionStorage.typed = JSON.stringify({ page: document.body.id, typed });
  });
}
