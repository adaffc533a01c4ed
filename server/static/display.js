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

  // What is called aloud: the chime, then whole sentences or none. A browser wants a touch before it plays anything.
  const AudioDevice = window.AudioContext || window.webkitAudioContext;
  const sound = body.dataset.sound === "on" && AudioDevice ? new AudioDevice() : null;
  const button = document.getElementById("sound");
  const known = new Map();
  let last = 0;

  const clip = (url) => {
    if (!known.has(url)) {
      const found = fetch(url).then((answer) => {
        if (!answer.ok) throw new Error(url);
        return answer.arrayBuffer();
      }).then((data) => new Promise((done, failed) => { sound.decodeAudioData(data, done, failed); }));
      found.catch(() => known.delete(url));
      known.set(url, found);
    }
    return known.get(url);
  };
  const play = (buffer, at) => {
    const source = sound.createBufferSource();
    source.buffer = buffer;
    source.connect(sound.destination);
    source.start(at);
    return at + buffer.duration;
  };
  const whole = (sentence) => Promise.all(sentence.map(clip)).catch(() => []);
  const say = async (told) => {
    if (told.number <= last || sound.state !== "running") return;
    last = told.number;
    const [chime, ...sentences] = await Promise.all([whole([told.chime]), ...told.sentences.map(whole)]);
    let at = sound.currentTime + 0.05;
    chime.forEach((buffer) => { at = play(buffer, at); });
    sentences.forEach((sentence) => {
      sentence.forEach((buffer) => { at = play(buffer, at) + told.gaps[0] / 1000; });
      at += told.gaps[1] / 1000;
    });
    body.dataset.said = `${told.number}:${sentences.map((sentence) => sentence.length).join("+")}`;
  };
  if (sound && button) {
    const tell = () => { button.hidden = sound.state === "running"; fitAll(body); };
    button.addEventListener("click", () => { sound.resume().then(tell); });
    sound.addEventListener("statechange", tell);
    tell();
  }

  const open = () => {
    if (stream) stream.close();
    stream = new EventSource(body.dataset.events);
    stream.addEventListener("release", (event) => {
      last = 0; // a server that began anew counts anew; what was said before this stream began is not sent
      if (event.data !== body.dataset.release) location.reload();
    });
    parts.forEach((part) => stream.addEventListener(part, (event) => {
      const place = document.getElementById(part);
      place.innerHTML = event.data;
      fitAll(place);
    }));
    stream.addEventListener("beat", (event) => {
      document.querySelectorAll("time").forEach((each) => { each.textContent = event.data; });
      hear();
    });
    if (sound) stream.addEventListener("say", (event) => { say(JSON.parse(event.data)); });
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
