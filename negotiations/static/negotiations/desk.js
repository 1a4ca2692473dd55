// The script of the desk's pages. Each part acts only where its elements are, and everything can be
// done without it.
"use strict";

// The Latin letter of a key, whatever alphabet is switched on: analysts write Ukrainian as well.
function letterOf({ key, code }) {
  const isLatin = key.codePointAt(0) < 128;
  return isLatin || !code.startsWith("Key") ? key : code.slice(3).toLowerCase();
}

// The coding desk: words are selected by mouse or keys, the form comes and goes without a new page.
// Every answer is the page that a browser without script would get; parts of it are put in place.
(() => {
  const root = document.getElementById("coding");
  if (!root) return;
  const at = (id) => document.getElementById(id);
  const address = root.dataset.address;
  const text = at("coding-text");
  const bar = at("coding-bar");
  const keys = at("coding-keys");
  const PARTS = ["coding-says", "coding-meter", "coding-text", "coding-panel", "coding-records"];
  const UNDO_SECONDS = 10;
  const AROUND = 80;
  // A letter keeps its marks (Hindi, vowelled Arabic, decomposed Latin) and joiners. Scripts that
  // put no spaces between words are selected sign by sign.
  const UNSPACED = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"];
  const SIGN = `[${UNSPACED.map((script) => `\\p{Script=${script}}`).join("")}]`;
  const RUN = `(?:(?!${SIGN})[\\p{L}\\p{N}\\p{M}\\u200c\\u200d])+`;
  const WORD = new RegExp(`${SIGN}\\p{M}*|${RUN}(?:['’-]${RUN})*|\\S`, "gu");

  // The text and its words

  // Read once for each text that is put in place: what a key does must not wait for a long one.
  let read = null;

  function reading() {
    if (read) return read;
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    const pieces = [];
    const sentences = [];
    let start = 0;
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.parentElement.closest(".pick")) continue;
      const end = start + node.data.length;
      pieces.push({ node, start, end });
      const element = node.parentElement.closest(".sentence");
      const last = sentences[sentences.length - 1];
      if (element && last && last.element === element) last.end = end;
      else if (element) sentences.push({ element, start, end });
      start = end;
    }
    const whole = pieces.map((piece) => piece.node.data).join("");
    const words = [...whole.matchAll(WORD)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
    }));
    read = { pieces, sentences, whole, words };
    return read;
  }

  const wholeText = () => reading().whole;
  const words = () => reading().words;
  const sentences = () => reading().sentences;

  function offsetOf(container, offset) {
    const piece = reading().pieces.find(({ node }) => node === container);
    if (piece) return piece.start + offset;
    const range = document.createRange();
    range.setStart(text, 0);
    range.setEnd(container, offset);
    const copy = range.cloneContents();
    copy.querySelectorAll(".pick").forEach((name) => name.remove());
    return copy.textContent.length;
  }

  function pointAt(offset, isEnd) {
    const all = reading().pieces;
    const last = all[all.length - 1];
    const found = all.find((p) => (isEnd ? offset <= p.end : offset < p.end)) || last;
    return [found.node, Math.min(offset - found.start, found.node.data.length)];
  }

  // What is selected: from one word to another

  let from = -1;
  let to = -1;
  let chosen = null;

  function choose(start, end) {
    const all = wholeText();
    chosen = {
      quote: all.slice(start, end),
      before: all.slice(Math.max(0, start - AROUND), start),
      after: all.slice(end, end + AROUND),
      start,
    };
    bar.querySelector("q").textContent = chosen.quote;
    bar.hidden = !chosen.quote.trim();
    at("coding-selected").textContent = `${root.dataset.saySelected} ${chosen.quote}`;
  }

  function selectWords() {
    const all = words();
    const [first, last] = from <= to ? [from, to] : [to, from];
    const { start } = all[first];
    const { end } = all[last];
    const selection = window.getSelection();
    selection.setBaseAndExtent(...pointAt(start), ...pointAt(end, true));
    choose(start, end);
  }

  function selectAndShowWords() {
    selectWords();
    const [node] = pointAt(words()[to].start);
    node.parentElement.scrollIntoView({ block: "nearest" });
  }

  function forget() {
    from = to = -1;
    window.getSelection().removeAllRanges();
    chosen = null;
    bar.hidden = true;
  }

  function wordAt(offset) {
    const all = words();
    const found = all.findIndex((word) => word.end > offset);
    return found < 0 ? all.length - 1 : found;
  }

  // Without a mark at its edge that the next or last sentence opens or closes.
  function edgesOf({ start, end }, all) {
    const said = wholeText().slice(start, end);
    const count = (marks) => [...said].filter((sign) => marks.includes(sign)).length;
    let [first, last] = [wordAt(start), wordAt(end - 1)];
    const sign = (word) => said.slice(all[word].start - start, all[word].end - start);
    const [opened, closed] = [count("“«"), count("”»")];
    if (opened > closed && "“«".includes(sign(first))) first += 1;
    if (closed > opened && "”»".includes(sign(last))) last -= 1;
    return { first, last };
  }

  // The first and last word of the sentence in which a word stands, or of one so many further on.
  function sentenceOf(word, step = 0) {
    const all = words();
    const list = sentences();
    let number = list.findIndex((sentence) => sentence.end > all[word].start);
    number = Math.max(0, Math.min(list.length - 1, number + step));
    return edgesOf(list[number], all);
  }

  function step(direction, extend) {
    if (from < 0) from = to = 0;
    else {
      const count = words().length;
      to = Math.max(0, Math.min(count - 1, to + direction));
      if (!extend) from = to;
    }
    selectAndShowWords();
  }

  function leap(direction, extend) {
    if (from < 0) from = to = 0;
    else if (!extend) from = to = sentenceOf(to, direction).first;
    else {
      const here = sentenceOf(to);
      const edge = direction > 0 ? here.last : here.first;
      const next = sentenceOf(to, direction);
      if (to !== edge) to = edge;
      else to = direction > 0 ? next.last : next.first;
    }
    selectAndShowWords();
  }

  // The arrows point where the text goes.
  const onward = () => (getComputedStyle(text).direction === "rtl" ? -1 : 1);

  const MOVES = {
    ArrowRight: (extend) => step(onward(), extend),
    ArrowLeft: (extend) => step(-onward(), extend),
    ArrowDown: (extend) => leap(1, extend),
    ArrowUp: (extend) => leap(-1, extend),
    Enter: () => {
      if (from < 0) from = to = 0;
      ({ first: from, last: to } = sentenceOf(to));
      selectAndShowWords();
    },
  };

  function keyInText(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== text) return;
    const move = MOVES[event.key];
    const letter = letterOf(event);
    const button = bar.querySelector(`[data-key="${CSS.escape(letter)}"]`);
    if (move) move(event.shiftKey);
    else if (event.key === "Escape") forget();
    else if (event.key === "?") keys.showModal();
    else if (letter === "z" && undoButton()) undoForm().requestSubmit();
    else if (button && chosen) open(button.value);
    else return;
    event.preventDefault();
  }

  function mouseInText() {
    const selection = window.getSelection();
    if (!selection.rangeCount) return;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.commonAncestorContainer)) return;
    if (selection.isCollapsed) {
      forget();
      return;
    }
    const start = offsetOf(range.startContainer, range.startOffset);
    const end = offsetOf(range.endContainer, range.endOffset);
    const first = words().findIndex((word) => word.end > start);
    const last = words().findLastIndex((word) => word.start < end);
    if (first < 0 || last < first) {
      forget();
      return;
    }
    // A mouse stops anywhere; what it touched is selected as keys do it, in whole words.
    [from, to] = [first, last];
    selectWords();
  }

  // Asking the server

  const token = () => root.querySelector("[name=csrfmiddlewaretoken]");

  function say(words_, kind) {
    const line = document.createElement("p");
    line.className = kind;
    line.textContent = words_;
    at("coding-says").replaceChildren(line);
  }

  async function freshToken() {
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#coding [name=csrfmiddlewaretoken]");
    if (!fresh) return false;
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((each) => {
      each.value = fresh.value;
    });
    return true;
  }

  // The page that answers, or nothing when there is none; then what was typed is still there.
  async function ask(url, body, isAgain) {
    let answer;
    try {
      answer = await fetch(url, { method: "POST", body });
    } catch {
      say(root.dataset.sayOffline, "fault");
      return null;
    }
    // Somebody logged in anew in another tab: the form's token is that of the session before.
    if (answer.status === 403 && !isAgain && (await freshToken())) {
      body.set("csrfmiddlewaretoken", token().value);
      return ask(url, body, true);
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.getElementById("coding")) return page;
    if (page.getElementById("login-form")) sendAsPage(url, body);
    else say(answer.status === 503 ? root.dataset.sayBusy : root.dataset.sayRefused, "fault");
    return null;
  }

  // The session has ended: the page that asks for the password takes the whole form along.
  function sendAsPage(url, body) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = url;
    for (const [name, value] of body) {
      const box = document.createElement("textarea");
      box.name = name;
      box.value = value;
      form.append(box);
    }
    form.hidden = true;
    document.body.append(form);
    form.submit();
  }

  function put(page, ids) {
    for (const id of ids) {
      const fresh = page.getElementById(id);
      if (fresh) at(id).replaceChildren(...document.adoptNode(fresh).childNodes);
    }
  }

  function refresh(page, parts = PARTS) {
    put(page, parts);
    prepare();
    const first = at("coding-panel").querySelector(".short-form [autofocus]");
    if (first) {
      first.focus();
      if (first.select) first.select();
    }
  }

  async function open(kind) {
    const body = new FormData(bar);
    body.set("record", kind);
    for (const name of ["quote", "before", "after"]) body.set(name, chosen[name]);
    const kept = begun(kind);
    const page = await (kept ? ask(address, again(kept)) : ask(address, body));
    if (!page) return;
    bar.hidden = true;
    // What was saved just before can still be undone.
    refresh(page, PARTS.slice(1));
    if (kept) say(root.dataset.sayKept, "note");
  }

  let busy = false;

  async function send(form, button) {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    let page;
    try {
      page = await ask(form.getAttribute("action") || address, new FormData(form, button));
    } finally {
      busy = false;
    }
    if (!page) return;
    const isDone = page.querySelector("[data-saved]");
    if (isDone) forgetUnfinished(form);
    refresh(page);
    if (!shortForm()) backToText();
    if (isDone) setTimeout(endUndo, UNDO_SECONDS * 1000, undoForm());
  }

  const undoForm = () => at("coding-says").querySelector("[data-saved]");
  const undoButton = () => at("coding-says").querySelector("[data-saved] button");

  function endUndo(form) {
    if (!form || !form.isConnected) return;
    // Beside another form the words alone would read as if that form were saved.
    if (shortForm()) form.remove();
    else form.querySelector("button").remove();
  }

  // The words stay selected: they may serve another record.
  function backToText() {
    text.focus({ preventScroll: true });
    if (from >= 0 && from < words().length) selectAndShowWords();
  }

  // What is typed and not saved: kept for this tab until it is saved

  const STORE = `coding:${address}`;
  const unfinished = () => JSON.parse(sessionStorage.getItem(STORE) || "{}");

  // What was begun of this kind over the words that are selected.
  function begun(kind) {
    return Object.values(unfinished()).find((entries) => {
      const { record, quote, before } = Object.fromEntries(entries);
      const isHere = chosen.before.endsWith(before.replaceAll("\r\n", "\n"));
      return record === kind && quote.trim() === chosen.quote.trim() && isHere;
    });
  }

  const keyOfForm = (form) => form.dataset.key;

  function keep(form) {
    const all = unfinished();
    const entries = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
    all[keyOfForm(form)] = entries;
    sessionStorage.setItem(STORE, JSON.stringify(all));
  }

  function forgetUnfinished(form) {
    const all = unfinished();
    delete all[keyOfForm(form)];
    sessionStorage.setItem(STORE, JSON.stringify(all));
  }

  function again(entries) {
    const body = new FormData();
    for (const [name, value] of entries) body.append(name, value);
    body.set("_look", "1");
    body.set("csrfmiddlewaretoken", token().value);
    return body;
  }

  function listUnfinished() {
    const box = at("coding-unfinished");
    const current = shortForm();
    const all = Object.entries(unfinished()).filter(
      ([key]) => !current || key !== keyOfForm(current),
    );
    box.querySelectorAll("button").forEach((button) => button.remove());
    box.hidden = !all.length;
    for (const [, entries] of all) {
      const values = Object.fromEntries(entries);
      const button = document.createElement("button");
      const label = bar.querySelector(`[value="${CSS.escape(values.record)}"]`);
      const name = label ? label.lastChild.textContent.trim() : values.record;
      button.type = "button";
      button.textContent = `${name}: “${values.quote.slice(0, 60)}”`;
      button.addEventListener("click", async () => {
        const page = await ask(address, again(entries));
        if (page) refresh(page);
      });
      box.append(button);
    }
  }

  // The form

  const shortForm = () => at("coding-panel").querySelector(".short-form");

  function takeReading(button) {
    const [name, ...rest] = button.value.split(":");
    const [edtf, certainty, anchor, ...said] = rest.join(":").split("|");
    const form = button.form;
    form.elements[name].value = edtf;
    form.elements[`${name}_certainty`].value = certainty;
    form.elements[`${name}_anchor`].value = anchor;
    form.elements[`${name}_words`].value = said.join("|");
    keep(form);
    lookSoon(form);
  }

  // Chips: what is offered for a box, one key or click each

  // Write what a chip says into its boxes; names are added where several may be.
  function takeChip(button) {
    const form = button.form;
    for (const [name, text] of Object.entries(JSON.parse(button.value))) {
      const box = form.elements[name];
      const names = box.value.split(";").map((each) => each.trim()).filter(Boolean);
      if (!box.dataset.many || !names.length) box.value = text;
      else if (!names.includes(text)) box.value = [...names, text].join("; ");
      box.dataset.taken = box.value;
    }
    keep(form);
    lookSoon(form);
  }

  // A digit in a box that is empty, or filled by chips alone, takes the chip of that number and goes
  // on to the next empty box.
  function digitInBox(event) {
    const box = event.target;
    if (!/^[0-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!box.matches("input, select") || (box.value && box.value !== box.dataset.taken)) return;
    const row = event.key === "0" ? ".occasion" : `.row-${box.name}`;
    const button = box.form.querySelector(`${row} .chips [data-digit="${event.key}"]`);
    if (!button || !box.form.querySelector(`.row-${box.name} .chips`)) return;
    event.preventDefault();
    takeChip(button);
    nextEmpty(box).focus();
  }

  function nextEmpty(box) {
    const all = [...box.form.querySelectorAll(".row:not(.date) .box")]
      .map((place) => place.querySelector("input, select, textarea"))
      .filter((each) => each && !each.closest("details:not([open])"));
    const later = all.slice(all.indexOf(box) + 1);
    const isEmpty = (each) => (each.type === "checkbox" ? !each.checked : !each.value);
    return later.find(isEmpty) || later[0] || box;
  }

  // The readings of a date are one stop of the Tab key; the arrow keys go from one to the next.
  function oneStop(box, wanted = 0) {
    const all = [...box.querySelectorAll("button")];
    const current = (wanted + all.length) % (all.length || 1);
    all.forEach((button, number) => {
      button.tabIndex = number === current ? 0 : -1;
    });
    return all[current];
  }

  function arrowInReadings(event) {
    const box = event.target.closest("button") && event.target.closest(".readings, .chips");
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!box || !move) return;
    event.preventDefault();
    const all = [...box.querySelectorAll("button")];
    const next = all.indexOf(event.target) + move;
    if (box.matches(".box .chips")) all[(next + all.length) % all.length].focus();
    else oneStop(box, next).focus();
  }

  // Chips of a box are no stop of the Tab key: the arrow leads from the box to them, Escape back.
  function arrowToChips(event) {
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

  let looking = 0;
  let timer;

  // What is alike, and what the words of dates mean, as far as the form is filled in.
  function lookSoon(form) {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const number = ++looking;
      const body = new FormData(form);
      body.set("_look", "1");
      let answer;
      try {
        answer = await fetch(address, { method: "POST", body });
      } catch {
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (number !== looking || !form.isConnected || !page.getElementById("coding")) return;
      put(page, ["coding-alike"]);
      for (const box of form.querySelectorAll(".readings")) {
        const fresh = page.querySelector(`.readings[data-date="${box.dataset.date}"]`);
        const isUsed = box.contains(document.activeElement);
        if (!fresh || isUsed) continue;
        box.replaceChildren(...document.adoptNode(fresh).childNodes);
        oneStop(box);
      }
    }, 400);
  }

  function prepare() {
    read = null;
    at("coding-hint").hidden = false;
    const form = shortForm();
    if (form) {
      const { record, quote, before } = form.elements;
      form.dataset.key = [record, quote, before].map((box) => box.value).join("|");
      form.querySelectorAll("input.names").forEach(offerNames);
      form.querySelectorAll(".readings, .occasion .chips").forEach((box) => oneStop(box));
      form.querySelectorAll(".box .chips button").forEach((button) => {
        button.tabIndex = -1;
      });
    }
    listUnfinished();
  }

  root.addEventListener("input", (event) => {
    const form = event.target.closest(".short-form");
    if (!form) return;
    keep(form);
    lookSoon(form);
  });

  root.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (form.method === "dialog") return;
    event.preventDefault();
    if (button && button.name === "_take") takeReading(button);
    else if (button && button.name === "_fill") takeChip(button);
    else if (form === bar) open(button.value);
    else send(form, button);
  });

  root.addEventListener("keydown", (event) => {
    const form = event.target.closest(".short-form");
    if (!form) return;
    arrowInReadings(event);
    if (!event.defaultPrevented) arrowToChips(event);
    digitInBox(event);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[name=_save]"));
    } else if (event.key === "Enter" && event.target.matches("input")) {
      // A form is saved by Ctrl+Enter or its button, never by accident.
      event.preventDefault();
    } else if (event.key === "Escape" && !event.defaultPrevented) {
      backToText();
    }
  });

  root.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (event.target.id === "coding-keys-open") keys.showModal();
    if (link && link.matches(".pick")) {
      event.preventDefault();
      const found = sentences().find(({ element }) => element.contains(link));
      ({ first: from, last: to } = edgesOf(found, words()));
      text.focus({ preventScroll: true });
      selectAndShowWords();
    } else if (link && link.matches(".cancel")) {
      event.preventDefault();
      forgetUnfinished(link.closest("form"));
      at("coding-panel").replaceChildren();
      listUnfinished();
      backToText();
    }
  });

  text.addEventListener("keydown", keyInText);
  // Words that are selected would be dragged away instead of being selected anew.
  text.addEventListener("mousedown", (event) => {
    if (!event.shiftKey && event.detail === 1) window.getSelection().removeAllRanges();
  });
  document.addEventListener("mouseup", () => setTimeout(mouseInText));

  // Names: a list to choose from under the box that is typed into

  let numbered = 0;

  function offerNames(box) {
    const list = document.createElement("ul");
    const frame = document.createElement("div");
    const many = box.dataset.many;
    list.id = `names-${++numbered}`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.labels[0].firstChild.textContent.trim());
    frame.className = "names-box";
    box.replaceWith(frame);
    frame.append(box, list);
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-expanded", "false");
    box.setAttribute("aria-controls", list.id);
    let wait;
    let marked = -1;

    const last = () => box.value.split(";").pop().trim();

    function close() {
      list.hidden = true;
      marked = -1;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    }

    function mark(number) {
      const all = [...list.children];
      marked = (number + all.length) % all.length;
      all.forEach((option, index) => option.setAttribute("aria-selected", index === marked));
      box.setAttribute("aria-activedescendant", all[marked].id);
      all[marked].scrollIntoView({ block: "nearest" });
    }

    function take(option) {
      const make = box.closest(".row").querySelector(".make");
      if (option.dataset.make) {
        make.open = true;
        make.querySelector("input, select").focus();
      } else {
        const others = many ? box.value.split(";").slice(0, -1) : [];
        box.value = [...others.map((name) => name.trim()), option.dataset.label].join("; ");
        box.dispatchEvent(new Event("input", { bubbles: true, cancelable: true }));
      }
      clearTimeout(wait);
      close();
    }

    function add(label, hint, isMake) {
      const option = document.createElement("li");
      option.id = `${list.id}-${list.children.length}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.label = label;
      if (isMake) option.dataset.make = "1";
      option.textContent = label;
      if (hint) {
        const small = document.createElement("small");
        small.textContent = ` ${hint}`;
        option.append(small);
      }
      option.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(option);
      });
      list.append(option);
    }

    async function show() {
      const asked = last();
      if (!asked) return close();
      const url = root.dataset.names.replace("/x/", `/${box.dataset.names}/`);
      let found;
      try {
        const answer = await fetch(`${url}?q=${encodeURIComponent(asked)}`);
        ({ found } = await answer.json());
      } catch {
        return close();
      }
      if (asked !== last() || document.activeElement !== box) return close();
      list.replaceChildren();
      found.forEach(({ label, hint }) => add(label, hint));
      const isNew = !found.some(({ label }) => label.toLowerCase() === asked.toLowerCase());
      if (isNew && box.closest(".row").querySelector(".make")) {
        add(`${root.dataset.sayMake} “${asked}”`, "", true);
      }
      marked = -1;
      list.hidden = !list.children.length;
      box.setAttribute("aria-expanded", String(!list.hidden));
    }

    box.addEventListener("input", (event) => {
      if (event.cancelable) return;
      clearTimeout(wait);
      wait = setTimeout(show, 150);
    });
    box.addEventListener("blur", close);
    box.addEventListener("keydown", (event) => {
      if (list.hidden || event.ctrlKey) return;
      if (event.key === "ArrowDown") mark(marked + 1);
      else if (event.key === "ArrowUp") mark(marked - 1);
      else if (event.key === "Enter" && marked >= 0) take(list.children[marked]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
  }

  root.classList.add("scripted");
  prepare();
  const first = shortForm() && shortForm().querySelector("[autofocus]");
  if (first) first.focus();
  else text.focus({ preventScroll: true });
})();

// Bringing a text: what can be told of it is shown as soon as it is there, without a new page.
(() => {
  const form = document.getElementById("taking");
  if (!form) return;
  const DATE = ["published", "published_certainty", "published_anchor", "published_words"];
  let looking = 0;

  async function look() {
    const number = ++looking;
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
    if (!fresh || number !== looking) return;
    const about = document.getElementById("taking-about");
    about.replaceChildren(...document.adoptNode(fresh).childNodes);
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
    const [name, ...rest] = button.value.split(":");
    const value = rest.join(":");
    if (name === "language") form.elements.language.value = value;
    else {
      value.split("|").forEach((part, index) => {
        form.elements[DATE[index]].value = part;
      });
    }
  });
})();

// Single keys on the reviewer's pages: whatever has data-key is clicked, or focused if it is typed
// into.
(() => {
  const STORED = "tracker-single-keys";
  const panel = document.querySelector("[data-keys]");
  if (!panel) {
    return;
  }
  const box = panel.querySelector("[data-keys-switch]");
  const list = panel.querySelector("[data-keys-list]");
  const dialog = document.querySelector("[data-keys-dialog]");
  const targets = [...document.querySelectorAll("[data-key]")];

  const made = (name, ...content) => {
    const element = document.createElement(name);
    element.append(...content);
    return element;
  };
  for (const { dataset } of targets) {
    const key = made("dt", made("kbd", dataset.key));
    const says = made("dd", dataset.keySays);
    list.append(made("div", key, says));
  }
  panel.hidden = targets.length === 0;
  dialog.addEventListener("close", () => panel.append(list));
  box.checked = localStorage.getItem(STORED) !== "off";
  box.addEventListener("change", () => localStorage.setItem(STORED, box.checked ? "on" : "off"));

  const isTyping = (element) => element.matches("input:not([type=checkbox]), textarea, select");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) {
      return;
    }
    if (isTyping(event.target)) {
      if (event.key === "Escape") {
        event.target.blur();
      }
      return;
    }
    if (event.key === "?" && box.checked) {
      dialog.querySelector("h2").after(list);
      dialog.showModal();
      return;
    }
    const target = targets.find((one) => one.dataset.key === letterOf(event));
    if (!box.checked || !target || dialog.open) {
      return;
    }
    event.preventDefault();
    if (isTyping(target)) {
      target.focus();
    } else {
      target.click();
    }
  });
})();
