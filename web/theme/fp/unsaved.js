// Asks before a form with changes is left. Without script nothing asks; what
// was saved at each step is kept.
export function unsaved(form) {
  let changed = false;
  const ask = (event) => {
    if (changed) event.preventDefault();
  };
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  document.querySelectorAll("[href='/leave'], .govuk-exit-this-page__button").forEach((link) => link.addEventListener("click", () => (changed = false), true));
  addEventListener("beforeunload", ask);
}
