// Charts: Plotly comes only when a chart nears the screen, takes its colours from the theme, and draws again when that changes.
(() => {
  "use strict";
  const source = document.currentScript.dataset.plotly;
  const narrow = window.matchMedia("(max-width: 520px)");
  const charts = new Map(); // element -> figure with names of colours
  let plotly = null;

  const zh = {
    moduleType: "locale", name: "zh-CN", dictionary: {},
    format: {
      days: ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
      shortDays: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
      months: ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"],
      shortMonths: ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"],
      date: "%Y-%m-%d",
    },
  };

  // Plotly writes the style of its street maps into the page as it loads, unless an element of this name is there. We draw no
  // street map and forbid styles written into pages, so the name is taken beforehand.
  const MAP_STYLE = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";

  const load = () => {
    plotly ??= new Promise((done, failed) => {
      const taken = document.createElement("meta");
      taken.id = MAP_STYLE;
      document.head.append(taken);
      const script = document.createElement("script");
      script.src = source;
      script.addEventListener("load", () => { window.Plotly.register(zh); done(window.Plotly); });
      script.addEventListener("error", failed);
      document.head.append(script);
    });
    return plotly;
  };

  const coloured = (value, style) => {
    if (typeof value === "string") return value.replace(/var\((--[\w-]+)\)/g, (_all, name) => style.getPropertyValue(name).trim());
    if (Array.isArray(value)) return value.map((one) => coloured(one, style));
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, coloured(one, style)]));
    return value;
  };

  // Numbers on a heat map: dark or white, whichever reads better on the colour of its cell.
  const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const light = (colour) => colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const cellColour = (scale, share) => {
    const at = Math.min(Math.max(share, 0), 1) * (scale.length - 1);
    const [low, high] = [rgb(scale[Math.floor(at)][1]), rgb(scale[Math.ceil(at)][1])];
    return low.map((part, index) => part + (high[index] - part) * (at - Math.floor(at)));
  };
  const writeCells = (map, layout) => {
    layout.annotations = map.z.flatMap((row, down) => row.map((cell, across) => cell === null ? null : {
      x: map.x[across], y: map.y[down], text: map.text[down][across], showarrow: false,
      font: { size: 12, color: 1.05 / (light(cellColour(map.colorscale, cell / 100)) + 0.05) >= (light(cellColour(map.colorscale, cell / 100)) + 0.05) / 0.0556 ? "#FFFFFF" : "#0B1020" },
    })).filter(Boolean);
    delete map.texttemplate;
  };

  const draw = async (place) => {
    const figure = charts.get(place);
    if (!figure) return;
    const Plotly = await load();
    const { data, layout } = coloured(figure, getComputedStyle(document.documentElement));
    if (data[0]?.type === "heatmap") writeCells(data[0], layout);
    if (narrow.matches) layout.height = Math.min(layout.height, place.classList.contains("cs-chart--heat") ? 380 : 240);
    place.querySelector("[data-figure-wait]")?.remove();
    const locale = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en";
    await Plotly.react(place, data, layout, { displayModeBar: false, responsive: true, locale });
    place.dataset.drawn = "1";
  };

  const fetchFigure = async (place) => {
    const address = new URL(place.dataset.figure, location.href);
    if (narrow.matches) address.searchParams.set("narrow", "1");
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    charts.set(place, await answer.json());
    await draw(place);
  };

  const near = new IntersectionObserver((entries) => {
    entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
      near.unobserve(entry.target);
      fetchFigure(entry.target).catch(() => {});
    });
  }, { rootMargin: "200px" });

  const start = () => document.querySelectorAll("[data-figure]").forEach((place) => {
    near.observe(place);
    place.addEventListener("pulse", () => { if (charts.has(place)) fetchFigure(place).catch(() => {}); });
  });
  const drawAll = () => charts.forEach((_figure, place) => draw(place));
  document.addEventListener("themechange", drawAll);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  narrow.addEventListener("change", () => charts.forEach((_figure, place) => fetchFigure(place).catch(() => {})));

  // Choosing a region goes there.
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement && "goTo" in event.target.dataset) location.assign(event.target.value);
  });
  start();
})();
