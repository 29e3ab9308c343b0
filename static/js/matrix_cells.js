// The selects of a matrix become a grid: arrow keys move, a click, Space or Enter takes the next band, a number its band.
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function makeGrid(matrix) {
  const table = matrix.querySelector("table");
  const status = matrix.querySelector("[role=status]");
  const bands = [...matrix.querySelectorAll("[data-band] .app-band")];
  const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("td")]);
  const selects = new Map();

  const show = (cell) => {
    const rank = Number(selects.get(cell).value);
    bands.forEach((_, other) => {
      cell.classList.toggle(`app-band--rank-${other + 1}-of-${bands.length}`, other === rank);
    });
    const [mark, label] = cell.lastElementChild.children;
    mark.replaceChildren(bands[rank].querySelector("svg").cloneNode(true));
    label.textContent = ` ${bands[rank].textContent.trim()}`;
  };
  const choose = (cell, rank) => {
    const select = selects.get(cell);
    select.value = rank;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    show(cell);
    status.textContent = `${cell.dataset.place}: ${bands[rank].textContent.trim()}`;
  };
  const chooseNext = (cell) => choose(cell, (Number(selects.get(cell).value) + 1) % bands.length);
  const makeCurrent = (cell) => {
    for (const other of selects.keys()) {
      other.tabIndex = other === cell ? 0 : -1;
    }
  };

  for (const cell of rows.flat()) {
    const select = cell.querySelector("select");
    selects.set(cell, select);
    const parts = document.createElement("div");
    const label = document.createElement("span");
    label.className = "govuk-visually-hidden";
    parts.append(cell.dataset.score, document.createElement("span"), label);
    cell.querySelector("label").remove();
    cell.id = select.id;
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) {
        cell.setAttribute(name, select.getAttribute(name));
        select.removeAttribute(name);
      }
    }
    select.removeAttribute("id");
    select.hidden = true;
    cell.append(parts);
    show(cell);
  }
  table.setAttribute("role", "grid");
  table.classList.remove("app-stack");
  matrix.querySelector("#cells-help").hidden = false;
  makeCurrent(rows[0][0]);

  table.addEventListener("focusin", (event) => makeCurrent(event.target.closest("td")));
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("tbody td");
    if (cell) {
      cell.focus();
      chooseNext(cell);
    }
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("tbody td");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const row = rows.findIndex((cells) => cells.includes(cell));
    const column = rows[row].indexOf(cell);
    if (MOVES[event.key]) {
      const [down, right] = MOVES[event.key];
      rows[row + down]?.[column + right]?.focus();
    } else if (event.key === "Home" || event.key === "End") {
      rows[row].at(event.key === "Home" ? 0 : -1).focus();
    } else if (event.key === " " || event.key === "Enter") {
      chooseNext(cell);
    } else if (Number(event.key) >= 1 && Number(event.key) <= bands.length) {
      choose(cell, Number(event.key) - 1);
    } else {
      return;
    }
    event.preventDefault();
  });
}

document.querySelectorAll("[data-app-cells]").forEach(makeGrid);
