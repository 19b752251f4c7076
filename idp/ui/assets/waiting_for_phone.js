// On the page with the QR code: asks every three seconds whether the phone has answered, and then presses the page's own
// button. Without it the person presses it. Nothing is drawn, so a reader is not disturbed.
"use strict";
for (const form of document.querySelectorAll("form[data-asks]")) {
  const until = Date.now() + Number(form.dataset.seconds) * 1000;
  const ask = async () => {
    let answered = Date.now() >= until;
    if (!answered && !document.hidden) {
      try {
        answered = (await fetch(form.dataset.asks, { cache: "no-store", redirect: "error" })).status === 200;
      } catch {
        answered = false; // asked again in three seconds
      }
    }
    if (answered) form.requestSubmit(document.getElementById("submit"));
    else setTimeout(ask, 3000);
  };
  setTimeout(ask, 3000);
}
