// Shows, beside the form, the warning signs that what is being typed resembles. The server chooses and words them; the
// words go in the body of a request, never in an address. Where anything fails, the button that does the same stays.
const FIELDS = ["title", "cause", "event", "consequence"];
const PAUSE = 700; // milliseconds without a key before the server is asked

for (const aside of document.querySelectorAll("[data-app-suggest]")) {
  const list = aside.querySelector("[data-app-suggestions]");
  const status = aside.querySelector("[role=status]");
  const fallback = aside.querySelector("[data-app-look]");
  const form = fallback.querySelector("button").form;
  const readText = () => FIELDS.map((name) => form.elements[name].value).join("\n");
  let text = readText();
  let timer;
  let request;

  const show = (signs) => {
    const current = list.querySelector("[data-signs]");
    if (current.dataset.signs === signs.dataset.signs) {
      // The same signs: what the reader has unfolded stays so, only their own words are brought up to date.
      const words = [...signs.querySelectorAll("[data-words]")];
      current.querySelectorAll("[data-words]").forEach((element, place) => element.replaceWith(words[place]));
    } else {
      list.replaceChildren(signs);
      status.textContent = signs.dataset.status;
    }
  };

  const update = async () => {
    if (readText() === text) return;
    text = readText();
    request?.abort();
    request = new AbortController();
    const body = new FormData();
    for (const name of [...FIELDS, "csrfmiddlewaretoken"]) body.set(name, form.elements[name].value);
    try {
      const response = await fetch(aside.dataset.appSuggest, { method: "POST", body, signal: request.signal });
      const signs = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-signs]");
      fallback.hidden = Boolean(signs);
      if (signs) show(signs);
    } catch (error) {
      if (error.name !== "AbortError") fallback.hidden = false;
    }
  };

  fallback.hidden = true;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, PAUSE);
  });
}
