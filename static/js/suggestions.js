// Shows, beside the form, the warning signs that what is being typed resembles. The server chooses and words them; the
// words go in the body of a request, never in an address. Where anything fails, the button that does the same stays.
const READ = ["title", "cause", "event", "consequence"];
const PAUSE = 700; // milliseconds without a key before the server is asked

for (const aside of document.querySelectorAll("[data-app-suggest]")) {
  const shown = aside.querySelector("[data-app-suggestions]");
  const said = aside.querySelector("[role=status]");
  const look = aside.querySelector("[data-app-look]");
  const form = look.querySelector("button").form;
  const typed = () => READ.map((name) => form.elements[name].value).join("\n");
  let last = typed();
  let waiting;
  let asking;

  const show = (found) => {
    const now = shown.querySelector("[data-signs]");
    if (now.dataset.signs === found.dataset.signs) {
      // The same signs: what the reader has unfolded stays so, only their own words are brought up to date.
      const words = [...found.querySelectorAll("[data-words]")];
      now.querySelectorAll("[data-words]").forEach((old, place) => old.replaceWith(words[place]));
    } else {
      shown.replaceChildren(found);
      said.textContent = found.dataset.said;
    }
  };

  const ask = async () => {
    if (typed() === last) return;
    last = typed();
    asking?.abort();
    asking = new AbortController();
    const body = new FormData();
    for (const name of [...READ, "csrfmiddlewaretoken"]) body.set(name, form.elements[name].value);
    try {
      const answer = await fetch(aside.dataset.appSuggest, { method: "POST", body, signal: asking.signal });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-signs]");
      look.hidden = Boolean(found);
      if (found) show(found);
    } catch (error) {
      if (error.name !== "AbortError") look.hidden = false;
    }
  };

  look.hidden = true;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
}
