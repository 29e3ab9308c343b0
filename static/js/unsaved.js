// A form with data-app-unsaved holds somebody's work: leaving its page before it is sent is asked about first.
// "typed" is what the server says of a form it sends back with errors: what it shows is saved nowhere.
function isChanged(control) {
  if (control.type === "checkbox" || control.type === "radio") {
    return control.checked !== control.defaultChecked;
  }
  if (control.options) {
    const options = [...control.options];
    const initial = options.find((option) => option.defaultSelected) ?? options[0];
    return options.some((option) => option.selected !== (option.defaultSelected || (!control.multiple && option === initial)));
  }
  return "defaultValue" in control && control.value !== control.defaultValue;
}

for (const form of document.querySelectorAll("form[data-app-unsaved]")) {
  let isSent = false;
  form.addEventListener("submit", () => { isSent = true; });
  addEventListener("pageshow", () => { isSent = false; });
  addEventListener("beforeunload", (event) => {
    if (!isSent && (form.dataset.appUnsaved === "typed" || [...form.elements].some(isChanged))) {
      event.preventDefault();
    }
  });
}
