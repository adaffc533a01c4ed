// The counter's page: shows what the server draws, and sends what is pressed, once, with a key of its own.
"use strict";
(() => {
  const live = document.getElementById("live");
  const state = document.getElementById("state");
  const asOf = document.getElementById("as-of");
  const say = document.getElementById("say");
  const csrf = document.querySelector('meta[name="csrf"]').content;
  const silence = 25000;
  const tries = 10;
  let heard = Date.now();
  let stream = null;
  let busy = false;
  let next = null;
  let fresh = true;

  const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
  const randomKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const lost = (is) => { state.classList.toggle("is-lost", is); };
  const hear = () => { heard = Date.now(); lost(false); };
  const tell = (text) => { say.textContent = text; };

  const seqIn = (place) => Number(place.querySelector("[data-seq]").dataset.seq);

  // The stream and an answer race each other: what is older than what stands there is not shown. What a new stream
  // begins with is: the office may have begun a new record.
  const show = (html) => {
    const drawn = document.createElement("template");
    drawn.innerHTML = html;
    if (!fresh && seqIn(drawn.content) < seqIn(live)) return;
    fresh = false;
    const named = (summary) => summary.ariaLabel || summary.textContent;
    const open = Array.from(live.querySelectorAll("details[open] > summary"), named);
    const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.act : null;
    live.replaceChildren(drawn.content);
    for (const summary of live.querySelectorAll("summary")) {
      if (open.includes(named(summary))) summary.parentElement.open = true;
    }
    if (focused) {
      const again = live.querySelector(`[data-act="${focused}"]`);
      if (again) again.focus({ preventScroll: true });
    }
  };

  const open = () => {
    if (stream) stream.close();
    fresh = true;
    stream = new EventSource(live.dataset.events);
    stream.addEventListener("release", (event) => { if (event.data !== live.dataset.release) location.reload(); });
    stream.addEventListener("state", (event) => { show(event.data); hear(); });
    stream.addEventListener("beat", (event) => { asOf.textContent = event.data; hear(); });
    stream.addEventListener("over", () => { location.reload(); });
    stream.onerror = () => {
      lost(true);
      if (stream.readyState === EventSource.CLOSED) setTimeout(open, 2000 + Math.random() * 3000);
    };
  };

  // The same body, and so the same key, until there is an answer: what was done is not done again.
  const send = async (counter, body) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await fetch(`/api/counters/${counter}`, {
          method: "POST",
          headers: { "Content-Type": "application/json", "Scorecard-CSRF": csrf },
          body,
          signal: AbortSignal.timeout(8000),
        });
        if (answer.status < 500) return answer;
      } catch (error) {
        if (attempt >= tries) throw error;
      }
      if (attempt >= tries) throw new Error("no answer");
      tell(live.dataset.trying);
      await pause(Math.min(500 * 2 ** attempt, 5000) * Math.random() + 200);
    }
  };

  const act = async (button) => {
    if (busy) return;
    busy = true;
    live.setAttribute("aria-busy", "true");
    tell("");
    const at = live.querySelector("[data-counter]");
    const made = { act: button.dataset.act };
    for (const field of ["label", "reason", "service"]) {
      if (button.dataset[field] !== undefined) made[field] = button.dataset[field];
    }
    const body = JSON.stringify({ key: randomKey(), changed: Number(at.dataset.changed), act: made });
    for (const each of live.querySelectorAll("details[open]")) each.open = false;
    try {
      const answer = await send(at.dataset.counter, body);
      if (answer.status === 401) { location.reload(); return; }
      const said = await answer.json();
      if (!answer.ok) tell(`${said.message}. ${said.hint}`);
      if (said.state) show(said.state);
    } catch {
      tell(live.dataset.trying);
      lost(true);
    } finally {
      busy = false;
      live.removeAttribute("aria-busy");
      press();
    }
  };

  // A key that came while an act was under way: done if it still has a meaning in what stands there now.
  const press = () => {
    const button = next && live.querySelector(`[data-key="${next}"]`);
    next = null;
    if (button) act(button);
  };

  live.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) act(button);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.closest("input, textarea, select")) return;
    if (!/^[a-z]$/i.test(event.key)) return;
    if (busy) { next = event.key.toUpperCase(); return; }
    const button = live.querySelector(`[data-key="${event.key.toUpperCase()}"]`);
    if (button) { event.preventDefault(); act(button); }
  });

  setInterval(() => {
    if (Date.now() - heard > silence) { lost(true); heard = Date.now(); open(); }
  }, 5000);
  open();
})();
