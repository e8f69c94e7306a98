// Sends a video in pieces and goes on where it stopped: after a lost line, a reload, or a killed server.
// The form works without this file; with it there are local checks, progress, and no piece is sent twice.
(() => {
  "use strict";
  const form = document.querySelector("form[data-upload]");
  const progressOfPhotos = () => {
    // Photo stories: htmx sends the files, this only shows how far it is.
    document.body.addEventListener("htmx:xhr:progress", (event) => {
      const bar = event.target.querySelector?.("[data-photos-progress]");
      if (!bar || !event.detail.lengthComputable) return;
      bar.hidden = false;
      bar.value = (100 * event.detail.loaded) / event.detail.total;
    });
  };
  if (!form) { progressOfPhotos(); return; }

  const find = (name) => form.querySelector(`[data-${name}]`);
  const words = find("words").dataset;
  const send = document.querySelector("[data-send]");
  const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const MEGABYTE = 1024 * 1024;
  const LONGEST_PAUSE = 20000;
  let run = 0; // a new choice of file ends the run before it
  let wanted = false; // "Send for review" was pressed before everything was here
  let state = "empty";

  const mark = (name, icon, text) => {
    const place = form.querySelector(`[data-mark="${name}"]`);
    const shape = form.querySelector(`template[data-icon="${icon}"]`).content.cloneNode(true);
    place.replaceChildren(shape);
    form.querySelector(`[data-check="${name}"]`).textContent = text;
  };
  const say = (text) => { find("said").textContent = text; };
  const show = (share) => {
    find("progress").value = share * 100;
    find("percent").textContent = `${Math.floor(share * 100)}%`;
  };
  const wait = (time) => new Promise((done) => {
    const timer = setTimeout(done, time);
    addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
  });

  // What can be seen on the phone already, before a byte is sent.
  const look = (file, mine) => {
    find("checks").hidden = false;
    mark("size", "wait", ""); mark("length", "wait", ""); mark("server", "wait", form.querySelector('[data-check="server"]').textContent);
    const video = find("thumb");
    video.src = URL.createObjectURL(file);
    video.onloadedmetadata = () => {
      if (mine !== run) return;
      const width = video.videoWidth, height = video.videoHeight, seconds = Math.round(video.duration * 10) / 10;
      const size = { width, height };
      if (!width) mark("size", "warn", words.unread);
      else if (Math.max(width, height) > form.dataset.largestSide) mark("size", "bad", fill(words.tooWide, size));
      else if (Math.min(width, height) < form.dataset.smallestSide) mark("size", "bad", fill(words.tooSmall, size));
      else mark("size", width > height ? "warn" : "ok", fill(width > height ? words.across : words.pixels, size));
      const length = { seconds, limit: form.dataset.longest / 1000 };
      if (!Number.isFinite(seconds)) mark("length", "warn", words.unread);
      else if (seconds * 1000 > form.dataset.longest) mark("length", "bad", fill(words.tooLong, length));
      else mark("length", seconds < 7 ? "warn" : "ok", fill(seconds < 7 ? words.short : words.seconds, length));
      video.currentTime = Math.min(0.2, video.duration / 2);
    };
    video.onerror = () => { if (mine === run) { mark("size", "warn", words.unread); mark("length", "warn", words.unread); } };
  };

  const call = async (url, options = {}) => {
    const response = await fetch(url, { credentials: "same-origin", ...options, headers: { "X-CSRFToken": token(), ...options.headers } });
    if (response.status >= 500 && response.status !== 507) throw new TypeError("try again");
    const body = await response.json();
    return { status: response.status, body };
  };
  const digest = async (piece) => {
    if (!globalThis.crypto?.subtle) return {};
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", piece));
    return { "X-Content-SHA256": [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
  };

  // A call that a lost line or a server being restarted only delays.
  const patiently = async (mine, act) => {
    for (let tries = 0; mine === run; tries += 1) {
      try {
        return await act();
      } catch (fault) {
        if (!(fault instanceof TypeError)) throw fault;
        say(words.paused);
        await wait(Math.min(LONGEST_PAUSE, 500 * 2 ** tries));
      }
    }
    return null;
  };

  const left = (begun, sent, total) => {
    const seconds = ((Date.now() - begun) / 1000) * ((total - sent.now) / Math.max(1, sent.now - sent.start));
    return seconds < 90 ? fill(words.secondsLeft, { n: Math.ceil(seconds) }) : fill(words.minutesLeft, { n: Math.ceil(seconds / 60) });
  };

  const refused = (body) => {
    state = "refused";
    wanted = false;
    say("");
    mark("server", "bad", [body.wrong, body.remedy].filter(Boolean).join(" "));
    busy(false);
  };
  const busy = (on) => { send.disabled = on; send.toggleAttribute("aria-busy", on); };

  const upload = async (file, mine) => {
    state = "sending";
    const begin = () => call(form.dataset.start, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: file.name, size: file.size }) });
    const opened = await patiently(mine, begin);
    if (!opened) return;
    if (opened.status !== 200) { refused(opened.body); return; }
    const address = `${form.dataset.media}${opened.body.asset}/`;
    find("asset").value = opened.body.asset;
    const begun = Date.now();
    const sent = { start: opened.body.offset, now: opened.body.offset };
    while (sent.now < file.size) {
      show(sent.now / file.size);
      const piece = await file.slice(sent.now, sent.now + Number(form.dataset.chunk)).arrayBuffer();
      const proof = await digest(piece);
      const answer = await patiently(mine, () => call(`${address}?offset=${sent.now}`, { method: "PUT", body: piece, headers: { "Content-Type": "application/octet-stream", ...proof } }));
      if (!answer) return;
      if (answer.status === 507) { say(answer.body.wrong); await wait(LONGEST_PAUSE); continue; }
      if (answer.status !== 200 && answer.status !== 409) { refused(answer.body); return; }
      sent.now = answer.body.offset;
      if (sent.now < file.size) say(fill(words.sending, { sent: (sent.now / MEGABYTE).toFixed(1), size: (file.size / MEGABYTE).toFixed(1), left: left(begun, sent, file.size) }));
    }
    show(1);
    const closed = await patiently(mine, () => call(`${address}complete/`, { method: "POST" }));
    if (!closed) return;
    if (closed.status !== 200) { refused(closed.body); return; }
    state = "complete";
    say(wanted ? "" : words.complete);
    find("file").disabled = true; // its bytes are here: the form need not carry them again
    if (wanted) { form.submit(); return; }
    await watch(address, mine);
  };

  // The server's own look, so that a refusal is read here and not only later.
  const watch = async (address, mine) => {
    mark("server", "wait", words.checking);
    while (mine === run) {
      const seen = await patiently(mine, () => call(address));
      if (!seen) return;
      if (seen.body.state === "refused") { refused(seen.body.refused[0] || {}); find("file").disabled = false; find("asset").value = ""; return; }
      if (seen.body.state === "ready") { mark("server", "ok", words.ready); return; }
      if (seen.body.state === "rendering") mark("server", "ok", words.rendering);
      await wait(1500);
    }
  };

  const choose = (file) => {
    run += 1;
    const mine = run;
    wanted = false;
    busy(false);
    find("asset").value = "";
    find("unfinished-note")?.remove();
    find("drop").hidden = true;
    find("chosen").hidden = false;
    find("name").textContent = file.name;
    show(0);
    say("");
    look(file, mine);
    if (file.size === 0) { mark("size", "bad", words.empty); state = "refused"; return; }
    if (file.size > Number(form.dataset.largest)) { mark("size", "bad", words.tooBig); state = "refused"; return; }
    upload(file, mine);
  };

  find("file").addEventListener("change", (event) => { if (event.target.files[0]) choose(event.target.files[0]); });
  find("another").addEventListener("click", () => { const input = find("file"); input.disabled = false; input.value = ""; input.click(); });
  const drop = find("drop");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("is-over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files[0]) choose(event.dataTransfer.files[0]);
    });
  }
  form.addEventListener("submit", (event) => {
    if (state === "complete") return;
    event.preventDefault();
    if (state === "sending") {
      wanted = true;
      busy(true);
      say(words.after);
    } else {
      find("file").disabled = false;
      find("file").click();
    }
  });
  addEventListener("beforeunload", (event) => { if (state === "sending" && !wanted) event.preventDefault(); });
})();
