// The package's radio buttons without aria-expanded, which is not defined for
// them: what a button reveals stands right after it.
import { Radios as Upstream } from "govuk-frontend/dist/govuk/components/radios/radios.mjs";

export class Radios extends Upstream {
  syncConditionalRevealWithInputState($input) {
    super.syncConditionalRevealWithInputState($input);
    $input.removeAttribute("aria-expanded");
  }
}
