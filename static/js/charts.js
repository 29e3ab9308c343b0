// Draws what the table below each chart already says. The figure is Plotly's JSON, in a json_script block.
for (const box of document.querySelectorAll("[data-chart]")) {
  const figure = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  const layout = {
    ...figure.layout,
    autosize: true,
    dragmode: false,
    legend: { ...figure.layout?.legend, orientation: "h", entrywidth: 74, font: { size: 12 }, x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" },
    hoverlabel: { bgcolor: "#fff", bordercolor: "#0b0c0c", font: { family: "arial, sans-serif", size: 16, color: "#0b0c0c" } },
    font: { family: "arial, sans-serif", size: 14, color: "#0b0c0c", ...figure.layout?.font },
  };
  Plotly.newPlot(box, figure.data, layout, { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false });
  // What is drawn while it is folded away has no width.
  box.closest("details")?.addEventListener("toggle", (event) => {
    if (event.target.open) {
      Plotly.Plots.resize(box);
    }
  });
  // When the width jumps, as when a phone is turned, Plotly keeps the old room for the legend until it draws again.
  let timer;
  addEventListener("resize", () => {
    clearTimeout(timer);
    timer = setTimeout(() => Plotly.redraw(box), 300);
  });
}
