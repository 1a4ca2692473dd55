// Adding a source: what its text says about it is shown as soon as it is there, without a new page.
const form = document.getElementById("taking");
const DATE = ["published", "published_certainty", "published_anchor", "published_words"];
let asked = 0;

async function look() {
  const number = ++asked;
  const body = new FormData(form);
  body.set("_look", "1");
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body });
  } catch {
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("taking-about");
  if (!fresh || number !== asked) return;
  const about = document.getElementById("taking-about");
  about.replaceChildren(...document.adoptNode(fresh).childNodes);
}

function takeOffer(button) {
  const [name, ...rest] = button.value.split(":");
  const value = rest.join(":");
  if (name === "language") form.elements.language.value = value;
  else {
    value.split("|").forEach((part, index) => {
      form.elements[DATE[index]].value = part;
    });
  }
}

form.elements.text.addEventListener("change", look);
form.elements.text.addEventListener("paste", () => setTimeout(look));
// The text of a file comes back in the box: that takes the page.
form.elements.file.addEventListener("change", () => {
  if (form.elements.file.files.length) form.requestSubmit(form.querySelector("[name=_look]"));
});
form.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || button.name !== "_take") return;
  event.preventDefault();
  takeOffer(button);
});
