// What is typed and not saved: kept for this tab until it is saved.
import { address, bar, byId, getShortForm } from "./page.js";
import { chosen } from "./selection.js";

const STORE = `coding:${address}`;

const loadAll = () => JSON.parse(sessionStorage.getItem(STORE) || "{}");
const storeAll = (all) => sessionStorage.setItem(STORE, JSON.stringify(all));

// A form is known by what it was opened with: its boxes may be changed.
export function nameForm(form) {
  const { record, quote, before } = form.elements;
  form.dataset.key = [record, quote, before].map((box) => box.value).join("|");
}

export function keepForm(form) {
  const entries = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  storeAll({ ...loadAll(), [form.dataset.key]: entries });
}

export function forgetForm(form) {
  const all = loadAll();
  delete all[form.dataset.key];
  storeAll(all);
}

// What was begun of this kind over the words that are selected.
export function findBegun(kind) {
  return Object.values(loadAll()).find((entries) => {
    const { record, quote, before } = Object.fromEntries(entries);
    const isHere = chosen.before.endsWith(before.replaceAll("\r\n", "\n"));
    return record === kind && quote.trim() === chosen.quote.trim() && isHere;
  });
}

function buildButton(entries, reopen) {
  const values = Object.fromEntries(entries);
  const button = document.createElement("button");
  const label = bar.querySelector(`[value="${CSS.escape(values.record)}"]`);
  const name = label ? label.lastChild.textContent.trim() : values.record;
  button.type = "button";
  button.textContent = `${name}: “${values.quote.slice(0, 60)}”`;
  button.addEventListener("click", () => reopen(entries));
  return button;
}

// Offer every unfinished form but the one that is open.
export function listUnfinished(reopen) {
  const box = byId("coding-unfinished");
  const current = getShortForm();
  const all = Object.entries(loadAll()).filter(([key]) => key !== current?.dataset.key);
  box.querySelectorAll("button").forEach((button) => button.remove());
  box.hidden = !all.length;
  box.append(...all.map(([, entries]) => buildButton(entries, reopen)));
}
