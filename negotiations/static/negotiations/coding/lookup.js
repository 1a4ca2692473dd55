// What is alike, and what the words of dates mean, as far as the form is filled in.
import { makeOneStop } from "./offers.js";
import { address, parsePage, replaceParts } from "./page.js";

const WAIT_MS = 400;
let asked = 0;
let timer;

function replaceReadings(form, page) {
  for (const box of form.querySelectorAll(".readings")) {
    const fresh = page.querySelector(`.readings[data-date="${box.dataset.date}"]`);
    const isUsed = box.contains(document.activeElement);
    if (!fresh || isUsed) continue;
    box.replaceChildren(...document.adoptNode(fresh).childNodes);
    makeOneStop(box);
  }
}

async function look(form) {
  const number = ++asked;
  const body = new FormData(form);
  body.set("_look", "1");
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body });
  } catch {
    return;
  }
  const page = await parsePage(answer);
  if (number !== asked || !form.isConnected || !page.getElementById("coding")) return;
  replaceParts(page, ["coding-alike"]);
  replaceReadings(form, page);
}

export const cancelLook = () => clearTimeout(timer);

export function lookSoon(form) {
  cancelLook();
  timer = setTimeout(look, WAIT_MS, form);
}
