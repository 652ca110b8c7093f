// <sic-chat>: the launcher and its panel, the conversation behind them, and what keeps the two in step.
import { CONFIG } from "./config.js";
import { Api } from "./api.js";
import { Feed } from "./feed.js";
import { Log } from "./log.js";
import { h, icon } from "./nodes.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Store } from "./store.js";
import { Words } from "./words.js";

const TALK = "M4 5h16v11H9l-5 4z";
const TYPING_LASTS = 7000;
const SLOW_ANSWER = 12000;
const GIVES_UP = 45000;
const QUIET_POLL = 30000;

const DARK = matchMedia("(prefers-color-scheme: dark)");
const sheet = makeSheet();

function makeSheet() {
  try {
    const made = new CSSStyleSheet();
    made.replaceSync(CONFIG.style);
    return made;
  } catch {
    return null;
  }
}

export class SicChat extends HTMLElement {
  constructor() {
    super();
    this.root = this.attachShadow({ mode: "open" });
    // Browsers of before 2023 read the same style from a file: an inline one would break a strict policy.
    if (sheet && this.root.adoptedStyleSheets) this.root.adoptedStyleSheets = [sheet];
    this.frame = h("div", { class: "frame" });
    if (!(sheet && this.root.adoptedStyleSheets)) this.root.append(h("link", { rel: "stylesheet", href: `${CONFIG.base}/static/widget.css` }));
    this.root.append(this.frame);
    this.store = new Store("sic-chat");
    this.unread = 0;
  }

  async connectedCallback() {
    await this.build();
    this.listeners = [
      this.store.watch((kept) => this.follow(kept)),
      on(window, "online", () => this.reconnect()),
      on(window, "offline", () => this.showConnection()),
      on(window, "pageshow", (event) => event.persisted && this.reconnect()),
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
    if (!this.feed) return;
    this.feed.stop();
    this.outbox.close();
  }

  get isPage() {
    return this.hasAttribute("page");
  }

  get isOpen() {
    return this.isPage || !this.panel.node.hidden;
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
    this.api = new Api(CONFIG.base, words);
    this.log = new Log(words, CONFIG.base, {
      press: (button) => this.say({ value: button.value, title: button.title }),
      retry: (item) => this.outbox.retry(item),
      edit: (item) => this.edit(item),
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
        send: (text) => this.say({ text }),
        draft: (draft) => this.keepDraft(draft),
        person: () => this.say({ text: words.say("person") }),
        attach: () => this.withMore((more) => more.pick()),
        more: () => this.withMore((more) => more.toggle()),
      },
    });
    this.outbox = new Outbox(this.api, this.store, {
      changed: (item) => this.log.showPending(item),
      sent: (item, answer) => this.arrived(item, answer),
      gone: (item) => this.lose(item),
    });
    this.feed = new Feed(this.api, {
      message: (message) => this.hear(message),
      owner: ({ owner }) => this.own(owner),
      edited: (message) => this.log.replace(message),
      typing: () => this.showTyping("coordinator_types", TYPING_LASTS),
      gone: () => this.lose(),
      lost: () => this.showConnection(true),
      live: () => this.showConnection(false),
    });
    this.badge = h("span", { class: "badge", hidden: true });
    this.launcher = h(
      "button",
      { type: "button", class: "launcher", "aria-expanded": "false", "aria-controls": "panel", onclick: () => (this.isOpen ? this.close() : this.open()) },
      icon(TALK), h("span", { class: "launcher-words" }, words.say("launcher")), this.badge,
    );
    this.frame.lang = words.locale;
    this.shade();
    this.frame.replaceChildren(this.panel.node, ...(this.isPage ? [] : [this.launcher]));
    this.panel.showConversation(false);
    this.showUnread();
  }

  // Opening and closing

  open(byPerson = true) {
    this.panel.node.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.frame.classList.add("open");
    this.store.change({ open: true });
    this.unread = 0;
    this.showUnread();
    this.log.scrollToEnd();
    this.listen();
    if (byPerson) this.panel.focus();
  }

  close() {
    if (this.isPage) return;
    this.panel.node.hidden = true;
    this.launcher.setAttribute("aria-expanded", "false");
    this.frame.classList.remove("open");
    this.store.change({ open: false });
    this.launcher.focus();
    this.listen();
  }

  key(event) {
    if (event.key !== "Escape") return;
    if (this.more && this.more.isOpen) this.more.close(true);
    else if (this.isOpen) this.close();
  }

  // The conversation

  async begin() {
    this.panel.showNotice("");
    this.panel.agree.disabled = true;
    this.panel.showStatus("beginning");
    try {
      const page = location.origin + location.pathname;
      const body = { locale: this.words.locale, consent: CONFIG.notice, page };
      const told = await this.api.call("POST", "", { body });
      this.store.begin({ id: told.conversation.id, token: told.token, open: true, queue: [], draft: this.saved || "", seen: 0 });
      this.saved = "";
      this.panel.showStatus("");
      await this.follow(this.store.read());
      this.panel.focus();
    } catch (error) {
      this.panel.showStatus("");
      this.panel.showNotice(error.message && error.status ? error.message : this.words.say("cannot_begin"));
      this.panel.agree.focus();
    } finally {
      this.panel.agree.disabled = false;
    }
  }

