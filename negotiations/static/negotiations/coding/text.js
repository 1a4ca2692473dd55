// The text of the source: its words and sentences, and where they are on the page.
import { text } from "./page.js";

// A letter keeps its marks (Hindi, vowelled Arabic, decomposed Latin) and joiners. Scripts that
// put no spaces between words are selected sign by sign.
const UNSPACED = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"];
const SIGN = `[${UNSPACED.map((script) => `\\p{Script=${script}}`).join("")}]`;
const RUN = `(?:(?!${SIGN})[\\p{L}\\p{N}\\p{M}\\u200c\\u200d])+`;
const WORD = new RegExp(`${SIGN}\\p{M}*|${RUN}(?:['’-]${RUN})*|\\S`, "gu");

// Read once for each text that is put in place: what a key does must not wait for a long one.
let reading = null;

function read() {
  if (reading) return reading;
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
  reading = { pieces, sentences, whole, words };
  return reading;
}

export function forgetReading() {
  reading = null;
}

export const getText = () => read().whole;
export const getWords = () => read().words;

export function findWordAt(offset) {
  const all = getWords();
  const found = all.findIndex((word) => word.end > offset);
  return found < 0 ? all.length - 1 : found;
}

export function findOffset(container, offset) {
  const piece = read().pieces.find(({ node }) => node === container);
  if (piece) return piece.start + offset;
  const range = document.createRange();
  range.setStart(text, 0);
  range.setEnd(container, offset);
  const copy = range.cloneContents();
  copy.querySelectorAll(".pick").forEach((name) => name.remove());
  return copy.textContent.length;
}

export function findPoint(offset, isEnd) {
  const all = read().pieces;
  const last = all[all.length - 1];
  const found = all.find((p) => (isEnd ? offset <= p.end : offset < p.end)) || last;
  return [found.node, Math.min(offset - found.start, found.node.data.length)];
}

// The first and last word of a sentence, without a mark at its edge that the next or last sentence
// opens or closes.
function findEdges({ start, end }) {
  const all = getWords();
  const said = getText().slice(start, end);
  const count = (marks) => [...said].filter((sign) => marks.includes(sign)).length;
  let [first, last] = [findWordAt(start), findWordAt(end - 1)];
  const sign = (word) => said.slice(all[word].start - start, all[word].end - start);
  const [opened, closed] = [count("“«"), count("”»")];
  if (opened > closed && "“«".includes(sign(first))) first += 1;
  if (closed > opened && "”»".includes(sign(last))) last -= 1;
  return { first, last };
}

// The edges of the sentence in which a word stands, or of the sentence so many further on.
export function findSentence(word, step = 0) {
  const { sentences, words } = read();
  const here = sentences.findIndex((sentence) => sentence.end > words[word].start);
  return findEdges(sentences[Math.max(0, Math.min(sentences.length - 1, here + step))]);
}

export const findSentenceWith = (node) =>
  findEdges(read().sentences.find(({ element }) => element.contains(node)));
