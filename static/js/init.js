import { initAll } from "../vendor/govuk-frontend.min.js";
import "./ratings.js";
import "./suggestions.js";
import "./unsaved.js";

initAll();

// Paper cannot be clicked: what is folded away is printed, and folded again afterwards.
let opened = [];

addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  opened.forEach((details) => { details.open = true; });
});

addEventListener("afterprint", () => {
  opened.forEach((details) => { details.open = false; });
});
