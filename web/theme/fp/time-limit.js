// Warns before the session ends and lets the person stay. Without script the
// limit stands in the footer, and a form sent too late is kept.
const channel = "BroadcastChannel" in window ? new BroadcastChannel("rest") : null;

export function timeLimit(root) {
  const dialog = root.querySelector("dialog");
  if (!dialog || !dialog.showModal) return;
  const rest = Number(root.dataset.seconds) * 1000;
  const warning = Number(root.dataset.warning) * 1000;
  let end;

  const restart = () => {
    end = Date.now() + rest;
    if (dialog.open) dialog.close();
  };
  const check = () => {
    const left = end - Date.now();
    if (left <= 0) location.assign(root.dataset.ended);
    else if (left <= warning && !dialog.open) dialog.showModal();
  };
  const stay = async (event) => {
    event.preventDefault();
    const answer = await fetch(root.dataset.extend, { method: "POST", redirect: "manual" }).catch(() => null);
    if (!answer || answer.status !== 204) return location.assign(root.dataset.ended);
    restart();
    channel?.postMessage("stay");
  };

  restart();
  channel?.postMessage("stay");
  channel?.addEventListener("message", restart);
  dialog.querySelector("[data-stay]").addEventListener("submit", stay);
  dialog.addEventListener("cancel", stay);
  document.addEventListener("visibilitychange", check);
  setInterval(check, 5000);
  check();
}