  // Goes on with what is kept: after a reload, in a second tab, the next day.
  async follow(kept) {
    if (!kept) {
      if (this.conversation) await this.forget();
      return;
    }
    if (this.conversation && this.conversation.id === kept.id) {
      if (this.panel.input.value !== kept.draft && document.hidden) this.panel.write(kept.draft || "");
      return;
    }
    if (this.conversation) await this.forget();
    if (kept.locale && kept.locale !== this.words.locale) await this.build();
    this.conversation = kept;
    this.panel.showConversation(true);
    this.panel.write(kept.draft || "");
    if (kept.open && !this.isPage && !this.isOpen) this.open(false);
    this.outbox.open(kept);
    this.outbox.items.forEach((item) => this.log.showPending(item));
    await this.read(kept);
    if (this.conversation !== kept) return;
    this.outbox.flush();
    this.listen();
  }

  async read(kept) {
    this.isReading = true;
    this.log.node.setAttribute("aria-busy", "true");
    try {
      let told;
      do {
        const after = this.last || 0;
        told = await this.api.call("GET", `/${kept.id}/messages?after=${after}`, { token: kept.token });
        if (this.conversation !== kept) return;
        told.messages.forEach((message) => this.hear(message));
      } while (told.messages.length >= 500);
      this.own(told.owner);
    } catch (error) {
      if (error.isGone) this.lose();
      else this.showConnection(true);
    } finally {
      this.isReading = false;
      this.log.node.setAttribute("aria-busy", "false");
      this.log.scrollToEnd();
      this.log.goLive();
    }
  }

  // A stream while somebody may be looking for news, now and then otherwise.
  listen() {
    clearTimeout(this.quiet);
    const kept = this.conversation;
    if (!kept || this.isReading) return;
    if (this.isOpen || this.owner !== "bot" || this.outbox.items.length) {
      if (this.following !== kept) this.feed.start(kept, this.last || 0);
      this.following = kept;
      return;
    }
    this.following = null;
    this.feed.stop();
    this.quiet = setTimeout(() => this.read(kept).then(() => this.listen()), QUIET_POLL);
  }

  hear(message) {
    this.last = Math.max(this.last || 0, message.seq);
    this.outbox.confirm(message.id);
    const added = this.log.add(message);
    const kept = this.store.read();
    const seen = (kept && kept.seen) || 0;
    if (message.author !== "visitor") this.showTyping("");
    if (!added || message.seq <= seen) return;
    this.store.change({ seen: message.seq });
    if (message.author === "visitor" || (this.isReading && seen === 0)) return;
    if (!this.isOpen || document.hidden) {
      this.unread++;
      this.showUnread();
      if (kept.sound) this.withMore((more) => more.beep());
    }
  }

  own(owner) {
    if (this.owner === owner) return;
    this.owner = owner;
    this.panel.showOwner(owner);
    this.listen();
  }

  say(said) {
    const item = this.outbox.add(said);
    this.log.showPending(item);
    this.listen();
    this.panel.input.focus();
  }

  arrived(item, answer) {
    this.log.dropPending(item.id);
    this.hear(answer.message);
    this.own(answer.owner);
    const last = this.log.messages[this.log.messages.length - 1];
    if (answer.owner !== "coordinator" && last.author === "visitor") this.showTyping("bot_types", GIVES_UP);
  }

  edit(item) {
    this.outbox.drop(item);
    this.log.dropPending(item.id);
    if (item.text) this.panel.write([this.panel.input.value, item.text].filter(Boolean).join("\n"));
    this.panel.input.focus();
  }

  keepDraft(draft) {
    clearTimeout(this.drafting);
    this.drafting = setTimeout(() => this.store.change({ draft }), 250);
  }

  // Gone: erased elsewhere, or kept as long as was promised. What was being said is not lost with it.
  async lose(item) {
    const draft = [item && item.text, this.panel.input.value].filter(Boolean).join("\n");
    this.store.clear();
    await this.forget();
    this.saved = draft;
    this.panel.showNotice(this.words.say("gone"));
  }

  async forget() {
    clearTimeout(this.quiet);
    clearTimeout(this.drafting);
    this.feed.stop();
    this.outbox.close();
    const wasOpen = this.isOpen;
    this.conversation = this.following = null;
    this.last = 0;
    this.owner = undefined;
    this.unread = 0;
    await this.build();
    if (wasOpen && !this.isPage) this.open(false);
  }

  // Connection and signs of life

  reconnect() {
    this.showConnection(false);
    this.outbox.flush();
    this.feed.restream();
  }

  looked() {
    if (document.hidden) return;
    if (this.isOpen) {
      this.unread = 0;
      this.showUnread();
    }
    this.feed.nudge();
    this.outbox.flush();
  }

  showConnection(lost) {
    if (lost || !navigator.onLine) this.panel.showStatus(navigator.onLine ? "reconnecting" : "offline");
    else if (["reconnecting", "offline"].includes(this.panel.status.dataset.key)) this.panel.showStatus("");
  }

  showTyping(key, lasts) {
    clearTimeout(this.typing);
    clearTimeout(this.slow);
    const shown = this.panel.status.dataset.key;
    if (!key && !["bot_types", "coordinator_types", "slow"].includes(shown)) return;
    this.panel.showStatus(key);
    this.panel.status.classList.toggle("typing", Boolean(key));
    if (!key) return;
    if (key === "bot_types") this.slow = setTimeout(() => this.panel.showStatus("slow"), SLOW_ANSWER);
    this.typing = setTimeout(() => this.showTyping(""), lasts);
  }

  showUnread() {
    const { words, unread } = this;
    this.badge.hidden = !unread;
    this.badge.textContent = unread ? String(unread) : "";
    this.launcher.setAttribute("aria-label", unread ? words.say("launcher_unread", { count: unread }) : words.say("launcher"));
    const title = document.title.replace(/^\(\d+\) /, "");
    document.title = unread && document.hidden ? `(${unread}) ${title}` : title;
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
