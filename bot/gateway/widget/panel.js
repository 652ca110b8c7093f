// The chat's window: head, log, state, and the place to write. It knows nothing of the network.
import { h, icon } from "./nodes.js";
import { CONFIG } from "./config.js";

const MORE = "M12 6.5v.01M12 12v.01M12 17.5v.01";
const CLOSE = "M6 6l12 12M18 6L6 18";
const SEND = "M4 12l16-8-6 16-2.5-6.5z";
const CLIP = "M8 12l5.5-5.5a3 3 0 014.2 4.2l-7.7 7.7a5 5 0 01-7-7L10.5 4";
const COUNT_FROM = 200;

export class Panel {
  // `on`: close(), agree(), send(text), draft(text), person(), attach(), more()
  constructor(words, { page, base, log, on }) {
    this.words = words;
    this.on = on;
    this.page = page;
    this.base = base;
    this.log = log;
    this.status = h("p", { class: "status", role: "status" });
    this.owner = h("p", { class: "owner" });
    this.notice = h("div", { class: "notice", role: "alert", hidden: true });
    this.more = h("button", { type: "button", class: "icon more", "aria-expanded": "false", "aria-label": words.say("menu"), onclick: () => on.more() }, icon(MORE));
    this.consent = this.makeConsent();
    this.composer = this.makeComposer();
    this.node = h(
      "section",
      { class: "panel", id: "panel", "aria-labelledby": "title", hidden: !page },
      h("header", { class: "head" }, h("div", { class: "head-words" }, h("h2", { id: "title" }, words.say("title")), this.owner), h("div", { class: "menu-place" }, this.more), page ? null : this.makeClose()),
      this.notice,
      h("div", { class: "body" }, this.consent, log.node, log.down),
      this.status,
      this.composer,
    );
  }

  makeClose() {
    return h("button", { type: "button", class: "icon", "aria-label": this.words.say("close"), onclick: () => this.on.close() }, icon(CLOSE));
  }

  makeConsent() {
    const { words } = this;
    const points = ["consent_program", "consent_kept", "consent_read", "consent_never"];
    this.agree = h("button", { type: "button", class: "primary", onclick: () => this.on.agree() }, words.say("agree"));
    return h(
      "div",
      { class: "consent" },
      h("p", { class: "hello" }, words.say("hello")),
      h("ul", {}, points.map((key) => h("li", {}, words.say(key, CONFIG.facts)))),
      h("p", {}, h("a", { href: new URL(`/privacy?lang=${words.locale}`, this.base).href, target: "_blank", rel: "noopener" }, words.say("privacy_link"), h("span", { class: "hidden" }, ` (${words.say("new_tab")})`))),
      this.agree,
      this.page ? null : h("button", { type: "button", class: "secondary", onclick: () => this.on.close() }, words.say("decline")),
      this.makeContact(),
    );
  }

  makeContact() {
    const { email, phone } = CONFIG.contact;
    if (!email && !phone) return null;
    return h(
      "p",
      { class: "soft" },
      this.words.say("contact"),
      phone ? [" ", h("a", { href: `tel:${phone.replace(/\s/g, "")}` }, phone)] : null,
      email ? [" ", h("a", { href: `mailto:${email}` }, email)] : null,
    );
  }

  makeComposer() {
    const { words } = this;
    this.input = h("textarea", { id: "say", rows: "1", dir: "auto", "aria-describedby": "hint count", oninput: () => this.typed() });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
      event.preventDefault();
      this.submit();
    });
    this.count = h("p", { class: "count", id: "count", role: "status" });
    this.clip = h("button", { type: "button", class: "icon", hidden: true, "aria-label": words.say("attach"), onclick: () => this.on.attach() }, icon(CLIP));
    this.person = h("button", { type: "button", class: "person", onclick: () => this.on.person() }, words.say("person"));
    const submit = (event) => {
      event.preventDefault();
      this.submit();
    };
    return h(
      "form",
      { class: "composer", hidden: true, onsubmit: submit },
      h("div", { class: "above" }, h("label", { for: "say" }, words.say("say")), this.person),
      h("div", { class: "row" }, this.clip, this.input, h("button", { type: "submit", class: "send", "aria-label": words.say("send") }, icon(SEND))),
      h("p", { class: "hint", id: "hint" }, words.say("hint")),
      this.count,
    );
  }

  typed() {
    const { input } = this;
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, 160)}px`;
    const left = CONFIG.longest - input.value.length;
    this.count.textContent = left < 0 ? this.words.say("too_long", { count: -left }) : left < COUNT_FROM ? this.words.say("left", { count: left }) : "";
    input.setAttribute("aria-invalid", String(left < 0));
    this.on.draft(input.value);
  }

  // Nothing typed is ever cut: what is too long stays until it is made shorter.
  submit() {
    const text = this.input.value.trim();
    if (!text || this.input.value.length > CONFIG.longest) return this.input.focus();
    this.write("");
    this.on.send(text);
  }

  write(text) {
    this.input.value = text;
    this.typed();
  }

  showConversation(begun) {
    this.consent.hidden = begun;
    this.log.node.hidden = !begun;
    this.composer.hidden = !begun;
    this.more.hidden = !begun;
    if (!begun) this.showOwner("bot");
  }

  showOwner(owner) {
    this.owner.textContent = this.words.say(`owner_${owner}`);
    this.node.dataset.owner = owner;
    this.clip.hidden = owner !== "coordinator";
    this.person.hidden = owner !== "bot";
  }

  // Told politely, once: the same words again are not news.
  showStatus(key, text = key && this.words.say(key)) {
    if (this.status.textContent !== text) this.status.textContent = text;
    this.status.dataset.key = key || "";
  }

  showNotice(text) {
    this.notice.hidden = !text;
    this.notice.replaceChildren(...(text ? [text] : []));
  }

  focus() {
    if (this.composer.hidden) this.agree.focus();
    else this.input.focus();
  }
}
