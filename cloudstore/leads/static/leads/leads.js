// After dialling, the form for the call opens by itself with the time since then. The page works without this.
(() => {
  "use strict";
  let dialled = 0;
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-dial]") : null;
    if (link) dialled = Date.now();
  });
  const back = () => {
    const log = document.getElementById("log");
    if (!dialled || document.hidden || !log) return;
    const seconds = Math.round((Date.now() - dialled) / 1000);
    dialled = 0;
    log.open = true;
    const minutes = log.querySelector("[name=minutes]");
    if (minutes.value !== "0" || log.querySelector("[name=seconds]").value !== "0") return;
    minutes.value = String(Math.min(240, Math.floor(seconds / 60)));
    log.querySelector("[name=seconds]").value = String(seconds % 60);
    log.querySelector("[data-dialled]").hidden = false;
    log.scrollIntoView({ block: "center" });
  };
  document.addEventListener("visibilitychange", back);
  window.addEventListener("focus", back);
})();
