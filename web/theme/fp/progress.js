// Looks now and then how far a long job is and puts it where the reader is, the
// line of state first, which is read out. It stops when the job is done, and
// after five minutes: a page that lies open must not keep anybody signed in.
// Without script a link on the page does the same.
export function progress(root) {
  let left = 100;
  const look = async () => {
    const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector('[data-module="fp-progress"]');
    if (!now) return;
    const said = root.querySelector("[role=status]");
    const text = now.querySelector("[role=status]").textContent;
    if (said.textContent !== text) said.textContent = text;
    if ("done" in now.dataset) {
      root.querySelector("[data-acts]").replaceChildren(...now.querySelector("[data-acts]").childNodes);
    } else if (--left > 0) {
      setTimeout(look, 3000);
    }
  };
  if (!("done" in root.dataset)) setTimeout(look, 3000);
}
