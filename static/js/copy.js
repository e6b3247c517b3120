// <button data-app-copy="957520448" data-done="SIREN copié"> copies and says so.

document.addEventListener("click", async (event) => {
  const button =
    event.target instanceof Element && event.target.closest("[data-app-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.appCopy);
  } catch {
    return;
  }
  const said = document.getElementById("app-said");
  if (said) said.textContent = button.dataset.done ?? "";
  const use = button.querySelector("use");
  const before = use?.getAttribute("href");
  if (!before || button.dataset.copied) return;
  button.dataset.copied = "yes";
  use.setAttribute("href", before.replace(/#.*/, "#i-check"));
  setTimeout(() => {
    use.setAttribute("href", before);
    delete button.dataset.copied;
  }, 1600);
});
