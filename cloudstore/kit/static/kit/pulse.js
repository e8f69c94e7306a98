// Live pages: elements with data-pulse="topic topic" get the event `pulse` when one of their topics changed.
// One socket per page; after a cut it comes back with growing pauses, and meanwhile the elements are refreshed by the clock.
(() => {
  "use strict";
  const POLL = 15000;
  const LONGEST_PAUSE = 20000;
  let socket = null;
  let tries = 0;
  let timer = 0;
  let poll = 0;
  let lastHeard = Date.now();
  let asked = "";
  const waiting = new Set();

  const elements = () => [...document.querySelectorAll("[data-pulse]")];
  const topicsOf = (element) => element.dataset.pulse.split(/\s+/).filter(Boolean);
  const topics = () => [...new Set(elements().flatMap(topicsOf))].sort();

  const say = (state) => {
    document.querySelectorAll("[data-live]").forEach((place) => {
      place.dataset.state = state;
      place.hidden = false;
      const clock = new Date(lastHeard).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
      const words = { live: place.dataset.wordLive, waiting: place.dataset.wordWaiting, off: (place.dataset.wordOff || "").replace("{time}", clock) };
      place.textContent = words[state] || "";
    });
  };

  const tell = (element) => {
    if (element.isConnected) element.dispatchEvent(new CustomEvent("pulse", { bubbles: false }));
  };
  const tellAll = () => elements().forEach(tell);

  // Several topics of one change arrive together: wait a moment, then tell each element once.
  const heard = (topic) => {
    if (!waiting.size) setTimeout(flush, 150);
    waiting.add(topic);
  };
  const flush = () => {
    const changed = new Set(waiting);
    waiting.clear();
    elements().filter((element) => topicsOf(element).some((topic) => changed.has(topic))).forEach(tell);
  };

  const startPolling = () => {
    if (!poll) poll = setInterval(() => { if (!document.hidden) tellAll(); }, POLL);
  };
  const stopPolling = () => { clearInterval(poll); poll = 0; };

  const open = () => {
    clearTimeout(timer);
    const wanted = topics();
    if (!wanted.length || document.hidden) return;
    asked = wanted.join(",");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}/live/?topics=${encodeURIComponent(asked)}&age=${Math.round(performance.now())}`);
    socket.addEventListener("open", () => {
      // What happened while the line was cut was not heard: read everything once.
      if (tries) tellAll();
      tries = 0;
      stopPolling();
      lastHeard = Date.now();
      say("live");
    });
    socket.addEventListener("message", (event) => {
      lastHeard = Date.now();
      const word = JSON.parse(event.data);
      if (word.topic) heard(word.topic);
    });
    socket.addEventListener("close", (event) => {
      socket = null;
      // 4401: signed out or no longer allowed; asking again would not help.
      if (event.code === 4401) { say("off"); return; }
      tries += 1;
      say(tries > 2 ? "off" : "waiting");
      startPolling();
      if (!document.hidden) timer = setTimeout(open, Math.min(LONGEST_PAUSE, 500 * 2 ** Math.min(tries, 6)) * (0.7 + Math.random() * 0.6));
    });
  };

  const refresh = () => {
    const wanted = topics().join(",");
    if (wanted === asked) return;
    if (socket && socket.readyState === WebSocket.OPEN && wanted) {
      asked = wanted;
      socket.send(JSON.stringify({ topics: wanted.split(",") }));
    } else if (!socket && wanted) {
      open();
    }
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    if (!socket && asked) { tellAll(); open(); }
  });
  document.addEventListener("htmx:afterSettle", refresh);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", open);
  else open();
})();
