// Typing the name of a new list chooses it.
document.addEventListener("input", ({ target }) => {
  const value = target.dataset?.appPicks;
  if (!value || !target.value) return;
  const radio = target.form?.querySelector(`input[type="radio"][value="${CSS.escape(value)}"]`);
  if (radio) radio.checked = true;
});
