// Hears, records and keeps one sentence at a time. Nothing leaves this computer before "Keep" is pressed.
const RATE = 24000, LONGEST = 20, COUNT = 3;
const list = document.getElementById("sentences");
const recorder = document.getElementById("recorder");
const part = (name) => recorder.querySelector(`[data-${name}]`);
const done = document.querySelector("[data-done]");
const player = new Audio();
let now = null; // {row, stream, media, chunks, url, wav, ended}

function say(which, words = "") {
  part("stage").textContent = words || recorder.querySelector(`[data-says="${which}"]`).textContent;
}
function show(...names) {
  for (const name of ["stop", "keep", "listen", "again"]) part(name).hidden = !names.includes(name);
  part("level").hidden = !names.includes("level");
  part("count").hidden = !names.includes("count");
}
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// --- hearing ------------------------------------------------------------------------------------------------------------
async function hear(address) {
  const opus = player.canPlayType('audio/ogg; codecs="opus"');
  player.src = opus || !address.endsWith(".ogg") ? address : address.replace(/ogg$/, "mp3");
  try { await player.play(); } catch { /* pressed again before it began */ }
}
list.addEventListener("click", (event) => {
  const link = event.target.closest("[data-hear]");
  if (!link) return;
  event.preventDefault();
  hear(link.getAttribute("href"));
});

// --- recording ----------------------------------------------------------------------------------------------------------
async function begin(row) {
  leave(false);
  const mine = now = { row, chunks: [] };
  row.append(recorder);
  recorder.hidden = false;
  row.querySelector("[data-record]").hidden = true;
  show();
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) { say("insecure"); part("leave").focus(); return; }
  say("ask");
  part("leave").focus();
  try {
    mine.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true, autoGainControl: true } });
  } catch { if (now === mine) { say("refused"); show("again"); } return; }
  if (now !== mine) { silence(mine); return; }
  say("ready");
  show("count");
  for (let left = COUNT; left > 0; left -= 1) {
    part("count").textContent = left;
    await wait(1000);
    if (now !== mine) return;
  }
  record(mine);
}
function record(mine) {
  mine.media = new MediaRecorder(mine.stream);
  mine.media.addEventListener("dataavailable", (event) => mine.chunks.push(event.data));
  mine.media.addEventListener("stop", () => review(mine));
  mine.media.start();
  say("speak");
  show("stop", "level");
  part("stop").focus();
  meter(mine);
}
function meter(mine) {
  const audio = mine.audio = new AudioContext();
  const analyser = audio.createAnalyser();
  audio.createMediaStreamSource(mine.stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize), began = performance.now(), shown = part("level").querySelector("meter");
  const tick = () => {
    if (now !== mine || mine.media.state !== "recording") return;
    analyser.getFloatTimeDomainData(samples);
    const loud = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
    shown.value = Math.min(100, Math.round(100 + 33 * Math.log10(loud + 1e-5)));
    const seconds = (performance.now() - began) / 1000;
    part("seconds").textContent = `${Math.floor(seconds)} s`;
    if (seconds > LONGEST) mine.media.stop();
    else requestAnimationFrame(tick);
  };
  tick();
}
function silence(mine) {
  mine.stream?.getTracks().forEach((track) => track.stop());
  mine.audio?.close();
  mine.stream = mine.audio = null;
}
async function review(mine) {
  silence(mine);
  if (now !== mine) return;
  say("work");
  show();
  try {
    const sound = new Blob(mine.chunks, { type: mine.media.mimeType });
    const heard = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await sound.arrayBuffer());
    mine.wav = wav(heard);
    mine.url = URL.createObjectURL(mine.wav);
  } catch { if (now === mine) { say("broken"); show("again"); part("again").focus(); } return; }
  if (now !== mine) return;
  say("review");
  show("keep", "listen", "again");
  part("keep").focus();
  hear(mine.url);
}
function wav(heard) {
  const size = heard.length, view = new DataView(new ArrayBuffer(44 + 2 * size));
  const text = (at, words) => [...words].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + 2 * size, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true); view.setUint32(28, 2 * RATE, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  text(36, "data"); view.setUint32(40, 2 * size, true);
  const channels = Array.from({ length: heard.numberOfChannels }, (_, n) => heard.getChannelData(n));
  for (let n = 0; n < size; n += 1) {
    const sample = channels.reduce((sum, one) => sum + one[n], 0) / channels.length;
    view.setInt16(44 + 2 * n, Math.max(-1, Math.min(1, sample)) * 32767, true);
  }
  return new Blob([view], { type: "audio/wav" });
}

// --- keeping ------------------------------------------------------------------------------------------------------------
async function keep() {
  const mine = now;
  player.pause();
  say("keeping");
  show();
  const sent = new FormData();
  sent.set("language", list.dataset.language);
  sent.set("key", mine.row.dataset.key);
  sent.set("sound", mine.wav, "sound.wav");
  sent.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  let told;
  try {
    const answer = await fetch(list.dataset.keep, { method: "POST", body: sent });
    told = await answer.json();
  } catch { if (now === mine) { say("away"); show("keep", "listen"); part("keep").focus(); } return; }
  if (now !== mine) return;
  if (told.says) { say("", told.says); show("again"); part("again").focus(); return; }
  kept(mine.row, told);
}
function kept(row, told) {
  row.classList.remove("is-missing", "is-synthetic");
  row.classList.add("is-recorded");
  for (const one of row.querySelectorAll("[data-when]")) one.hidden = one.dataset.when !== "recorded";
  row.querySelector("[data-speaker]").textContent = told.speaker;
  const link = row.querySelector("[data-hear]");
  link.href = `${list.dataset.sound}${told.sound}.ogg`;
  link.hidden = row.querySelector("[data-take]").hidden = row.querySelector("[data-anew]").hidden = false;
  row.querySelector("[data-first]").hidden = true;
  for (const [kind, count] of Object.entries(told.counts)) {
    for (const number of document.querySelectorAll(`.answer [data-${kind}]`)) number.textContent = count;
  }
  document.querySelector(".how-far").value = told.counts.recorded;
  done.textContent = recorder.querySelector('[data-says="kept"]').textContent;
  const next = row.nextElementSibling?.querySelector("[data-record]");
  leave(false);
  (next ?? row.querySelector("[data-record]")).focus();
  (next ?? row).scrollIntoView({ block: "center" });
}
function leave(back = true) {
  const was = now;
  now = null;
  if (!was) return;
  player.pause();
  if (was.media?.state === "recording") was.media.stop();
  silence(was);
  if (was.url) URL.revokeObjectURL(was.url);
  recorder.hidden = true;
  was.row.querySelector("[data-record]").hidden = false;
  if (back) was.row.querySelector("[data-record]").focus();
}

part("stop").addEventListener("click", () => now?.media.stop());
part("keep").addEventListener("click", keep);
part("listen").addEventListener("click", () => hear(now.url));
part("again").addEventListener("click", () => begin(now.row));
part("leave").addEventListener("click", () => leave());
recorder.addEventListener("keydown", (event) => { if (event.key === "Escape") leave(); });
addEventListener("pagehide", () => leave(false));
addEventListener("beforeunload", (event) => { if (now?.wav) event.preventDefault(); });
for (const button of list.querySelectorAll("[data-record]")) {
  button.hidden = !list.dataset.may;
  button.addEventListener("click", () => begin(button.closest("[data-key]")));
}
