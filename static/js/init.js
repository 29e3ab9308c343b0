import { initAll } from "../vendor/govuk-frontend.min.js";
import "./folds.js";
import "./matrix_cells.js";
import "./ratings.js";
import "./signed_out.js";
import "./suggestions.js";
import "./task_count.js";
import "./unsaved.js";

initAll();

// Paper cannot be clicked: what is folded away is printed, and folded again afterwards.
let folded = [];

addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  folded.forEach((details) => { details.open = true; });
});

addEventListener("afterprint", () => {
  folded.forEach((details) => { details.open = false; });
});
