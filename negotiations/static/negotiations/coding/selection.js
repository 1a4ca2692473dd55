// What is selected: from one word to another, by mouse or keys.
import { bar, byId, root, text } from "./page.js";
import * as source from "./text.js";

const AROUND = 80;
let from = -1;
let to = -1;

// The words that are selected and those around them, for the form.
export let chosen = null;

function choose(start, end) {
  const all = source.getText();
  chosen = {
    quote: all.slice(start, end),
    before: all.slice(Math.max(0, start - AROUND), start),
    after: all.slice(end, end + AROUND),
    start,
  };
  bar.querySelector("q").textContent = chosen.quote;
  bar.hidden = !chosen.quote.trim();
  byId("coding-selected").textContent = `${root.dataset.saySelected} ${chosen.quote}`;
}

function selectWords() {
  const all = source.getWords();
  const [first, last] = from <= to ? [from, to] : [to, from];
  const { start } = all[first];
  const { end } = all[last];
  const selection = window.getSelection();
  selection.setBaseAndExtent(...source.findPoint(start), ...source.findPoint(end, true));
  choose(start, end);
}

function selectAndShowWords() {
  selectWords();
  const [node] = source.findPoint(source.getWords()[to].start);
  node.parentElement.scrollIntoView({ block: "nearest" });
}

export function clearSelection() {
  from = to = -1;
  window.getSelection().removeAllRanges();
  chosen = null;
  bar.hidden = true;
}

export function selectSentenceWith(node) {
  ({ first: from, last: to } = source.findSentenceWith(node));
  focusText();
}

// The words stay selected: they may serve another record.
export function focusText() {
  text.focus({ preventScroll: true });
  if (from >= 0 && from < source.getWords().length) selectAndShowWords();
}

function moveByWord(direction, extend) {
  const count = source.getWords().length;
  to = Math.max(0, Math.min(count - 1, to + direction));
  if (!extend) from = to;
}

function moveBySentence(direction, extend) {
  const next = source.findSentence(to, direction);
  if (!extend) {
    from = to = next.first;
    return;
  }
  const here = source.findSentence(to);
  const edge = direction > 0 ? here.last : here.first;
  if (to !== edge) to = edge;
  else to = direction > 0 ? next.last : next.first;
}

// The arrows point where the text goes.
const onward = () => (getComputedStyle(text).direction === "rtl" ? -1 : 1);

const MOVES = {
  ArrowRight: (extend) => moveByWord(onward(), extend),
  ArrowLeft: (extend) => moveByWord(-onward(), extend),
  ArrowDown: (extend) => moveBySentence(1, extend),
  ArrowUp: (extend) => moveBySentence(-1, extend),
};

// Select what a key says, if it says any: the first one selects the first word.
export function selectByKey({ key, shiftKey }) {
  if (!MOVES[key] && key !== "Enter") return false;
  const isFirst = from < 0;
  if (isFirst) from = to = 0;
  if (key === "Enter") ({ first: from, last: to } = source.findSentence(to));
  else if (!isFirst) MOVES[key](shiftKey);
  selectAndShowWords();
  return true;
}

// A mouse stops anywhere; what it touched is selected as keys do it, in whole words.
export function selectByMouse() {
  const selection = window.getSelection();
  if (!selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.commonAncestorContainer)) return;
  const start = source.findOffset(range.startContainer, range.startOffset);
  const end = source.findOffset(range.endContainer, range.endOffset);
  const first = source.getWords().findIndex((word) => word.end > start);
  const last = source.getWords().findLastIndex((word) => word.start < end);
  if (selection.isCollapsed || first < 0 || last < first) {
    clearSelection();
    return;
  }
  [from, to] = [first, last];
  selectWords();
}
