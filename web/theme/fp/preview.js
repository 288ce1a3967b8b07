// Shows only the previews of the ways that are chosen: data-for names the
// field, data-value the answer. Without script all previews are shown.
export function preview(root) {
  const form = root.closest("form");
  if (!form) return;
  const follow = () => {
    const answers = new FormData(form);
    root.querySelectorAll("[data-for]").forEach((part) => {
      part.hidden = !answers.getAll(part.dataset.for).includes(part.dataset.value);
    });
  };
  form.addEventListener("change", follow);
  addEventListener("pageshow", follow);
  follow();
}
