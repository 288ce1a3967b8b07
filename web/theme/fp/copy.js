// A button that copies one text and says so. Without script the button stays
// hidden and the text beside it can be selected.
export function copy(button) {
  if (!navigator.clipboard) return;
  const said = document.createElement("span");
  said.className = "fp-said";
  said.setAttribute("role", "status");
  button.after(said);
  button.hidden = false;
  button.addEventListener("click", async () => {
    said.textContent = "";
    await navigator.clipboard.writeText(button.dataset.text);
    said.textContent = button.dataset.done;
  });
}
