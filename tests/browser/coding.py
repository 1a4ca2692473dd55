"""An analyst at the coding desk in Chromium: selects words, fills in the short form, saves.

``ByKeys`` never touches the mouse, ``ByMouse`` uses the keyboard only to write. Every key that is
pressed, every click and every text that is written counts as one action.
"""

import sys

from playwright.sync_api import expect

from negotiations.text.segmentation import split_sentences

# What a step does with a box, besides writing into it.
TICK, TAKE, PICK, CHIP = "tick", "take", "pick", "chip"


class AtTheDesk:
    def __init__(self, desk):
        self.desk, self.page = desk, desk.page
        self.actions, self.counted = 0, {}

    def open_desk(self, source):
        self.source = source
        address = f"/admin/negotiations/source/{source.pk}/code/"
        if not self.page.url.endswith(address):
            self.desk.visit(address)
        expect(self.page.locator("#coding-text")).to_be_focused()
        self.words = self.page.evaluate(WORDS)

    def code(self, key, record, quote, **values):
        """One record, from its words to the draft; the actions count from the selection on."""
        self.open_form(key, record, quote)
        for name, value in values.items():
            self.fill(name, value)
        self.save()
        expect(self.page.locator("#coding-says [data-saved]")).to_be_visible()
        expect(self.page.locator("#coding-text")).to_be_focused()
        self.counted.setdefault(record, []).append(self.actions)

    def open_form(self, key, record, quote):
        self.select(quote)
        expect(self.page.locator("#coding-bar q")).to_have_text(quote)
        self.actions = 0
        self.choose(key, record)
        expect(self.page.locator(f"#coding-panel [data-record={record}]")).to_be_visible()

    def tell(self):
        """What a run with ``-s`` shows: the actions that each kind of record took."""
        sys.stderr.write(f"\n{type(self).__name__}: {self.counted}\n")

    def chip(self, name, label):
        """The first choice with this label for a box, or the occasion."""
        row = ".occasion" if name == "occasion" else f".row-{name}"
        return self.page.locator(f"{row} .chips button", has_text=label).first

    def _is_chip(self, how, name):
        """Whether a choice is one of few that has still to be made."""
        return how == PICK and self.page.locator(f".row-{name} .chips button").count() > 0

    def write(self, text):
        self.page.keyboard.insert_text(text)
        self.actions += 1


class ByKeys(AtTheDesk):
    # From one reading of a date to the next.
    arrow = "ArrowRight"

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        self.actions += len(keys)

    def select(self, quote):
        start = self.source.text.index(quote)
        number, sentence = next(
            (n, s) for n, s in enumerate(split_sentences(self.source.text)) if s.end > start
        )
        first = self._word_at(sentence.start)
        begin, end = self._word_at(start), self._word_at(start + len(quote) - 1)
        self.press("Escape", *["ArrowDown"] * (number + 1))
        self.press(*["ArrowRight"] * (begin - first))
        self.press(*["Shift+ArrowRight"] * (end - begin))

    def _word_at(self, offset):
        return next(n for n, word in enumerate(self.words) if word["end"] > offset)

    def choose(self, key, record):
        self.press(key)

    def fill(self, name, value):
        how, value = value if isinstance(value, tuple) else ("", value)
        how = CHIP if self._is_chip(how, name) else how
        if how == CHIP:
            if name != "occasion":
                self._tab_to(name)
            self.press(self.chip(name, value).get_attribute("data-digit"))
            return
        if name.endswith("_make"):
            # The last in the list of names leads there.
            expect(self.page.locator("[role=listbox]:not([hidden])")).to_be_visible()
            self.press("ArrowUp", "Enter")
        self._tab_to("_take" if how == TAKE else name)
        if how == TAKE:
            self._arrow_to(value)
            self.press("Enter")
        elif how == TICK:
            self.press("Space")
        elif how == PICK:
            self.page.keyboard.type(value)
            self.actions += 1
        elif value:
            self.write(value)
        else:
            self.press("Delete")

    def _arrow_to(self, value):
        for _ in range(10):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.press(self.arrow)
        raise AssertionError(f"no reading {value}")

    def _tab_to(self, name):
        """From box to box until the cursor is in the right one; what is folded is opened."""
        for _ in range(60):
            here = self.page.evaluate(
                "(() => { const e = document.activeElement;"
                " return e.name || e.parentElement.className; })()"
            )
            if here == name:
                return
            if here == "more":
                is_open = self.page.evaluate("document.activeElement.parentElement.open")
                self.press(*([] if is_open else ["Enter"]))
            self.press("Tab")
        raise AssertionError(f"no box {name}")

    def save(self):
        self.press("Control+Enter")


class ByMouse(AtTheDesk):
    def click(self, target):
        target.click()
        self.actions += 1

    def select(self, quote):
        """Drag from the first character to the last."""
        start = self.source.text.index(quote)
        span = [start, start + len(quote)]
        self.page.evaluate(f"({WHERE})({span[0]}, {span[1]}, false, true)")
        first, last = (
            self.page.evaluate(f"({WHERE})({span[0]}, {span[1]}, {end}, false)")
            for end in ("false", "true")
        )
        self.page.mouse.move(*first)
        self.page.mouse.down()
        self.page.mouse.move(*last, steps=4)
        self.page.mouse.up()

    def choose(self, key, record):
        self.click(self.page.locator(f"#coding-bar button[value={record}]"))

    def fill(self, name, value):
        how, value = value if isinstance(value, tuple) else ("", value)
        how = CHIP if self._is_chip(how, name) else how
        box = self.page.locator(f"#coding-panel [name={name}], #taking [name={name}]")
        if how == CHIP:
            chip = self.chip(name, value)
            if not chip.is_visible():
                self.click(chip.locator("xpath=ancestor::details[1]/summary"))
            self.click(chip)
            return
        if how == TAKE:
            self.click(self.page.locator(f'[name=_take][value="{value}"]'))
            return
        if name.endswith("_make"):
            self.click(self.page.locator("[role=listbox]:not([hidden]) [data-make]"))
        elif not box.is_visible():
            self.click(box.locator("xpath=ancestor::details/summary"))
        if how == PICK:
            box.select_option(label=value)
            self.actions += 2
        elif how == TICK:
            self.click(box)
        else:
            box.click(click_count=3)
            self.actions += 1
            self.write(value) if value else self.page.keyboard.press("Delete")

    def save(self):
        self.click(self.page.locator("[name=_save]"))


# Where the arrow keys stop: the words as the page has divided the text.
WORDS = """
async () => {
  const desk = document.querySelector("script[type=module]").src;
  return (await import(new URL("text.js", desk))).getWords();
}
"""
WHERE = """
(start, end, isEnd, scroll) => {
  const text = document.getElementById("coding-text");
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  let at = 0;
  const wanted = isEnd ? end - 1 : start;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest(".pick")) continue;
    if (wanted < at + node.data.length) {
      const range = document.createRange();
      range.setStart(node, wanted - at);
      range.setEnd(node, wanted - at + 1);
      if (scroll) node.parentElement.scrollIntoView({ block: "center" });
      const box = range.getBoundingClientRect();
      return [isEnd ? box.right - 0.5 : box.left + 0.5, box.top + box.height / 2];
    }
    at += node.data.length;
  }
}
"""
