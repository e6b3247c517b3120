// What htmx does not decide by itself: the CSRF header, and where a failure is told.
// Everything that can be said as configuration stands in <meta name="htmx-config">.

const SAFE = new Set(["get", "head", "options", "trace"]);

// Read at request time: the token changes at sign-in, and no fragment carries it.
const csrfToken = () => {
  const name = document.querySelector('meta[name="csrf-cookie"]')?.content;
  const pair = document.cookie.split("; ").find((c) => c.startsWith(`${name}=`));
  return pair ? decodeURIComponent(pair.slice(name.length + 1)) : "";
};

document.addEventListener("htmx:configRequest", (event) => {
  if (SAFE.has(event.detail.verb)) return;
  event.detail.headers["X-CSRFToken"] = csrfToken();
});

// The sentences are in the page, in its language; the script only chooses one.
const WORDED = new Set([403, 404, 429]);

const tell = (status, reference) => {
  const area = document.getElementById("messages");
  const stock = document.getElementById("app-failures");
  if (!area || !stock) return;
  const key = WORDED.has(status) ? status : status ? 500 : "offline";
  const message = stock.content.querySelector(`[data-status="${key}"]`).cloneNode(true);
  const place = message.querySelector("[data-app-reference]");
  if (place) place.hidden = !reference;
  if (place && reference) place.querySelector("code").textContent = reference;
  area.replaceChildren(message);
  area.scrollIntoView({ block: "nearest" });
};

document.addEventListener("htmx:responseError", ({ detail }) => {
  tell(detail.xhr.status, detail.xhr.getResponseHeader("X-Request-Id"));
});
document.addEventListener("htmx:sendError", () => tell(0, null));
document.addEventListener("htmx:timeout", () => tell(0, null));
