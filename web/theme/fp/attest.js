// Keeps the button of a form inactive until its attestation is ticked.
// Without script the server answers with an error.
export function attest(form) {
  const box = form.querySelector("input[type=checkbox][required], input[data-attest]");
  const button = form.querySelector("button[data-attested]");
  if (!box || !button) return;
  const follow = () => {
    button.disabled = !box.checked;
    button.setAttribute("aria-disabled", String(!box.checked));
  };
  box.addEventListener("change", follow);
  addEventListener("pageshow", follow);
  follow();
}
