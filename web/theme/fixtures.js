// Copies the package's example HTML of the components that we use into
// web/ui/testdata/fixtures, where the golden tests compare ours with it.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const used = {
  "back-link": ["default"],
  breadcrumbs: ["without the home section"],
  button: ["default", "secondary", "warning", "link"],
  "character-count": ["default"],
  checkboxes: ["default", "with error message"],
  "date-input": ["default"],
  details: ["default"],
  "error-summary": ["default"],
  "exit-this-page": ["default"],
  "file-upload": ["default", "with error message and hint"],
  input: ["with error and hint", "with prefix", "with label as page heading"],
  "inset-text": ["default"],
  "notification-banner": ["default", "with type as success"],
  pagination: ["default"],
  panel: ["default"],
  "password-input": ["default"],
  radios: ["default", "with a divider"],
  select: ["with hint text and error message"],
  "summary-list": ["with actions"],
  tag: ["default", "grey"],
  "task-list": ["default"],
  textarea: ["with error message"],
  "warning-text": ["default"],
};

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../ui/testdata/fixtures");
mkdirSync(out, { recursive: true });
for (const name of readdirSync(out)) rmSync(join(out, name));
for (const [component, names] of Object.entries(used)) {
  const path = join(here, "node_modules/govuk-frontend/dist/govuk/components", component, "fixtures.json");
  const { fixtures } = JSON.parse(readFileSync(path, "utf8"));
  for (const name of names) {
    const found = fixtures.find((f) => f.name === name);
    if (!found) throw new Error(`no example "${name}" of ${component}`);
    writeFileSync(join(out, `${component}--${name.replaceAll(" ", "-")}.html`), found.html + "\n");
  }
}
