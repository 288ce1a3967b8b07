// Says when a new password is long enough, politely. Without script the rule
// stands above the field and the server decides.
export function length(root) {
  const field = document.getElementById(root.dataset.field);
  if (!field) return;
  const follow = () => {
    const enough = [...field.value].length >= Number(root.dataset.least);
    root.textContent = enough ? root.dataset.met : "";
  };
  field.addEventListener("input", follow);
  follow();
}
