// "Select all" for the ticks of a table and a line that says how many are
// ticked. Without script the rows are ticked one by one.
export function select(root) {
  const all = root.querySelector("input[data-all]");
  const said = root.querySelector("[data-said]");
  const rows = () => [...root.querySelectorAll("input[type=checkbox]:not([data-all])")];
  const follow = () => {
    const ticked = rows().filter((box) => box.checked).length;
    if (all) {
      all.checked = ticked > 0 && ticked === rows().length;
      all.indeterminate = ticked > 0 && !all.checked;
    }
    if (said) said.textContent = said.dataset.said.replace("{n}", ticked);
  };
  if (all) {
    all.closest("[hidden]")?.removeAttribute("hidden");
    all.addEventListener("change", () => rows().forEach((box) => (box.checked = all.checked)));
  }
  root.addEventListener("change", follow);
  addEventListener("pageshow", follow);
  follow();
}
