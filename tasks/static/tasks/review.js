// The review desk: phrases for the comment, the moment of the video that it is about, and what was done as a toast.
(() => {
  "use strict";
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const phrase = target?.closest("[data-insert]");
    if (phrase) {
      const comment = document.getElementById("reason");
      comment.value = [comment.value.trim(), phrase.dataset.insert].filter(Boolean).join(" ").slice(0, 500);
      comment.focus();
    }
    const marker = target?.closest("[data-mark]");
    const player = document.getElementById("player");
    if (marker && player) {
      player.pause();
      document.querySelector("[data-at]").value = Math.floor(player.currentTime * 1000);
      marker.querySelector("span").textContent = marker.dataset.word.replace("{moment}", clock(player.currentTime));
    }
  });

  const told = () => {
    const desk = document.getElementById("desk");
    if (desk?.dataset.said && window.cloudstore) { window.cloudstore.toast(desk.dataset.said); delete desk.dataset.said; }
    desk?.querySelector('.cs-list__item[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("htmx:afterSettle", told);
  addEventListener("load", told);
})();
