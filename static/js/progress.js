// Reads the rows of a workbook, some at a time, until none is left; the button that reads the next ones stays for when
// this fails. The server counts: what this sends is what the page it was given would have sent.
const form = document.querySelector("form[data-app-progress]");
const button = form.querySelector("button");

async function readRows() {
  for (;;) {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (!response.ok) throw new Error(response.status);
    const next = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("form[data-app-progress]");
    if (!next || next.elements.after.value === form.elements.after.value) {
      location.assign(response.url);
      return;
    }
    form.elements.after.value = next.elements.after.value;
    form.querySelector("progress").value = next.querySelector("progress").value;
    form.querySelector("[data-app-status]").textContent = next.querySelector("[data-app-status]").textContent;
  }
}

button.hidden = true;
readRows().catch(() => { button.hidden = false; });
