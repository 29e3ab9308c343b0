// On a phone the sections of a long page are closed until they are asked for. Without scripts all are open.
const folds = [...document.querySelectorAll("details.app-fold")];

// A link to what is folded away opens it, from this page or from another.
function openFold() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target && target.closest("details.app-fold");
  if (fold) {
    fold.open = true;
    target.scrollIntoView();
  }
}

if (folds.length) {
  if (matchMedia("(max-width: 640px)").matches) {
    folds.forEach((fold) => { fold.open = false; });
  }
  openFold();
  addEventListener("hashchange", openFold);
  // The same link a second time changes no address.
  document.addEventListener("click", (event) => {
    if (event.target.closest('a[href^="#"]')) {
      setTimeout(openFold);
    }
  });
}
