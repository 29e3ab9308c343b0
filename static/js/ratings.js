// Says which band the ratings chosen so far give, before anything is saved: a look into the table below, no rule here.
for (const ratings of document.querySelectorAll("[data-app-ratings]")) {
  const form = ratings.closest("form");
  const status = ratings.querySelector("[role=status]");
  const show = () => {
    const pair = ratings.dataset.appRatings.split(" ").map((name) => form.elements[name].value);
    const cell = ratings.querySelector(`td[data-ratings="${pair.join(" ")}"]`);
    status.hidden = !cell;
    if (cell) {
      const band = ratings.querySelector(`span[data-band="${cell.dataset.band}"]`).cloneNode(true);
      status.replaceChildren(`${pair.join(" x ")} = ${cell.firstElementChild.textContent} is `, band);
    }
  };
  form.addEventListener("change", show);
  show();
}
