// On the page after signing out: goes on once every service in a frame has loaded, and after five seconds in any case.
// Without it the page goes on by itself too (noscript), and its button is there all along. Written for old browsers.
(function () {
  "use strict";
  var gone = false;
  function goOn() {
    if (!gone) {
      gone = true;
      window.location.replace(document.getElementById("back").href);
    }
  }
  window.addEventListener("load", goOn); // comes after the frames' own
  window.setTimeout(goOn, 5000);
}());
