// Behaviours of every page, hung on data-app-… attributes and delegated from the
// document, so that what htmx swaps in needs no wiring. Without script, menus are
// details, dialogs are reached by their link and forms have their button.

const closest = (event, selector) =>
  event.target instanceof Element ? event.target.closest(selector) : null;

// Menus close on Escape and on a click elsewhere.
const openMenus = () => document.querySelectorAll("details[data-app-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// <a href="…" data-app-dialog="id"> opens <dialog id="id">; the link is the way without.
document.addEventListener("click", (event) => {
  const opener = closest(event, "[data-app-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.appDialog);
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    dialog.showModal();
  }
  if (closest(event, "[data-app-close]")) closest(event, "dialog")?.close();
});

// A message can be put away; it is also kept where it matters, on its page.
document.addEventListener("click", (event) => {
  if (closest(event, "[data-app-dismiss]")) closest(event, ".message")?.remove();
});

document.addEventListener("click", (event) => {
  if (closest(event, "[data-app-print]")) window.print();
});

// A choice that needs no button submits at once when its choice changes.
document.addEventListener("change", (event) => {
  if (closest(event, "[data-app-submit]")) event.target.form?.requestSubmit();
});

// A form sent twice spends twice: the second press waits for the answer.
document.addEventListener("submit", (event) => {
  const form = closest(event, "form[data-app-once]");
  if (!form) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-app-once]").forEach((f) => delete f.dataset.sent);
});

// A file dropped on its frame goes to the field inside.
for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const frame = closest(event, "[data-app-drop]");
    if (!frame) return;
    event.preventDefault();
    frame.classList.toggle("over", type === "dragover");
    if (type !== "drop" || !event.dataTransfer?.files.length) return;
    const field = frame.querySelector('input[type="file"]');
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// A piece that watches asks for news while somebody looks at the page: often, then
// rarely when it is not touched for some minutes, then not at all, so that a page left
// open does not keep its session alive. It never replaces a form that is open.
const OFTEN_MS = 1000;
const RARELY_MS = 15_000;
const TOUCHED_MS = 2 * 60_000;
const FORGOTTEN_MS = 10 * 60_000;
let touchedAt = Date.now();
let lookedAt = Date.now();

for (const kind of ["pointermove", "pointerdown", "keydown", "scroll", "visibilitychange"]) {
  document.addEventListener(kind, () => { touchedAt = Date.now(); }, { passive: true });
}

setInterval(() => {
  const now = Date.now();
  const untouched = now - touchedAt;
  const pace = untouched < TOUCHED_MS ? OFTEN_MS : RARELY_MS;
  if (document.hidden || untouched > FORGOTTEN_MS || now - lookedAt < pace) return;
  lookedAt = now;
  for (const watcher of document.querySelectorAll("[data-app-watch]")) {
    if (watcher.parentElement.querySelector("details[open] form")) continue;
    watcher.dispatchEvent(new CustomEvent("app:look"));
  }
}, 250);
