// The elements of the coding desk, and parts of an answer put in their place.
export const byId = (id) => document.getElementById(id);
export const root = byId("coding");
export const text = byId("coding-text");
export const bar = byId("coding-bar");
export const { address } = root.dataset;

export const getShortForm = () => byId("coding-panel").querySelector(".short-form");

export const parsePage = async (answer) =>
  new DOMParser().parseFromString(await answer.text(), "text/html");

export function replaceParts(page, ids) {
  for (const id of ids) {
    const fresh = page.getElementById(id);
    if (fresh) byId(id).replaceChildren(...document.adoptNode(fresh).childNodes);
  }
}

export function showMessage(words, kind) {
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = words;
  byId("coding-says").replaceChildren(line);
}
