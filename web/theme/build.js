// Builds web/static: one style sheet, two scripts, two font files, two icons.
// The same sources and package versions always give the same bytes. Licenses
// stand in THIRD_PARTY_LICENSES and on /terms.
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const packages = join(here, "node_modules");

function clean() {
  mkdirSync(out, { recursive: true });
  for (const name of readdirSync(out)) rmSync(join(out, name), { recursive: true });
}

function styles() {
  const { css } = sass.compile(join(here, "app.scss"), {
    style: "compressed",
    loadPaths: [join(packages, "govuk-frontend/dist")],
    quietDeps: true,
  });
  writeFileSync(join(out, "app.css"), css + "\n");
}

async function scripts() {
  const common = { minify: true, target: "es2020", legalComments: "none", absWorkingDir: here, logLevel: "warning" };
  await esbuild.build({ ...common, entryPoints: ["app.js"], bundle: true, format: "esm", outfile: join(out, "app.js") });
  await esbuild.build({ ...common, entryPoints: ["init.js"], format: "iife", outfile: join(out, "init.js") });
}

function files() {
  const fonts = join(packages, "@fontsource-variable/public-sans/files");
  copyFileSync(join(fonts, "public-sans-latin-wght-normal.woff2"), join(out, "public-sans-latin.woff2"));
  copyFileSync(join(fonts, "public-sans-latin-ext-wght-normal.woff2"), join(out, "public-sans-latin-ext.woff2"));
  for (const icon of ["icon.svg", "icon-quiet.svg"]) copyFileSync(join(here, icon), join(out, icon));
}

clean();
styles();
await scripts();
files();
