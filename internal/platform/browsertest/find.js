// Finds what a person would point at: a field by its label, a choice by its
// words, a button or a link by its text. The words before the last one name
// groups of fields (a legend) around it. Returns the element or null.
(kind, words) => {
  const plain = (s) => (s || "").replace(/\s+/g, " ").trim();
  const shown = (el) => el.type === "file" || el.getClientRects().length > 0;
  const pick = (list, text, want, more) => {
    const exact = list.filter((el) => text(el) === want);
    if (exact.length) return exact[0];
    const named = more ? list.filter((el) => more(el).includes(want)) : [];
    if (named.length) return named[0];
    const starting = list.filter((el) => text(el).startsWith(want));
    if (starting.length === 1) return starting[0];
    const having = list.filter((el) => text(el).includes(want));
    return having.length === 1 ? having[0] : null;
  };
  const label = (el) => {
    const labels = el.labels ? [...el.labels].map((l) => plain(l.textContent)) : [];
    return labels[0] || plain(el.getAttribute("aria-label"));
  };
  const caption = (el) => plain(el.getAttribute("aria-label") || el.textContent || el.value);
  const kinds = {
    field: ["input:not([type=radio]):not([type=checkbox]):not([type=hidden]):not([type=submit]):not([type=button]), textarea, select", label, (el) => [el.name, el.id]],
    choice: ["input[type=radio], input[type=checkbox]", label, (el) => [el.id, el.name + "=" + el.value]],
    button: ["button, input[type=submit], input[type=button], a[role=button], summary", caption, (el) => [el.id]],
    link: ["a[href]", caption, (el) => [el.id]],
  };
  let scope = document;
  for (const want of words.slice(0, -1)) {
    const groups = [...scope.querySelectorAll("fieldset, [role=group]")].filter(shown);
    const legend = (g) => plain((g.querySelector("legend") || {}).textContent || g.getAttribute("aria-label"));
    scope = pick(groups, legend, want, (g) => [g.id]);
    if (!scope) return null;
  }
  const [selector, text, more] = kinds[kind];
  return pick([...scope.querySelectorAll(selector)].filter(shown), text, words[words.length - 1], more);
}
