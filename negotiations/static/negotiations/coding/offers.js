// Chips and readings of dates: what is offered for a box, one key or click each.

// What the page does after typing, it does after an offer is taken as well.
const reportInput = (form) => form.dispatchEvent(new Event("input", { bubbles: true }));

export function takeReading(button) {
  const [name, ...rest] = button.value.split(":");
  const [edtf, certainty, anchor, ...said] = rest.join(":").split("|");
  const form = button.form;
  form.elements[name].value = edtf;
  form.elements[`${name}_certainty`].value = certainty;
  form.elements[`${name}_anchor`].value = anchor;
  form.elements[`${name}_words`].value = said.join("|");
  reportInput(form);
}

// Write what a chip says into its boxes; names are added where several may be.
export function takeChip(button) {
  const form = button.form;
  for (const [name, text] of Object.entries(JSON.parse(button.value))) {
    const box = form.elements[name];
    const names = box.value.split(";").map((each) => each.trim()).filter(Boolean);
    if (!box.dataset.many || !names.length) box.value = text;
    else if (!names.includes(text)) box.value = [...names, text].join("; ");
    box.dataset.taken = box.value;
  }
  reportInput(form);
}

function findNextEmpty(box) {
  const all = [...box.form.querySelectorAll(".row:not(.date) .box")]
    .map((place) => place.querySelector("input, select, textarea"))
    .filter((each) => each && !each.closest("details:not([open])"));
  const later = all.slice(all.indexOf(box) + 1);
  const isEmpty = (each) => (each.type === "checkbox" ? !each.checked : !each.value);
  return later.find(isEmpty) || later[0] || box;
}

// A digit in a box that is empty, or filled by chips alone, takes the chip of that number and goes
// on to the next empty box.
function takeByDigit(event) {
  const box = event.target;
  if (!/^[0-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!box.matches("input, select") || (box.value && box.value !== box.dataset.taken)) return;
  const row = event.key === "0" ? ".occasion" : `.row-${box.name}`;
  const button = box.form.querySelector(`${row} .chips [data-digit="${event.key}"]`);
  if (!button || !box.form.querySelector(`.row-${box.name} .chips`)) return;
  event.preventDefault();
  takeChip(button);
  findNextEmpty(box).focus();
}

// The readings of a date are one stop of the Tab key; the arrow keys go from one to the next.
export function makeOneStop(box, wanted = 0) {
  const all = [...box.querySelectorAll("button")];
  const current = (wanted + all.length) % (all.length || 1);
  all.forEach((button, number) => {
    button.tabIndex = number === current ? 0 : -1;
  });
  return all[current];
}

export function setTabStops(form) {
  form.querySelectorAll(".readings, .occasion .chips").forEach((box) => makeOneStop(box));
  form.querySelectorAll(".box .chips button").forEach((button) => {
    button.tabIndex = -1;
  });
}

function moveBetweenOffers(event) {
  const box = event.target.closest("button") && event.target.closest(".readings, .chips");
  const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!box || !move) return;
  event.preventDefault();
  const all = [...box.querySelectorAll("button")];
  const next = all.indexOf(event.target) + move;
  if (box.matches(".box .chips")) all[(next + all.length) % all.length].focus();
  else makeOneStop(box, next).focus();
}

// Chips of a box are no stop of the Tab key: the arrow leads from the box to them, Escape back.
function moveToChips(event) {
  const place = event.target.closest(".box");
  const chips = place && place.querySelector(".chips");
  if (!chips) return;
  const box = place.querySelector("input, select, textarea");
  const isOpen = box.getAttribute("aria-expanded") === "true";
  if (event.target === box && event.key === "ArrowDown" && !isOpen) {
    chips.querySelector("button").focus();
  } else if (chips.contains(event.target) && event.key === "Escape") box.focus();
  else return;
  event.preventDefault();
}

export function handleOfferKey(event) {
  moveBetweenOffers(event);
  if (!event.defaultPrevented) moveToChips(event);
  takeByDigit(event);
}
