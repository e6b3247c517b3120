// <button type="button" data-app-passkey="get|create" data-options="…"> asks the
// browser for a passkey and sends it in the field "…credential" of the button's form.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) =>
    c.charCodeAt(0),
  );

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const described = (list) => list?.map((each) => ({ ...each, id: toBytes(each.id) }));

const readable = (options) => ({
  ...options,
  challenge: toBytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: toBytes(options.user.id) } }),
  ...(options.excludeCredentials && {
    excludeCredentials: described(options.excludeCredentials),
  }),
  ...(options.allowCredentials && {
    allowCredentials: described(options.allowCredentials),
  }),
});

const written = (credential) => {
  const response = { clientDataJSON: toText(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    const value = credential.response[name];
    if (value) response[name] = toText(value);
  }
  if (credential.response.getTransports) {
    response.transports = credential.response.getTransports();
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
};

const ask = async (button) => {
  const answer = await fetch(button.dataset.options, {
    method: "POST",
    headers: {
      Accept: "application/json",
      "X-CSRFToken": button.form.elements.csrfmiddlewaretoken.value,
    },
  });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const publicKey = readable(await answer.json());
  return navigator.credentials[button.dataset.appPasskey]({ publicKey });
};

document.addEventListener("click", async (event) => {
  const button =
    event.target instanceof Element && event.target.closest("button[data-app-passkey]");
  if (!button || !button.form.reportValidity()) return;
  const failed = button.form.querySelector("[data-app-passkey-failed]");
  button.disabled = true;
  failed.hidden = true;
  try {
    const field = button.form.querySelector('input[name$="credential"]');
    field.value = written(await ask(button));
    button.form.submit();
  } catch {
    failed.hidden = false;
    button.disabled = false;
  }
});

// The return key, in a form whose only button is the browser's question.
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector?.("button[data-app-passkey]");
  if (!button || event.submitter) return;
  event.preventDefault();
  button.click();
});

// A browser without passkeys says so rather than failing at the press.
if (!window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("button[data-app-passkey]")) {
    button.disabled = true;
  }
}
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("button[data-app-passkey]").forEach((b) => (b.disabled = false));
});
