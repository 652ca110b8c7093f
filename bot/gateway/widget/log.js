// The log of what was said: messages in order, what is still on its way, days, and who speaks.
import { h, renderMarkdown } from "./nodes.js";
import { renderCalls, renderRequest, renderSources } from "./cards.js";

const SAME_BREATH = 5 * 60000;
const NEAR_END = 80;

export class Log {
  // `on`: press(button), retry(item), edit(item), seen()
  constructor(words, base, on) {
    this.words = words;
    this.base = base;
    this.on = on;
    this.messages = [];
    this.waiting = new Map();
    this.node = h("div", { class: "log", role: "log", "aria-live": "off", "aria-label": words.say("log"), tabindex: "0" });
    this.down = h("button", { type: "button", class: "down", hidden: true, onclick: () => this.scrollToEnd() }, words.say("newer"));
    this.node.addEventListener("scroll", () => {
      if (this.isAtEnd) this.down.hidden = true;
    });
  }

  // Old messages are laid in silently; only what comes after is announced.
  goLive() {
    requestAnimationFrame(() => this.node.setAttribute("aria-live", "polite"));
  }

  get isAtEnd() {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_END;
  }

  scrollToEnd() {
    this.node.scrollTop = this.node.scrollHeight;
    this.down.hidden = true;
  }

  who(message) {
    if (message.author === "coordinator") {
      const name = message.data && message.data.name;
      return name ? this.words.say("coordinator_named", { name }) : this.words.say("coordinator");
    }
    return this.words.say(message.author === "system" ? "helpdesk" : message.author);
  }

  add(message) {
    if (this.messages.some((other) => other.id === message.id)) return false;
    const pending = this.waiting.get(message.id);
    if (pending) {
      pending.remove();
      this.waiting.delete(message.id);
    }
    // One's own words may arrive before what was said before them.
    const later = this.messages.findIndex((other) => other.seq > message.seq);
    const place = later < 0 ? this.messages.length : later;
    const next = later < 0 ? null : this.find(this.messages[later].id);
    const before = this.messages[place - 1];
    this.messages.splice(place, 0, message);
    const atEnd = this.isAtEnd;
    const at = new Date(message.created_at);
    if (!before || this.words.day(new Date(before.created_at)) !== this.words.day(at)) {
      this.insert(h("p", { class: "day" }, h("span", {}, this.words.day(at))), next);
    }
    const node = this.render(message, this.continues(before, message));
    this.insert(node, next);
    this.showButtons();
    this.follow(node, atEnd || Boolean(pending));
    return true;
  }

  // A person mended what they wrote: the new words stand in its place.
  replace(message) {
    const place = this.messages.findIndex((other) => other.id === message.id);
    const node = this.find(message.id);
    if (place < 0 || this.messages[place].text === message.text) return;
    this.messages[place] = message;
    node.replaceWith(this.render(message, node.classList.contains("goes-on")));
    this.showButtons();
  }

  find(id) {
    return this.node.querySelector(`[data-id="${id}"]`);
  }

  // What is still on its way stays below what has arrived.
  insert(node, next) {
    this.node.insertBefore(node, next || this.waiting.values().next().value || null);
  }

  follow(node, atEnd) {
    if (!atEnd) {
      this.down.hidden = false;
      return;
    }
    this.scrollToEnd();
    // What is longer than the window is read from its beginning.
    if (node.offsetHeight > this.node.clientHeight) this.node.scrollTop = node.offsetTop;
  }

  continues(before, message) {
    return (
      before && before.author === message.author && this.who(before) === this.who(message) &&
      new Date(message.created_at) - new Date(before.created_at) < SAME_BREATH &&
      this.words.day(new Date(before.created_at)) === this.words.day(new Date(message.created_at))
    );
  }

  render(message, continues) {
    const { words, base } = this;
    const at = new Date(message.created_at);
    const said = message.data.locale || message.locale;
    const own = message.author === "visitor";
    const calls = message.data.calls || [];
    // The text lists the calls too, for channels that have no cards.
    const text = calls.length > 1 ? message.text.replace(/^\d+\. .*\n*/gm, "") : message.text;
    const content = own ? [h("p", { class: "plain" }, text)] : renderMarkdown(text, base, words.say("new_tab"));
    return h(
      "div",
      { class: `message ${message.author}${continues ? " goes-on" : ""}`, "data-id": message.id, "data-kind": message.kind },
      h("p", { class: "who" }, h("span", { class: continues ? "hidden" : "" }, this.who(message)), " ", h("time", { datetime: message.created_at, class: continues ? "hidden" : "" }, words.time(at)), message.data.edited && !own ? ` · ${words.say("edited")}` : ""),
      h("div", { class: "bubble", dir: "auto", lang: said === words.locale ? null : said }, content),
      calls.length ? renderCalls(calls, base, words) : null,
      message.sources.length && message.kind !== "choice" ? renderSources(message.sources, base, words, message.data.dates) : null,
      message.data.request && message.data.request.state ? renderRequest(message.data.request, words) : null,
      h("div", { class: "buttons" }),
    );
  }

  // Buttons are there for the newest thing said; older ones would answer a question that is past.
  showButtons() {
    let last = this.messages.length - 1;
    const newest = new Set();
    while (last >= 0 && this.messages[last].author !== "visitor") newest.add(this.messages[last--].id);
    if (this.waiting.size) newest.clear();
    for (const message of this.messages) {
      if (!message.buttons.length) continue;
      const place = this.find(message.id).querySelector(".buttons");
      const shown = newest.has(message.id);
      if (shown === Boolean(place.firstChild)) continue;
      const focused = place.contains(place.getRootNode().activeElement);
      place.replaceChildren(...(shown ? message.buttons.map((button) => this.renderButton(button)) : []));
      if (shown) {
        place.setAttribute("role", "group");
        place.setAttribute("aria-label", this.words.say("choices"));
      } else {
        place.removeAttribute("role");
        place.removeAttribute("aria-label");
        if (focused) this.on.focusLost();
      }
    }
  }

  renderButton(button) {
    const thumb = /^[👍👎]/u.test(button.title);
    return h("button", { type: "button", class: thumb ? "choice thumb" : "choice", onclick: () => this.on.press(button) }, button.title);
  }

  showPending(item) {
    const { words } = this;
    let node = this.waiting.get(item.id);
    const added = !node;
    if (added) {
      // Announced when it has arrived, not twice.
      node = h("div", { class: "message visitor pending", "aria-live": "off" });
      this.waiting.set(item.id, node);
      this.node.append(node);
    }
    const state = h("p", { class: `state ${item.state}`, role: item.state === "failed" ? "alert" : null }, words.say(`state_${item.state}`));
    if (item.problem) state.append(" ", item.problem);
    const actions = item.state === "failed" && [
      h("button", { type: "button", class: "small", onclick: () => this.on.retry(item) }, words.say("retry")),
      h("button", { type: "button", class: "small", onclick: () => this.on.edit(item) }, words.say("edit")),
    ];
    node.replaceChildren(
      h("p", { class: "who" }, h("span", {}, words.say("visitor"))),
      h("div", { class: "bubble", dir: "auto" }, h("p", { class: "plain" }, item.title || item.text)),
      state,
      ...(actions || []),
    );
    this.showButtons();
    if (added) this.scrollToEnd();
  }

  dropPending(id) {
    const node = this.waiting.get(id);
    if (node) node.remove();
    this.waiting.delete(id);
    this.showButtons();
  }
}
