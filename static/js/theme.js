// The theme is the system's until the reader chooses. The choice is a cookie that the
// server reads, so the page arrives in its colours; choosing the system's forgets it.

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const current = () => root.dataset.bsTheme ?? (system.matches ? "dark" : "light");

const keep = (name, value) => {
  const life = value ? "max-age=31536000" : "max-age=0";
  const [prefix, secure] = location.protocol === "https:" ? ["__Host-", ";secure"] : ["", ""];
  document.cookie = `${prefix}${name}=${value};path=/;${life};samesite=lax${secure}`;
};

const choose = (theme) => {
  const own = theme !== (system.matches ? "dark" : "light");
  keep("theme", own ? theme : "");
  if (own) root.dataset.bsTheme = theme;
  else delete root.dataset.bsTheme;
};

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-app-theme]")) {
    choose(current() === "dark" ? "light" : "dark");
  }
});

// Single-key shortcuts can be turned off (WCAG 2.1.4), in the dialog that lists them.
document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-app-shortcuts-setting]")) return;
  keep("shortcuts", event.target.checked ? "" : "off");
  root.dataset.appShortcuts = event.target.checked ? "on" : "off";
});
