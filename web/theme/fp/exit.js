// Quick exit: covers the page at once and replaces the current entry of the
// history. Upstream only adds an entry. Without script the button is a link.
import { ExitThisPage } from "govuk-frontend/dist/govuk/components/exit-this-page/exit-this-page.mjs";

export class Exit extends ExitThisPage {
  exitPage() {
    document.body.classList.add("govuk-exit-this-page-hide-content");
    this.$overlay = document.createElement("div");
    this.$overlay.className = "govuk-exit-this-page-overlay";
    this.$overlay.setAttribute("role", "alert");
    document.body.appendChild(this.$overlay);
    this.$overlay.textContent = this.i18n.t("activated");
    document.title = this.i18n.t("activated");
    window.location.replace(this.$button.href);
  }
}
