// Single keys on the reviewer's pages: whatever has data-key is clicked, or focused if it is typed
// into.
import { getLetter } from "./keyboard.js";

const STORED = "tracker-single-keys";

function buildElement(name, ...content) {
  const element = document.createElement(name);
  element.append(...content);
  return element;
}

const isTyping = (element) => element.matches("input:not([type=checkbox]), textarea, select");

function listKeys(list, targets) {
  for (const { dataset } of targets) {
    const key = buildElement("dt", buildElement("kbd", dataset.key));
    list.append(buildElement("div", key, buildElement("dd", dataset.keySays)));
  }
}

function watchKeys(panel) {
  const box = panel.querySelector("[data-keys-switch]");
  const list = panel.querySelector("[data-keys-list]");
  const dialog = document.querySelector("[data-keys-dialog]");
  const targets = [...document.querySelectorAll("[data-key]")];

  listKeys(list, targets);
  panel.hidden = targets.length === 0;
  dialog.addEventListener("close", () => panel.append(list));
  box.checked = localStorage.getItem(STORED) !== "off";
  box.addEventListener("change", () => localStorage.setItem(STORED, box.checked ? "on" : "off"));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "?" && box.checked) {
      dialog.querySelector("h2").after(list);
      dialog.showModal();
      return;
    }
    const target = targets.find((one) => one.dataset.key === getLetter(event));
    if (!box.checked || !target || dialog.open) return;
    event.preventDefault();
    if (isTyping(target)) target.focus();
    else target.click();
  });
}

const panel = document.querySelector("[data-keys]");
if (panel) watchKeys(panel);
