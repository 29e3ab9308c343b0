// The count of the reader's tasks in the navigation, on pages that do not count them on the server.
// It is asked for once in two minutes; a page that knows it says so.

const AGE = 120_000; // milliseconds

const link = document.querySelector("[data-app-count]");

function remembered(key) {
  const { count, at } = JSON.parse(sessionStorage.getItem(key) ?? "{}");
  return Date.now() - at < AGE ? count : undefined;
}

async function show(key) {
  let count = remembered(key);
  if (count === undefined) {
    const answer = await fetch(link.dataset.appCount, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    count = (await answer.json()).count;
    remember(key, count);
  }
  if (count) link.textContent = `My tasks (${count})`;
}

function remember(key, count) {
  sessionStorage.setItem(key, JSON.stringify({ count, at: Date.now() }));
}

if (link) {
  const { appTasks, appReader } = link.dataset;
  const key = `tasks-${appReader}`;
  if (appTasks) remember(key, Number(appTasks));
  else show(key);
}
