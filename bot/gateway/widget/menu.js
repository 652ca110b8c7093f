// What can be done with the conversation as a whole: take it along, silence it, erase it.
import { h, icon } from "./nodes.js";

const MORE = "M12 5a1.8 1.8 0 110 3.6 1.8 1.8 0 010-3.6zm0 5.2a1.8 1.8 0 110 3.6 1.8 1.8 0 010-3.6zm0 5.2a1.8 1.8 0 110 3.6 1.8 1.8 0 010-3.6z";

export class Menu {
  // `items()` gives [{key, facts?, pressed?, href?, run}] at each opening.
  constructor(words, items) {
    this.words = words;
    this.items = items;
    this.list = h("ul", { class: "menu", hidden: true, id: "menu" });
    this.button = h(
      "button",
      { type: "button", class: "icon", "aria-expanded": "false", "aria-controls": "menu", "aria-label": words.say("menu"), onclick: () => this.toggle() },
      icon(MORE),
    );
    this.node = h("div", { class: "menu-place" }, this.button, this.list);
    this.node.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.node.contains(event.relatedTarget)) this.close(false);
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  toggle() {
    if (this.isOpen) return this.close(true);
    this.list.replaceChildren(...this.items().map((item) => h("li", {}, this.render(item))));
    this.list.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.list.querySelector("button, a").focus();
  }

  close(refocus) {
    this.list.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    if (refocus) this.button.focus();
  }

  render({ key, pressed, href, run, lang }) {
    const title = this.words.say(key);
    if (href) return h("a", { href, target: key === "privacy" ? "_blank" : null, rel: "noopener" }, title);
    const press = () => {
      this.close(true);
      run();
    };
    return h("button", { type: "button", lang: lang || null, "aria-pressed": pressed === undefined ? null : String(pressed), onclick: press }, title);
  }
}
