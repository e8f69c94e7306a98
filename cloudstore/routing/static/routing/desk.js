// The lead desk: Enter presses the button beside a field, the lease goes on while somebody works, the open row stays in sight.
(() => {
  "use strict";
  const EVERY = 120000;
  let renewed = Date.now();

  document.addEventListener("keydown", (event) => {
    const field = event.target instanceof Element ? event.target.closest("[data-enter]") : null;
    if (!field || event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    field.form.querySelector(`button[name="do"][value="${field.dataset.enter}"]`)?.click();
  });

  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector(".cs-desk__menu[open]");
    if (!menu) return;
    const choices = [...menu.querySelectorAll("button")];
    const at = choices.indexOf(document.activeElement);
    if (event.key === "Escape") { menu.open = false; menu.querySelector("summary").focus(); }
    else if (event.key === "ArrowDown") choices[(at + 1) % choices.length].focus();
    else if (event.key === "ArrowUp") choices[(at - 1 + choices.length) % choices.length].focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener("toggle", (event) => {
    if (event.target instanceof Element && event.target.matches(".cs-desk__menu[open]")) event.target.querySelector(".cs-menu__panel button").focus();
  }, true);

  const busy = () => {
    const place = document.querySelector("[data-keep]");
    if (!place || Date.now() - renewed < EVERY) return;
    renewed = Date.now();
    window.htmx?.trigger(place, "busy");
  };
  ["input", "keydown", "pointerdown"].forEach((kind) => document.addEventListener(kind, busy));

  const shown = () => document.querySelector('.cs-desk .cs-list__item[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target instanceof Element && event.target.id !== "desk") return;
    renewed = Date.now();
    shown();
  });
  addEventListener("load", shown);
})();
