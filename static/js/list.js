// The list under the hand: a cursor on rows, a selection that is counted as it is made.
// Rows are [data-app-row] with a link and a checkbox [data-app-pick]; the checkboxes
// belong to an ordinary form, so the selection works without this file.

const rows = () => [...document.querySelectorAll("[data-app-row]")];
const picks = () => [...document.querySelectorAll("[data-app-pick]")];
const whole = () => document.querySelector("[data-app-pick-all]");

// Selection

const show = () => {
  const boxes = picks();
  const chosen = boxes.filter((box) => box.checked).length;
  const all = whole();
  const total = all?.checked ? Number(all.dataset.total) : chosen;
  for (const bar of document.querySelectorAll("[data-app-picked]")) {
    bar.classList.toggle("shown", total > 0);
  }
  for (const place of document.querySelectorAll("[data-app-picked-count]")) {
    const words = total > 1 ? place.dataset.many : place.dataset.one;
    place.textContent = `${total.toLocaleString(document.documentElement.lang)} ${words}`;
  }
  for (const head of document.querySelectorAll("[data-app-pick-page]")) {
    head.checked = chosen > 0 && chosen === boxes.length;
    head.indeterminate = chosen > 0 && chosen < boxes.length;
  }
};

const pickAll = (checked) => {
  for (const box of picks()) box.checked = checked;
  if (whole() && !checked) whole().checked = false;
  show();
};

let lastPicked = null;

document.addEventListener("change", ({ target }) => {
  if (target.matches?.("[data-app-pick-page]")) pickAll(target.checked);
  else if (target.matches?.("[data-app-pick], [data-app-pick-all]")) show();
});

document.addEventListener("click", (event) => {
  const { target } = event;
  if (!(target instanceof Element)) return;
  if (target.closest("[data-app-clear]")) {
    event.preventDefault();
    pickAll(false);
  }
  // Shift selects the run of rows between two boxes.
  if (target.matches("[data-app-pick]")) {
    const boxes = picks();
    const [from, to] = [boxes.indexOf(lastPicked), boxes.indexOf(target)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) {
      for (const box of boxes.slice(from, to + 1)) box.checked = target.checked;
    }
    lastPicked = target;
  }
});

// Cursor

const cursor = () => document.querySelector("[data-app-row].cursor");

const move = (step) => {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(cursor());
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
  cursor()?.classList.remove("cursor");
  next.classList.add("cursor");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a")?.focus({ preventScroll: true });
};

// On a company page, j and k follow the links to its neighbours in the list.
const follow = (rel) => document.querySelector(`a[rel="${rel}"][data-app-neighbour]`)?.click();

const KEYS = {
  j: () => (rows().length ? move(1) : follow("next")),
  k: () => (rows().length ? move(-1) : follow("prev")),
  x: () => cursor()?.querySelector("[data-app-pick]")?.click(),
  Enter: () => cursor()?.querySelector("a")?.click(),
  "/": () => document.querySelector("[data-app-search]")?.focus(),
  "?": () => document.getElementById("shortcuts")?.showModal(),
};

const isTyping = (target) =>
  target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.documentElement.dataset.appShortcuts === "off") return;
  // Enter belongs to the link or button that has the focus.
  if (event.key === "Enter" && event.target.closest("a, button, summary, input")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("focusin", ({ target }) => {
  const row = target.closest?.("[data-app-row]");
  if (!row || row === cursor()) return;
  cursor()?.classList.remove("cursor");
  row.classList.add("cursor");
});

// Unfolded groups of filters stay unfolded when the list is refilled.

let unfolded = [];

document.addEventListener("htmx:beforeSwap", () => {
  unfolded = [...document.querySelectorAll("details[id][open]")].map((each) => each.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of unfolded) {
    const folded = document.getElementById(id);
    if (folded instanceof HTMLDetailsElement) folded.open = true;
  }
});

// What is typed in a filter while the list is refilled is not lost: it goes to the new
// field, counts at once, and is sent when the field is left.

let typed = null;

document.addEventListener("htmx:beforeSwap", () => {
  const field = document.activeElement;
  typed = field?.matches("#filters [data-app-typed]") ? { id: field.id, value: field.value } : null;
});
document.addEventListener("htmx:afterSettle", () => {
  const field = typed && document.getElementById(typed.id);
  if (field && field.value !== typed.value) {
    field.value = typed.value;
    field.dataset.appUnsent = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  typed = null;
});
document.addEventListener("focusout", ({ target }) => {
  if (target.dataset?.appUnsent === undefined) return;
  delete target.dataset.appUnsent;
  target.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("htmx:afterSettle", show);
window.addEventListener("pageshow", show);
