// Names: a list to choose from under the box that is typed into.
import { root } from "./page.js";

const WAIT_MS = 150;
let count = 0;

class NameList {
  constructor(box) {
    this.box = box;
    this.marked = -1;
    this.list = document.createElement("ul");
    this.list.id = `names-${++count}`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", box.labels[0].firstChild.textContent.trim());
    const frame = document.createElement("div");
    frame.className = "names-box";
    box.replaceWith(frame);
    frame.append(box, this.list);
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-expanded", "false");
    box.setAttribute("aria-controls", this.list.id);
    box.addEventListener("input", (event) => this.showSoon(event));
    box.addEventListener("blur", () => this.close());
    box.addEventListener("keydown", (event) => this.handleKey(event));
  }

  // The name that is being typed: others may stand before it.
  getTyped() {
    return this.box.value.split(";").pop().trim();
  }

  // The part of the form that makes a record of a new name, where there is one.
  getMaker() {
    return this.box.closest(".row").querySelector(".make");
  }

  close() {
    this.list.hidden = true;
    this.marked = -1;
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
  }

  mark(number) {
    const all = [...this.list.children];
    this.marked = (number + all.length) % all.length;
    all.forEach((option, index) => {
      option.setAttribute("aria-selected", index === this.marked);
    });
    this.box.setAttribute("aria-activedescendant", all[this.marked].id);
    all[this.marked].scrollIntoView({ block: "nearest" });
  }

  take(option) {
    if (option.dataset.make) {
      const maker = this.getMaker();
      maker.open = true;
      maker.querySelector("input, select").focus();
    } else {
      const others = this.box.dataset.many ? this.box.value.split(";").slice(0, -1) : [];
      this.box.value = [...others.map((name) => name.trim()), option.dataset.label].join("; ");
      // Cancelable: by this it is known from typing.
      this.box.dispatchEvent(new Event("input", { bubbles: true, cancelable: true }));
    }
    clearTimeout(this.wait);
    this.close();
  }

  add(label, hint, isNew) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${this.list.children.length}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.label = label;
    if (isNew) option.dataset.make = "1";
    option.textContent = label;
    if (hint) {
      const small = document.createElement("small");
      small.textContent = ` ${hint}`;
      option.append(small);
    }
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.take(option);
    });
    this.list.append(option);
  }

  showSoon(event) {
    if (event.cancelable) return;
    clearTimeout(this.wait);
    this.wait = setTimeout(() => this.show(), WAIT_MS);
  }

  async show() {
    const typed = this.getTyped();
    const found = typed && (await fetchNames(this.box.dataset.names, typed));
    const isLate = typed !== this.getTyped() || document.activeElement !== this.box;
    if (!found || isLate) {
      this.close();
      return;
    }
    this.list.replaceChildren();
    found.forEach(({ label, hint }) => this.add(label, hint));
    const isKnown = found.some(({ label }) => label.toLowerCase() === typed.toLowerCase());
    if (!isKnown && this.getMaker()) this.add(`${root.dataset.sayMake} “${typed}”`, "", true);
    this.marked = -1;
    this.list.hidden = !this.list.children.length;
    this.box.setAttribute("aria-expanded", String(!this.list.hidden));
  }

  handleKey(event) {
    if (this.list.hidden || event.ctrlKey) return;
    if (event.key === "ArrowDown") this.mark(this.marked + 1);
    else if (event.key === "ArrowUp") this.mark(this.marked - 1);
    else if (event.key === "Enter" && this.marked >= 0) this.take(this.list.children[this.marked]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }
}

async function fetchNames(kind, typed) {
  const url = root.dataset.names.replace("/x/", `/${kind}/`);
  try {
    const answer = await fetch(`${url}?q=${encodeURIComponent(typed)}`);
    return (await answer.json()).found;
  } catch {
    return null;
  }
}

export const offerNames = (box) => new NameList(box);
