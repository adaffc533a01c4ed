// The now-serving display: the server sends drawn parts whenever something changed, a beat in between, and what to say.
// Written for the browsers of old televisions too.
"use strict";
(() => {
  const body = document.body;
  const lostBox = document.getElementById("lost");
  const parts = ["hero", "more", "told", "waits"];
  const silence = 25000;
  let heard = Date.now();
  let stream = null;

  // Letters that are too many for their field become smaller, never cut off. Heights are those of lines: the glyph boxes
  // of these fonts are taller than any line, so scrollHeight would tell nothing.
  const fits = (field) => {
    if (field.scrollWidth > field.clientWidth + 1) return false;
    const within = field.getBoundingClientRect();
    return Array.from(field.children).every((child) => {
      const line = child.getBoundingClientRect();
      return getComputedStyle(child).display === "inline" || (line.top >= within.top - 1 && line.bottom <= within.bottom + 1);
    });
  };
  const fit = (field) => {
    field.style.fontSize = "";
    const full = parseFloat(getComputedStyle(field).fontSize);
    for (let part = 0.96; part > 0.3 && !fits(field); part -= 0.04) field.style.fontSize = `${full * part}px`;
  };
  const fitAll = (within) => { within.querySelectorAll("[data-fit]").forEach(fit); };

  const lost = (is) => {
    if (lostBox.hidden !== is) return;
    lostBox.hidden = !is;
    body.classList.toggle("is-lost", is);
    fitAll(body);
  };
  const hear = () => { heard = Date.now(); lost(false); body.classList.remove("is-trying"); };

  const open = () => {
    if (stream) stream.close();
    stream = new EventSource(body.dataset.events);
    stream.addEventListener("release", (event) => { if (event.data !== body.dataset.release) location.reload(); });
    parts.forEach((part) => stream.addEventListener(part, (event) => {
      const place = document.getElementById(part);
      place.innerHTML = event.data;
      fitAll(place);
    }));
    stream.addEventListener("beat", (event) => {
      document.querySelectorAll("time").forEach((each) => { each.textContent = event.data; });
      hear();
    });
    stream.addEventListener("say", (event) => { if (window.say) window.say(JSON.parse(event.data)); });
    stream.onerror = () => {
      body.classList.add("is-trying");
      if (stream.readyState === EventSource.CLOSED) setTimeout(open, 2000 + Math.random() * 3000);
    };
  };

  setInterval(() => {
    if (Date.now() - heard <= silence) return;
    lost(true);
    if (Date.now() - heard > 2 * silence) { heard = Date.now() - silence; open(); }
  }, 1000);
  addEventListener("resize", () => fitAll(body));
  if (document.fonts && document.fonts.ready) document.fonts.ready.then(() => fitAll(body));
  fitAll(body);
  open();
})();
