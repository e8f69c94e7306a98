// Small behaviours of our own pages: theme, copy, toasts, dialogs, keys, busy buttons. Pages work without them.
(() => {
  "use strict";
  const root = document.documentElement;
  const remember = (name, value) => {
    document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
  };

  const setTheme = (theme) => {
    root.dataset.theme = theme;
    remember("theme", theme);
    document.querySelectorAll("[data-set-theme]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === theme));
    });
    document.dispatchEvent(new CustomEvent("themechange", { detail: theme }));
  };

  const toast = (text, { error = false } = {}) => {
    const place = document.getElementById("toasts");
    if (!place) return;
    const box = document.createElement("div");
    box.className = error ? "cs-toast cs-toast--error" : "cs-toast";
    box.setAttribute("role", error ? "alert" : "status");
    box.append(text);
    place.append(box);
    settle(box, error);
  };
  const settle = (box, stays) => {
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "×";
    close.setAttribute("aria-label", document.getElementById("toasts").dataset.wordClose || "Close");
    close.addEventListener("click", () => box.remove());
    box.append(close);
    if (!stays) setTimeout(() => box.remove(), 4000);
  };

  const copy = async (button) => {
    const source = document.querySelector(button.dataset.copy);
    const text = source ? source.value || source.textContent.trim() : button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
      toast(button.dataset.copied || "✓");
    } catch {
      if (source && source.select) source.select();
    }
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const theme = target.closest("[data-set-theme]");
    if (theme) setTheme(theme.dataset.setTheme);
    const copier = target.closest("[data-copy]");
    if (copier) copy(copier);
    const opener = target.closest("[data-open-dialog]");
    if (opener) document.getElementById(opener.dataset.openDialog)?.showModal();
    if (target.closest("[data-close-dialog]")) target.closest("dialog")?.close();
    // A click beside a menu closes it.
    document.querySelectorAll("details.cs-menu[open]").forEach((menu) => {
      if (!menu.contains(target)) menu.open = false;
    });
  });

  // Keys printed on buttons: data-key="a" presses that button; never while somebody types.
  document.addEventListener("keydown", (event) => {
    const at = event.target instanceof Element ? event.target : document.body;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (at.closest("input, textarea, select, [contenteditable=true], dialog[open]")) return;
    const key = event.key === "Escape" ? "escape" : event.key.toLowerCase();
    if (!/^[a-z0-9]$|^escape$/.test(key)) return;
    const button = document.querySelector(`[data-key="${key}"]:not([disabled])`);
    if (!button) return;
    event.preventDefault();
    if (button.matches("input, textarea, select")) button.focus();
    else button.click();
  });

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !button.dataset.busy || event.defaultPrevented) return;
    // After the event, so that the button's own name and value are still sent.
    setTimeout(() => {
      button.style.minWidth = `${button.offsetWidth}px`;
      button.textContent = button.dataset.busy;
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
    });
  });
  // The browser's back button restores the page as it was left: give its buttons back.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("[aria-busy=true][disabled]").forEach(() => location.reload());
  });
  document.addEventListener("change", (event) => {
    if (event.target instanceof Element && event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // Deadlines of the next hour count down by the second; the server says the rest.
  const two = (n) => String(n).padStart(2, "0");
  const tick = () => {
    document.querySelectorAll("time[data-due]").forEach((place) => {
      const left = Math.floor((Date.parse(place.dateTime) - Date.now()) / 1000);
      if (left >= 3600 || left < -3599) return;
      place.textContent = left >= 0 ? `${two(Math.floor(left / 60))}:${two(left % 60)}` : place.dataset.wordLate.replace("{minutes}", Math.max(1, Math.floor(-left / 60)));
      const chip = place.closest(".cs-chip");
      if (chip && left < 0) chip.classList.replace("cs-chip--warn", "cs-chip--bad");
    });
  };
  if (document.querySelector("time[data-due]")) tick();
  setInterval(() => { if (!document.hidden) tick(); }, 1000);

  document.querySelectorAll("#toasts > .cs-toast").forEach((box) => settle(box, box.classList.contains("cs-toast--error")));
  document.body.addEventListener("toast", (event) => toast(event.detail.value || event.detail.text || "", { error: Boolean(event.detail.error) }));
  document.body.addEventListener("htmx:responseError", () => {
    const words = document.getElementById("toasts")?.dataset.wordFailed;
    if (words) toast(words, { error: true });
  });
  document.body.addEventListener("htmx:sendError", () => {
    const words = document.getElementById("toasts")?.dataset.wordOffline;
    if (words) toast(words, { error: true });
  });
  window.cloudstore = { toast, setTheme };
})();
