// <sic-chat>: the launcher, the panel and the conversation put together, opened, closed and kept.
import { CONFIG } from "./config.js";
import { Conversation } from "./conversation.js";
import { Launcher } from "./launcher.js";
import { Log } from "./log.js";
import { h } from "./nodes.js";
import { Panel } from "./panel.js";
import { Signs } from "./signs.js";
import { Store } from "./store.js";
import { dress } from "./style.js";
import { Words } from "./words.js";

const DARK = matchMedia("(prefers-color-scheme: dark)");

export class SicChat extends HTMLElement {
  constructor() {
    super();
    this.root = this.attachShadow({ mode: "open" });
    dress(this.root, CONFIG.style, `${CONFIG.base}/static/widget.css`);
    this.frame = h("div", { class: "frame" });
    this.root.append(this.frame);
    this.store = new Store("sic-chat");
  }

  async connectedCallback() {
    await this.build();
    if (!this.isAllowed) return;
    this.listeners = [
      this.store.watch((kept) => this.follow(kept)),
      on(window, "online", () => this.conversation.reconnect()),
      on(window, "offline", () => this.signs.showConnection()),
      on(window, "pageshow", (event) => event.persisted && this.conversation.reconnect()),
      on(document, "visibilitychange", () => this.looked()),
      on(this.root, "keydown", (event) => this.key(event)),
      on(DARK, "change", () => this.shade()),
    ];
    const link = this.isPage && /^#resume=([\w-]{1,200})$/.exec(location.hash);
    if (link) {
      history.replaceState(null, "", location.pathname + location.search);
      await this.useMore().then((more) => more.resume(link[1]), () => {});
    }
    this.follow(this.store.read());
  }

  disconnectedCallback() {
    (this.listeners || []).forEach((leave) => leave());
    if (this.conversation) this.conversation.leave();
  }

  get isPage() {
    return this.hasAttribute("page");
  }

  get isOpen() {
    return this.isPage || !this.panel.node.hidden;
  }

  // Whether the server answers to this site at all: what it allows is set there.
  get isAllowed() {
    return [new URL(CONFIG.base).origin, ...CONFIG.origins].includes(location.origin);
  }

  shade() {
    const theme = this.getAttribute("theme");
    this.frame.classList.toggle("dark", theme ? theme === "dark" : DARK.matches);
  }

  chooseLocale() {
    const kept = this.store.read();
    const asked = [kept && kept.locale, this.lang, document.documentElement.lang].map((tag) => (tag || "").slice(0, 2).toLowerCase());
    return asked.find((tag) => CONFIG.locales.includes(tag)) || CONFIG.locale;
  }

  async build() {
    const words = (this.words = await Words.of(this.chooseLocale()));
    this.frame.lang = words.locale;
    this.shade();
    if (!this.isAllowed) return this.pointElsewhere();
    this.log = new Log(words, CONFIG.base, {
      press: (button) => this.conversation.say({ value: button.value, title: button.title }),
      retry: (item) => this.conversation.outbox.retry(item),
      edit: (item) => this.conversation.edit(item),
      focusLost: () => this.panel.input.focus(),
    });
    this.more = null;
    this.panel = new Panel(words, {
      page: this.isPage,
      base: CONFIG.base,
      log: this.log,
      on: {
        close: () => this.close(),
        agree: () => this.begin(),
        send: (text) => this.conversation.say({ text }),
        draft: (draft) => this.conversation.keepDraft(draft),
        person: () => this.conversation.say({ text: words.say("person") }),
        attach: () => this.withMore((more) => more.pick()),
        more: () => this.withMore((more) => more.toggle()),
      },
    });
    this.signs = new Signs(this.panel);
    this.conversation = new Conversation(this);
    this.launcher = new Launcher(words, () => (this.isOpen ? this.close() : this.open()));
    this.frame.replaceChildren(this.panel.node, ...(this.isPage ? [] : [this.launcher.node]));
    this.panel.showConversation(false);
  }

  pointElsewhere() {
    console.warn(`sic-chat: ${location.origin} is not in HELPDESK_EMBED_ORIGINS`);
    this.launcher = new Launcher(this.words, null, `${CONFIG.base}/chat?lang=${this.words.locale}`);
    this.frame.replaceChildren(this.launcher.node);
  }

