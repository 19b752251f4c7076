// The session iframe – OpenID Connect Session Management 1.0 §3.2: a page that frames us posts "client_id session_state"
// and is told "unchanged", "changed" or "error". Answers whoever asks, at the origin it asks from, and nobody else.
// SHA-256 (FIPS 180-4) in plain script: frames in pages without https have no other, and neither have old browsers.
(function () {
  "use strict";
  var MESSAGE = /^([!-~]{1,256}) ([0-9a-f]{64})\.([!-~]{1,128})$/;
  var K = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
  ];
  var START = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
  ];

  function rotated(word, by) {
    return (word >>> by) | (word << (32 - by));
  }

  // The text's bytes as 32-bit words, padded to whole blocks; the text is ASCII.
  function words(text) {
    var blocks = ((text.length + 8) >> 6) + 1;
    var list = [];
    var i;
    for (i = 0; i < blocks * 16; i += 1) {
      list.push(0);
    }
    for (i = 0; i < text.length; i += 1) {
      list[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
    }
    list[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
    list[list.length - 1] = text.length * 8;
    return list;
  }

  function compressed(hash, block) {
    var w = block.slice();
    var v = hash.slice();
    var i, s0, s1, choice, majority, one, two;
    for (i = 0; i < 64; i += 1) {
      if (i >= 16) {
        s0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ (w[i - 15] >>> 3);
        s1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ (w[i - 2] >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
      }
      s1 = rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25);
      choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
      one = (v[7] + s1 + choice + K[i] + w[i]) | 0;
      s0 = rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22);
      majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
      two = (s0 + majority) | 0;
      v = [(one + two) | 0, v[0], v[1], v[2], (v[3] + one) | 0, v[4], v[5], v[6]];
    }
    for (i = 0; i < 8; i += 1) {
      v[i] = (v[i] + hash[i]) | 0;
    }
    return v;
  }

  function sha256(text) {
    var list = words(text);
    var hash = START;
    var hex = "";
    var i;
    for (i = 0; i < list.length; i += 16) {
      hash = compressed(hash, list.slice(i, i + 16));
    }
    for (i = 0; i < 8; i += 1) {
      hex += ("0000000" + (hash[i] >>> 0).toString(16)).slice(-8);
    }
    return hex;
  }

  // Read anew at every question: other tabs sign in and out.
  function browserState() {
    var name = document.documentElement.getAttribute("data-cookie") + "=";
    var parts = document.cookie.split("; ");
    var i;
    for (i = 0; i < parts.length; i += 1) {
      if (parts[i].indexOf(name) === 0) {
        return parts[i].slice(name.length);
      }
    }
    return "";
  }

  function answer(data, origin) {
    var asked = typeof data === "string" && MESSAGE.exec(data);
    var state = browserState();
    if (!asked || !state) {
      return "error";
    }
    return sha256(asked[1] + " " + origin + " " + state + " " + asked[3]) === asked[2] ? "unchanged" : "changed";
  }

  window.addEventListener("message", function (event) {
    if (event.source && /^https?:/.test(event.origin)) {
      event.source.postMessage(answer(event.data, event.origin), event.origin);
    }
  });
}());
