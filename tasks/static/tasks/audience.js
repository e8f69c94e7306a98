// The audience of a task: every tick is counted at once, dealers are found by a part of their name.
(() => {
  "use strict";
  const begin = (box) => {
    const { name } = box.dataset;
    const token = () => document.querySelector('input[name="csrfmiddlewaretoken"]')?.value || "";
    let asked = 0;
    let counting = 0;
    let finding = 0;

    const count = () => {
      clearTimeout(counting);
      counting = setTimeout(async () => {
        asked += 1;
        const mine = asked;
        const chosen = new FormData();
        box.querySelectorAll(`input[name^="${name}-"]`).forEach((input) => {
          if (input.type !== "checkbox" || input.checked) chosen.append(input.name.replace(name, "audience"), input.value);
        });
        const response = await fetch(box.dataset.count, { method: "POST", body: chosen, headers: { "X-CSRFToken": token() }, credentials: "same-origin" });
        // A later tick may have been answered first.
        if (response.ok && mine === asked) box.querySelector("[data-reach]").innerHTML = await response.text();
      }, 150);
    };

    const find = (words) => {
      clearTimeout(finding);
      finding = setTimeout(async () => {
        const response = await fetch(`${box.dataset.dealers}?q=${encodeURIComponent(words)}`, { credentials: "same-origin" });
        if (response.ok) box.querySelector("[data-found]").innerHTML = await response.text();
      }, 200);
    };

    const pick = ({ pick: part, pk, called }) => {
      box.querySelectorAll(`.cs-picked input[value="${CSS.escape(pk)}"]`).forEach((input) => input.closest("li").remove());
      const words = box.querySelector("[data-found]").dataset;
      const item = document.createElement("li");
      item.className = part === "dealers" ? "cs-chip cs-chip--info" : "cs-chip cs-chip--warn";
      item.append(part === "dealers" ? called : `${words.wordWithout} ${called}`);
      const input = document.createElement("input");
      input.type = "hidden"; input.name = `${name}-${part}`; input.value = pk;
      const remove = document.createElement("button");
      remove.type = "button"; remove.dataset.unpick = ""; remove.textContent = "×"; remove.setAttribute("aria-label", `${words.wordRemove} ${called}`);
      item.append(input, remove);
      box.querySelector(`[data-picked="${part}"]`).append(item);
      count();
    };

    box.addEventListener("change", (event) => { if (event.target.type === "checkbox") count(); });
    box.addEventListener("input", (event) => { if (event.target.matches("[data-search]")) find(event.target.value.trim()); });
    box.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.matches("[data-search]")) event.preventDefault(); });
    box.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.pick) pick(button.dataset);
      if ("unpick" in button.dataset) { button.closest("li").remove(); count(); }
    });
  };
  const all = () => document.querySelectorAll("[data-audience]").forEach(begin);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", all);
  else all();
})();
