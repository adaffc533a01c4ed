// Keeps the office's page fresh: the server sends a drawn fragment whenever something changed, and a beat in between.
"use strict";
(() => {
  const live = document.getElementById("live");
  const state = document.getElementById("state");
  const asOf = document.getElementById("as-of");
  const silence = 25000;
  let heard = Date.now();
  let stream = null;

  const lost = (is) => { state.classList.toggle("is-lost", is); };

  const hear = () => { heard = Date.now(); lost(false); };

  const open = () => {
    if (stream) stream.close();
    stream = new EventSource(live.dataset.events);
    stream.addEventListener("release", (event) => {
      if (event.data !== live.dataset.release) location.reload();
    });
    stream.addEventListener("state", (event) => { live.innerHTML = event.data; hear(); });
    stream.addEventListener("beat", (event) => { asOf.textContent = event.data; hear(); });
    stream.onerror = () => {
      lost(true);
      if (stream.readyState === EventSource.CLOSED) setTimeout(open, 2000 + Math.random() * 3000);
    };
  };

  setInterval(() => {
    if (Date.now() - heard > silence) { lost(true); heard = Date.now(); open(); }
  }, 5000);
  open();
})();
