// Passkeys: shows what needs them where the browser has them, asks the device, and sends its answer as a form.
// Without it nothing is missing but the passkeys: every other way to sign in is there.
"use strict";
function hasPasskeys() {
  return "PublicKeyCredential" in window && typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function";
}

// A control with the id `submit` hides the form's own function of that name.
function send(form, credential) {
  takeAlong(form, document.getElementById("public"));
  form.elements.credential.value = credential === null ? "" : JSON.stringify(credential.toJSON());
  HTMLFormElement.prototype.submit.call(form);
}

// "This is a public computer" may be ticked in the form beside: it counts for whichever is sent.
function takeAlong(form, tick) {
  if (tick !== null && tick.checked && tick.form !== form) {
    const taken = document.createElement("input");
    taken.type = "hidden";
    taken.name = tick.name;
    taken.value = tick.value;
    form.append(taken);
  }
}

function ask(form, mediation) {
  const options = JSON.parse(form.dataset.options);
  if (form.dataset.passkey === "create") {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return navigator.credentials.create({ publicKey });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({ publicKey, mediation });
}

// By the button. Whatever went wrong, the page comes again with what can be done, and a new question.
function onButton(form) {
  let isAsked = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isAsked) {
      isAsked = true;
      ask(form, "optional").then((credential) => send(form, credential), () => send(form, null));
    }
  });
}

// By the field for the name, which offers passkeys beside names; who types a name never notices.
async function inField(form) {
  if (
    typeof PublicKeyCredential.isConditionalMediationAvailable === "function" &&
    (await PublicKeyCredential.isConditionalMediationAvailable())
  ) {
    ask(form, "conditional").then((credential) => send(form, credential), () => {});
  }
}

if (hasPasskeys()) {
  for (const element of document.querySelectorAll("[data-needs-passkeys]")) {
    element.hidden = false;
  }
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (form.dataset.passkey === "field") {
      inField(form);
    } else {
      onButton(form);
    }
  }
}
