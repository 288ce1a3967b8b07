// Clears the page of a device that was handed over when nobody has acted for a
// while, and the staff's pages in other tabs at once: it is covered, what is typed and not sent yet is handed in,
// and the next page asks who is there. Acting tells the server now and then.
// Without script the server judges the next request all the same.
export function rest(root) {
  const limit = Number(root.dataset.seconds) * 1000;
  let end = Date.now() + limit;
  let timer; // of telling that somebody acts
  let typed; // the form that something was typed into
  let over = false;

  const send = (to, body) => fetch(to, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => null);
  const clear = async () => {
    if (over) return;
    over = true;
    document.documentElement.classList.add("fp-covered");
    if (typed) {
      const body = new URLSearchParams([...new FormData(typed)].filter(([, value]) => typeof value === "string"));
      body.set("rest", "yes");
      await send(typed.action, body);
    } else {
      await send(root.dataset.cover, new URLSearchParams());
    }
    location.replace(root.dataset.page);
  };
  const tell = async () => {
    timer = undefined;
    const answer = await send(root.dataset.here, new URLSearchParams());
    if (answer && answer.status !== 204) clear();
  };
  const act = () => {
    end = Date.now() + limit;
    timer ??= setTimeout(tell, 15000);
  };
  const check = () => {
    if (Date.now() >= end) clear();
  };

  if ("BroadcastChannel" in window) new BroadcastChannel("rest").postMessage("handed");
  for (const name of ["input", "keydown", "pointerdown", "scroll"]) addEventListener(name, act, { passive: true, capture: true });
  document.querySelector("main")?.addEventListener("input", (event) => {
    if (event.target.form?.method === "post") typed = event.target.form;
  });
  document.addEventListener("visibilitychange", check);
  setInterval(check, 1000);
}
