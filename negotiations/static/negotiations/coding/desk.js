// The coding desk: words are selected by mouse or keys, the form comes and goes without a new page.
// Everything can be done without this script.
import { getLetter } from "../keyboard.js";
import { canUndo, cancelForm, openForm, preparePage, sendForm, undo } from "./forms.js";
import { lookSoon } from "./lookup.js";
import { handleOfferKey, takeChip, takeReading } from "./offers.js";
import { bar, byId, getShortForm, root, text } from "./page.js";
import * as selection from "./selection.js";
import { keepForm } from "./unfinished.js";

const keys = byId("coding-keys");

function handleKeyInText(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target !== text) return;
  const letter = getLetter(event);
  const button = bar.querySelector(`[data-key="${CSS.escape(letter)}"]`);
  if (event.key === "Escape") selection.clearSelection();
  else if (event.key === "?") keys.showModal();
  else if (letter === "z" && canUndo()) undo();
  else if (button && selection.chosen) openForm(button.value);
  else if (!selection.selectByKey(event)) return;
  event.preventDefault();
}

function handleKeyInForm(event) {
  const form = event.target.closest(".short-form");
  if (!form) return;
  handleOfferKey(event);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[name=_save]"));
  } else if (event.key === "Enter" && event.target.matches("input")) {
    // A form is saved by Ctrl+Enter or its button, never by accident.
    event.preventDefault();
  } else if (event.key === "Escape" && !event.defaultPrevented) {
    selection.focusText();
  }
}

function handleSubmit(event) {
  const form = event.target;
  const button = event.submitter;
  if (form.method === "dialog") return;
  event.preventDefault();
  if (button && button.name === "_take") takeReading(button);
  else if (button && button.name === "_fill") takeChip(button);
  else if (form === bar) openForm(button.value);
  else sendForm(form, button);
}

function handleClick(event) {
  const link = event.target.closest("a");
  if (event.target.id === "coding-keys-open") keys.showModal();
  if (!link || !link.matches(".pick, .cancel")) return;
  event.preventDefault();
  if (link.matches(".pick")) selection.selectSentenceWith(link);
  else cancelForm(link.closest("form"));
}

root.addEventListener("input", (event) => {
  const form = event.target.closest(".short-form");
  if (!form) return;
  keepForm(form);
  lookSoon(form);
});
root.addEventListener("submit", handleSubmit);
root.addEventListener("keydown", handleKeyInForm);
root.addEventListener("click", handleClick);
text.addEventListener("keydown", handleKeyInText);
// Words that are selected would be dragged away instead of being selected again.
text.addEventListener("mousedown", (event) => {
  if (!event.shiftKey && event.detail === 1) window.getSelection().removeAllRanges();
});
document.addEventListener("mouseup", () => setTimeout(selection.selectByMouse));

root.classList.add("scripted");
preparePage();
const first = getShortForm()?.querySelector("[autofocus]");
if (first) first.focus();
else text.focus({ preventScroll: true });
