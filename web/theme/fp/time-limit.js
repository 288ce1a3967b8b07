// Warns before the session ends and lets the person stay. At its end what is
// typed is handed in. Handing the device over elsewhere covers it.
const channel = "BroadcastChannel" in window ? new BroadcastChannel("rest") : null;

export function timeLimit(root) {
  const dialog = root.querySelector("dialog");
  if (!dialog || !dialog.showModal) return;
  const rest = Number(root.dataset.seconds) * 1000;
  const warning = Number(root.dataset.warning) * 1000;
  let end;
  let typed; // the form typed into

  const restart = () => {
    end = Date.now() + rest;
    if (dialog.open) dialog.close();
  };
  const leave = async () => {
    if (typed) {
      const body = new URLSearchParams([...new FormData(typed)].filter(([, value]) => typeof value === "string"));
      body.set("kept-page", new URL(typed.action, location).pathname);
      await fetch(root.dataset.keep, { method: "POST", body, redirect: "manual" }).catch(() => null);
    }
    location.assign(root.dataset.ended);
  };
  const check = () => {
    const left = end - Date.now();
    if (left <= 0) leave();
    else if (left <= warning && !dialog.open) dialog.showModal();
  };
  const stay = async (event) => {
    event.preventDefault();
    const answer = await fetch(root.dataset.extend, { method: "POST", redirect: "manual" }).catch(() => null);
    if (!answer || answer.status !== 204) return leave();
    restart();
    channel?.postMessage("stay");
  };

  restart();
  document.querySelector("main")?.addEventListener("input", (event) => {
    if (event.target.form?.method === "post") typed = event.target.form;
  });
  channel?.postMessage("stay");
  channel?.addEventListener("message", ({ data }) => {
    if (data !== "handed") return restart();
    document.body.classList.add("govuk-exit-this-page-hide-content");
    location.reload();
  });
  dialog.querySelector("[data-stay]").addEventListener("submit", stay);
  dialog.addEventListener("cancel", stay);
  document.addEventListener("visibilitychange", check);
  setInterval(check, 5000);
  check();
}
