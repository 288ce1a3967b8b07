// Asks before a form with changes is left, but never on the way out by quick
// exit. Without script nothing asks; what was saved at each step is kept.
export function unsaved(form) {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  addEventListener("submit", () => (changed = false));
  addEventListener("beforeunload", (event) => {
    const leaving = document.body.classList.contains("govuk-exit-this-page-hide-content");
    if (changed && !leaving) event.preventDefault();
  });
}
