// Records one clip after another: from the microphone or a file to a WAV of one channel, which the server judges.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const recorder = $("recorder");
  const items = Array.from(document.querySelectorAll(".clip"));
  const csrf = document.querySelector('meta[name="csrf"]').content;
  const rate = 24000;
  let current = items.find((item) => item.dataset.there === "no") || items[0];
  let device = null;
  let recording = null;
  let last = null;

  const address = () => `/api/clips/${recorder.dataset.language}/${current.dataset.clip}`;
  const tell = (text) => { $("told").textContent = text; };
  const sounds = () => { device = device || new AudioContext(); return device.resume().then(() => device); };
  const choose = (item) => {
    if (recording) return;
    current = item;
    items.forEach((each) => each.toggleAttribute("aria-current", each === item));
    item.setAttribute("aria-current", "true");
    item.scrollIntoView({ block: "nearest" });
    $("words").textContent = item.querySelector("[lang]").textContent;
    $("anyway").hidden = true;
    tell("");
  };
  const next = () => {
    const after = [...items.slice(items.indexOf(current) + 1), ...items];
    choose(after.find((item) => item.dataset.there === "no") || after[0]);
  };

  const wav = (samples) => {
    const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
    const text = (at, letters) => { for (let i = 0; i < letters.length; i += 1) view.setUint8(at + i, letters.charCodeAt(i)); };
    text(0, "RIFF"); view.setUint32(4, 36 + 2 * samples.length, true); text(8, "WAVEfmt ");
    view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
    view.setUint32(24, rate, true); view.setUint32(28, 2 * rate, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
    text(36, "data"); view.setUint32(40, 2 * samples.length, true);
    samples.forEach((sample, i) => view.setInt16(44 + 2 * i, Math.max(-1, Math.min(1, sample)) * 32767, true));
    return view.buffer;
  };
  const oneChannel = async (data) => {
    const heard = await (await sounds()).decodeAudioData(data);
    const offline = new OfflineAudioContext(1, Math.ceil(heard.duration * rate) || 1, rate);
    const source = offline.createBufferSource();
    source.buffer = heard;
    source.connect(offline.destination);
    source.start();
    return wav((await offline.startRendering()).getChannelData(0));
  };
  const send = async (body, anyway) => {
    last = body;
    try {
      const answer = await fetch(address() + (anyway ? "?anyway=true" : ""), {
        method: "POST", headers: { "Content-Type": "audio/wav", "Scorecard-CSRF": csrf }, body,
      });
      const told = await answer.json();
      if (!answer.ok) { tell(`${told.message}. ${told.hint}`); return; }
      tell([told.kept ? recorder.dataset.kept : recorder.dataset.refused, ...told.problems].join(". "));
      $("anyway").hidden = told.kept || told.silent;
      if (told.kept) {
        current.dataset.there = "yes";
        $("done").textContent = items.filter((item) => item.dataset.there === "yes").length;
      }
    } catch (error) {
      tell(recorder.dataset.unsent);
    }
  };
  const take = (data) => oneChannel(data).then((body) => send(body, false), () => tell(recorder.dataset.refused));

  const meter = (stream) => {
    const ear = device.createAnalyser();
    device.createMediaStreamSource(stream).connect(ear);
    const samples = new Float32Array(ear.fftSize);
    const look = () => {
      if (!recording) { $("level").value = 0; return; }
      ear.getFloatTimeDomainData(samples);
      $("level").value = Math.min(1, samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0));
      if ($("level").value > 0.02) recorder.dataset.heard = "yes";
      requestAnimationFrame(look);
    };
    look();
  };
  const begin = async () => {
    try {
      await sounds();
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, autoGainControl: false } });
      const parts = [];
      recorder.dataset.heard = "no";
      recording = new MediaRecorder(stream);
      recording.addEventListener("dataavailable", (event) => parts.push(event.data));
      recording.addEventListener("stop", () => {
        stream.getTracks().forEach((track) => track.stop());
        recording = null;
        recorder.classList.remove("is-recording");
        new Blob(parts).arrayBuffer().then(take);
      });
      recording.start();
      recorder.classList.add("is-recording");
      tell(recorder.dataset.recording);
      meter(stream);
    } catch (error) {
      recording = null;
      tell(recorder.dataset.noMicrophone);
    }
  };
  const record = () => { if (recording) recording.stop(); else begin(); };
  const listen = async () => {
    const answer = await fetch(address());
    if (!answer.ok) return;
    const source = (await sounds()).createBufferSource();
    source.buffer = await device.decodeAudioData(await answer.arrayBuffer());
    source.connect(device.destination);
    source.start();
  };

  items.forEach((item) => item.addEventListener("click", () => choose(item)));
  $("record").addEventListener("click", record);
  $("listen").addEventListener("click", listen);
  $("next").addEventListener("click", next);
  $("anyway").addEventListener("click", () => send(last, true));
  $("file").addEventListener("change", (event) => {
    const file = event.target.files[0];
    if (file) file.arrayBuffer().then(take);
    event.target.value = "";
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("a, button, input") || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    const act = { " ": record, Enter: next, l: listen, L: listen }[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  choose(current);
})();
