// Somebody whose session ended while they typed keeps their words: the form is sent only by who is signed in. It asks
// once the page was out of sight, as when somebody signs out elsewhere, or has been open for long. To sign in makes the
// form's CSRF token another one, so the form takes the new one from a fresh copy of its page.
const LONG = 30 * 60 * 1000; // milliseconds
const TOKEN = "[name=csrfmiddlewaretoken]";

for (const form of document.querySelectorAll("form[data-app-unsaved]")) {
  const notice = form.querySelector("[data-app-signed-out]");
  let isDue = false;
  let isChecked = false;
  setTimeout(() => { isDue = true; }, LONG);
  document.addEventListener("visibilitychange", () => { isDue = true; });

  async function check(button) {
    const answer = await fetch(location.href, { redirect: "manual" });
    if (answer.type === "opaqueredirect") {
      notice.hidden = false;
      notice.focus();
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector(`form[data-app-unsaved] ${TOKEN}`);
    if (token) form.querySelector(TOKEN).value = token.value;
    send(button);
  }

  function send(button) {
    isChecked = true;
    form.requestSubmit(button);
  }

  form.addEventListener("submit", (event) => {
    if (!notice || !isDue || isChecked) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    check(event.submitter).catch(() => send(event.submitter));
  });
  addEventListener("pageshow", () => { isChecked = false; });
}
