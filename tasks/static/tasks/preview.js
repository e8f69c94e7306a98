// "Show the moment": plays the preview from where the reviewer's remark is about.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-seek]") : null;
    const video = button && document.getElementById(button.dataset.video);
    if (!video) return;
    const go = () => { video.currentTime = Number(button.dataset.seek) / 1000; video.play(); };
    video.scrollIntoView({ block: "center" });
    if (video.readyState > 0) go();
    else { video.addEventListener("loadedmetadata", go, { once: true }); video.load(); }
  });
})();
