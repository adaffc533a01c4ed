// Follows a ticket: asks the office now and then, sooner when the turn is near, and says when it cannot be reached.
"use strict";
(() => {
  const now = document.getElementById("now");
  const state = document.getElementById("state");
  const asOf = document.getElementById("as-of");
  const patience = 10000;
  const enough = 4; // an office that takes up its record again is back before that
  let missing = 0;
  let again = Number(now.dataset.again);
  let shown = null;
  let timer = null;
  let asking = false;

  const later = () => {
    clearTimeout(timer);
    if (again > 0) timer = setTimeout(ask, again * 1000 * (1 + Math.random() / 5));
  };

  const show = (html) => {
    if (html === shown) return;
    const called = html.includes('class="stack call"');
    if (called && shown !== null && !shown.includes('class="stack call"') && navigator.vibrate) navigator.vibrate(600);
    shown = html;
    now.innerHTML = html;
  };

  const ask = async () => {
    if (asking || document.hidden) return;
    asking = true;
    const end = new AbortController();
    const tooLong = setTimeout(() => end.abort(), patience);
    try {
      const answer = await fetch(now.dataset.from, { cache: "no-store", signal: end.signal });
      missing = answer.status === 404 ? missing + 1 : 0;
      if (missing >= enough) location.reload(); // the page for what is not there says what to do
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.text());
      asOf.textContent = answer.headers.get("scorecard-as-of");
      again = Number(answer.headers.get("scorecard-again"));
      state.classList.remove("is-lost");
    } catch {
      state.classList.add("is-lost");
    } finally {
      clearTimeout(tooLong);
      asking = false;
      later();
    }
  };

  document.addEventListener("visibilitychange", ask);
  window.addEventListener("online", ask);
  later();
})();
