// The short form: opened, brought back and sent, each time without a new page.
import { cancelLook } from "./lookup.js";
import { offerNames } from "./names.js";
import { setTabStops } from "./offers.js";
import { address, bar, byId, getShortForm, replaceParts, root, showMessage } from "./page.js";
import { getToken, submit } from "./requests.js";
import { chosen, focusText } from "./selection.js";
import { forgetReading } from "./text.js";
import { findBegun, forgetForm, listUnfinished, nameForm } from "./unfinished.js";

const PARTS = ["coding-says", "coding-meter", "coding-text", "coding-panel", "coding-records"];
const UNDO_MS = 10_000;

export function preparePage() {
  forgetReading();
  byId("coding-hint").hidden = false;
  const form = getShortForm();
  if (form) {
    nameForm(form);
    form.querySelectorAll("input.names").forEach(offerNames);
    setTabStops(form);
  }
  listUnfinished(reopenForm);
}

function refresh(page, parts = PARTS) {
  replaceParts(page, parts);
  preparePage();
  const first = byId("coding-panel").querySelector(".short-form [autofocus]");
  if (first) {
    first.focus();
    if (first.select) first.select();
  }
}

function requestForm(entries) {
  const body = new FormData();
  for (const [name, value] of entries) body.append(name, value);
  body.set("_look", "1");
  body.set("csrfmiddlewaretoken", getToken());
  return submit(address, body);
}

async function reopenForm(entries) {
  const page = await requestForm(entries);
  if (page) refresh(page);
}

function requestNewForm(kind) {
  const body = new FormData(bar);
  body.set("record", kind);
  for (const name of ["quote", "before", "after"]) body.set(name, chosen[name]);
  return submit(address, body);
}

export async function openForm(kind) {
  const begun = findBegun(kind);
  const page = await (begun ? requestForm(begun) : requestNewForm(kind));
  if (!page) return;
  bar.hidden = true;
  // What was saved just before can still be undone.
  refresh(page, PARTS.slice(1));
  if (begun) showMessage(root.dataset.sayKept, "note");
}

export function cancelForm(form) {
  forgetForm(form);
  byId("coding-panel").replaceChildren();
  listUnfinished(reopenForm);
  focusText();
}

let isBusy = false;

export async function sendForm(form, button) {
  if (isBusy) return;
  isBusy = true;
  cancelLook();
  let page;
  try {
    page = await submit(form.getAttribute("action") || address, new FormData(form, button));
  } finally {
    isBusy = false;
  }
  if (!page) return;
  const isDone = page.querySelector("[data-saved]");
  if (isDone) forgetForm(form);
  refresh(page);
  if (!getShortForm()) focusText();
  if (isDone) setTimeout(endUndo, UNDO_MS, getUndoForm());
}

const getUndoForm = () => byId("coding-says").querySelector("[data-saved]");

export const canUndo = () => Boolean(getUndoForm()?.querySelector("button"));
export const undo = () => getUndoForm().requestSubmit();

function endUndo(form) {
  if (!form || !form.isConnected) return;
  // Beside another form the words alone would read as if that form were saved.
  if (getShortForm()) form.remove();
  else form.querySelector("button").remove();
}
