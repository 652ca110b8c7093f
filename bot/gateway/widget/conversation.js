// One conversation: what is said and heard, and what keeps it in step with the server.
import { CONFIG } from "./config.js";
import { Api } from "./api.js";
import { Feed } from "./feed.js";
import { Outbox } from "./outbox.js";

const TYPING_LASTS = 7000;
const GIVES_UP = 45000;
const QUIET_POLL = 30000;

export class Conversation {
  // `chat` shows it: its words, store, log, panel and signs. Before consent there is nothing `kept`.
  constructor(chat) {
    this.chat = chat;
    this.kept = null;
    this.last = 0;
    const { log, signs, store } = chat;
    this.api = new Api(CONFIG.base, chat.words);
    this.outbox = new Outbox(this.api, store, {
      changed: (item) => log.showPending(item),
      sent: (item, answer) => this.arrived(item, answer),
      gone: (item) => chat.lose(item),
    });
    this.feed = new Feed(this.api, {
      message: (message) => this.hear(message),
      owner: ({ owner }) => this.own(owner),
      edited: (message) => log.replace(message),
      typing: () => signs.showTyping("coordinator_types", TYPING_LASTS),
      gone: () => chat.lose(),
      lost: () => signs.showConnection(true),
      live: () => signs.showConnection(false),
    });
  }

  // What to keep of a new one: whoever has it can go on with it.
  async begin(draft) {
    const { words } = this.chat;
    const page = location.origin + location.pathname;
    const told = await this.api.call("POST", "", { body: { locale: words.locale, consent: CONFIG.notice, page } });
    return { id: told.conversation.id, token: told.token, open: true, queue: [], draft, seen: 0 };
  }

  async goOn(kept) {
    this.kept = kept;
    this.outbox.open(kept);
    this.outbox.items.forEach((item) => this.chat.log.showPending(item));
    await this.read();
    if (!this.kept) return;
    this.outbox.flush();
    this.listen();
  }

  leave() {
    clearTimeout(this.quiet);
    clearTimeout(this.drafting);
    this.kept = null;
    this.feed.stop();
    this.outbox.close();
  }

  async read() {
    const { kept, feed, chat } = this;
    const { log } = chat;
    this.isReading = true;
    log.node.setAttribute("aria-busy", "true");
    try {
      let told;
      do {
        told = await feed.ask(kept, this.last);
        if (this.kept !== kept) return;
        feed.since = told.as_of;
        told.messages.forEach((message) => this.hear(message));
        told.edited.forEach((message) => log.replace(message));
      } while (told.messages.length >= 500);
      this.own(told.owner);
    } catch (error) {
      if (error.isGone) chat.lose();
      else chat.signs.showConnection(true);
    } finally {
      this.isReading = false;
      log.node.setAttribute("aria-busy", "false");
      log.scrollToEnd();
      log.goLive();
    }
  }

  // A stream while somebody may be looking for news, now and then otherwise.
  listen() {
    clearTimeout(this.quiet);
    const { kept, feed } = this;
    if (!kept || this.isReading) return;
    if (this.chat.isOpen || this.owner !== "bot" || this.outbox.items.length) {
      if (!this.following) feed.start(kept, this.last);
      this.following = true;
      return;
    }
    this.following = false;
    feed.stop();
    this.quiet = setTimeout(() => this.read().then(() => this.listen()), QUIET_POLL);
  }

  hear(message) {
    const { chat } = this;
    // Up to here nothing is missing: what came early is asked for once more.
    if (message.seq === this.last + 1) this.last++;
    this.outbox.confirm(message.id);
    const added = chat.log.add(message);
    const { seen } = chat.store.read() || { seen: 0 };
    if (message.author !== "visitor") chat.signs.showTyping("");
    if (!added || message.seq <= seen) return;
    chat.store.change({ seen: message.seq });
    if (message.author !== "visitor" && !(this.isReading && seen === 0)) chat.noticeNews();
  }

  own(owner) {
    if (this.owner === owner) return;
    this.owner = owner;
    this.chat.panel.showOwner(owner);
    this.listen();
  }

  say(said) {
    this.chat.log.showPending(this.outbox.add(said));
    this.listen();
    this.chat.panel.input.focus();
  }

  arrived(item, answer) {
    const { log, signs } = this.chat;
    log.dropPending(item.id);
    this.hear(answer.message);
    this.own(answer.owner);
    const last = log.messages[log.messages.length - 1];
    if (answer.owner === "coordinator" || last.author !== "visitor") return;
    if (answer.place) signs.showPlace(answer.place.seconds);
    else signs.showTyping("bot_types", GIVES_UP);
  }

  edit(item) {
    const { log, panel } = this.chat;
    this.outbox.drop(item);
    log.dropPending(item.id);
    if (item.text) panel.write([panel.input.value, item.text].filter(Boolean).join("\n"));
    panel.input.focus();
  }

  keepDraft(draft) {
    clearTimeout(this.drafting);
    this.drafting = setTimeout(() => this.chat.store.change({ draft }), 250);
  }

  // The network is back: try at once, and not on a connection that may be dead.
  reconnect() {
    this.chat.signs.showConnection(false);
    this.outbox.flush();
    this.feed.restream();
  }

  looked() {
    this.feed.nudge();
    this.outbox.flush();
  }
}
