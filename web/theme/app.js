// Starts the upstream modules that our pages use, then our own. A page needs
// none of them: each one only makes something nicer.
import { createAll } from "govuk-frontend/dist/govuk/init.mjs";
import { Button } from "govuk-frontend/dist/govuk/components/button/button.mjs";
import { CharacterCount } from "govuk-frontend/dist/govuk/components/character-count/character-count.mjs";
import { Checkboxes } from "govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { NotificationBanner } from "govuk-frontend/dist/govuk/components/notification-banner/notification-banner.mjs";
import { PasswordInput } from "govuk-frontend/dist/govuk/components/password-input/password-input.mjs";
import { Radios } from "./fp/radios.js";
import { ServiceNavigation } from "govuk-frontend/dist/govuk/components/service-navigation/service-navigation.mjs";
import { SkipLink } from "govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs";
import { attest } from "./fp/attest.js";
import { copy } from "./fp/copy.js";
import { Exit } from "./fp/exit.js";
import { length } from "./fp/length.js";
import { preview } from "./fp/preview.js";
import { printing } from "./fp/print.js";
import { progress } from "./fp/progress.js";
import { rest } from "./fp/rest.js";
import { select } from "./fp/select.js";
import { timeLimit } from "./fp/time-limit.js";
import { unsaved } from "./fp/unsaved.js";

const upstream = [Button, CharacterCount, Checkboxes, ErrorSummary, Exit, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink];
upstream.forEach((module) => createAll(module));

const own = { attest, copy, length, preview, print: printing, progress, rest, select, "time-limit": timeLimit, unsaved };
for (const [name, start] of Object.entries(own)) {
  document.querySelectorAll(`[data-module="fp-${name}"]`).forEach((root) => start(root));
}
