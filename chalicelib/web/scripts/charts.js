// Draws a chart out of the table beside it; without this the picture that came with the page stays.
"use strict";

(() => {
  if (!window.echarts) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const colours = ["#12467b", "#7aa7d9", "#b1b4b6"];
  const decal = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: Math.PI / 4, color: "#0b0c0c40" };
  const number = (cell) => {
    const found = parseFloat(cell.dataset.value ?? cell.textContent);
    return Number.isFinite(found) ? found : null;
  };

  for (const picture of document.querySelectorAll("[data-chart]")) {
    const table = document.getElementById(picture.dataset.chart);
    const rows = [...table.tBodies[0].rows];
    if (!rows.length) continue;
    const columns = picture.dataset.columns.split(" ").map(Number);
    const heads = table.tHead.rows[0].cells;
    const canvas = document.createElement("div");
    canvas.className = "xn-chart xn-chart--drawn";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", [...picture.querySelectorAll("title, desc")].map((text) => text.textContent).join(". "));
    picture.replaceWith(canvas);
    const chart = window.echarts.init(canvas, null, { renderer: "canvas" });
    chart.setOption({
      animation: !still,
      color: colours,
      grid: { left: 48, right: 16, top: 16, bottom: 32 },
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 14 },
      tooltip: { trigger: "axis", renderMode: "richText", confine: true },
      xAxis: { type: "category", data: rows.map((row) => row.cells[0].textContent.trim()) },
      yAxis: { type: "value", min: 0, max: Number(picture.dataset.most), minInterval: 1, axisLabel: { formatter: `{value}${picture.dataset.unit}` } },
      series: columns.map((column, place) => ({
        name: heads[column].textContent.trim(),
        type: "bar",
        stack: "stacked" in picture.dataset ? "all" : undefined,
        data: rows.map((row) => number(row.cells[column])),
        itemStyle: place % 2 ? { decal } : {},
      })),
    });
    new ResizeObserver(() => chart.resize()).observe(canvas);
  }
})();