  // Opening and closing

  open(byPerson = true) {
    if (!this.panel) return this.launcher.node.click();
    this.panel.node.hidden = false;
    this.launcher.node.setAttribute("aria-expanded", "true");
    this.frame.classList.add("open");
    this.store.change({ open: true });
    this.launcher.show(0);
    this.log.scrollToEnd();
    this.conversation.listen();
    if (byPerson) this.panel.focus();
  }

  // Words to begin with, from a page that offers some. What the visitor has typed is left alone.
  suggest(text) {
    this.open();
    if (!this.panel) return;
    if (!this.conversation.kept) this.saved = text;
    else if (!this.panel.input.value) this.panel.write(text);
  }

  close() {
    if (this.isPage) return;
    this.panel.node.hidden = true;
    this.launcher.node.setAttribute("aria-expanded", "false");
    this.frame.classList.remove("open");
    this.store.change({ open: false });
    this.launcher.node.focus();
    this.conversation.listen();
  }

  key(event) {
    if (event.key !== "Escape") return;
    if (this.more && this.more.isOpen) this.more.close(true);
    else if (this.isOpen) this.close();
  }

  looked() {
    if (document.hidden) return;
    this.launcher.show(this.isOpen ? 0 : this.launcher.unread);
    this.conversation.looked();
  }

  noticeNews() {
    if (this.isOpen && !document.hidden) return;
    this.launcher.show(this.launcher.unread + 1);
    if (this.store.read().sound) this.withMore((more) => more.beep());
  }

  // From consent to erasure

  async begin() {
    const { panel } = this;
    panel.showNotice("");
    panel.agree.disabled = true;
    panel.showStatus("beginning");
    try {
      this.store.begin(await this.conversation.begin(this.saved || ""));
      this.saved = "";
      await this.follow(this.store.read());
      panel.focus();
    } catch (error) {
      panel.showNotice((error.status && error.message) || this.words.say("cannot_begin"));
      panel.agree.focus();
    } finally {
      if (panel.status.dataset.key === "beginning") panel.showStatus("");
      panel.agree.disabled = false;
    }
  }

  // Goes on with what is kept: after a reload, in a second tab, the next day.
  async follow(kept) {
    const current = this.conversation.kept;
    if (current && kept && current.id === kept.id) {
      if (this.panel.input.value !== kept.draft && document.hidden) this.panel.write(kept.draft || "");
      return;
    }
    if (current) await this.forget();
    if (!kept) return;
    if (kept.locale && kept.locale !== this.words.locale) await this.build();
    const { panel, conversation } = this;
    panel.showConversation(true);
    panel.write(kept.draft || "");
    if (kept.open && !this.isOpen) this.open(false);
    await conversation.goOn(kept);
  }

  // Gone: erased elsewhere, or kept as long as was promised. What was being said is not lost with it.
  async lose(item) {
    this.saved = [item && item.text, this.panel.input.value].filter(Boolean).join("\n");
    this.store.clear();
    await this.forget();
    this.panel.showNotice(this.words.say("gone"));
  }

  async forget() {
    const wasOpen = this.isOpen;
    this.conversation.leave();
    await this.build();
    if (wasOpen && !this.isPage) this.open(false);
  }

  // The menu and what hangs on it come when they are first needed.
  async useMore() {
    if (!this.more) {
      const { panel } = this;
      const { More } = await import(`${CONFIG.base}/widget-more.js`);
      if (panel === this.panel && !this.more) this.more = new More(this, CONFIG);
    }
    return this.more;
  }

  withMore(use) {
    this.useMore().then(use, () => this.panel.showNotice(this.words.say("no_network")));
  }
}

function on(target, event, listener) {
  target.addEventListener(event, listener);
  return () => target.removeEventListener(event, listener);
}

if (!customElements.get("sic-chat")) {
  customElements.define("sic-chat", SicChat);
  if (!document.querySelector("sic-chat")) {
    const script = [...document.scripts].find((one) => one.src === import.meta.url);
    const chat = document.createElement("sic-chat");
    if (script) for (const name of ["lang", "side", "theme"]) if (script.dataset[name]) chat.setAttribute(name, script.dataset[name]);
    document.body.append(chat);
  }
}
