// A button that prints the page. Without script it stays hidden: the browser's
// own menu prints the same sheet. Closed details open for the print.
export function printing(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

addEventListener("beforeprint", () => {
  document.querySelectorAll("details:not([open])").forEach((d) => {
    d.open = true;
    addEventListener("afterprint", () => (d.open = false), { once: true });
  });
});
