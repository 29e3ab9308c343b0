// Draws what the table below each chart already says. The figure is Plotly's JSON, in a json_script block.
for (const box of document.querySelectorAll("[data-chart]")) {
  const figure = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  const layout = {
    ...figure.layout,
    autosize: true,
    dragmode: false,
    legend: { ...figure.layout?.legend, orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" },
    hoverlabel: { bgcolor: "#fff", bordercolor: "#0b0c0c", font: { family: "arial, sans-serif", size: 16, color: "#0b0c0c" } },
    font: { family: "arial, sans-serif", size: 14, color: "#0b0c0c", ...figure.layout?.font },
  };
  Plotly.newPlot(box, figure.data, layout, { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false });
  addEventListener("beforeprint", () => Plotly.relayout(box, { autosize: false, width: 640 }));
  addEventListener("afterprint", () => Plotly.relayout(box, { autosize: true, width: null }));
}
