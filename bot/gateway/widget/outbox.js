// What the visitor said and the server has not yet got: sent in order, once each, until it arrives.
import { Unreachable } from "./api.js";

const LONGEST_PAUSE = 20000;

export class Outbox {
  // `changed(item)` tells of sending, waiting and failed; `sent(item, answer)` that it arrived.
  constructor(api, store, on) {
    this.api = api;
    this.store = store;
    this.on = on;
    this.items = [];
    this.busy = false;
    this.timer = 0;
    this.failures = 0;
  }

  open(conversation) {
    this.conversation = conversation;
    this.items = (conversation.queue || []).map((item) => ({ ...item, state: "waiting" }));
    this.known = new Set(this.items.map((item) => item.id));
  }

  close() {
    clearTimeout(this.timer);
    this.conversation = null;
    this.items = [];
  }

  add(said) {
    const item = { id: makeId(), state: "sending", ...said };
    this.items.push(item);
    this.known.add(item.id);
    this.keep();
    this.flush();
    return item;
  }

  retry(item) {
    item.state = "sending";
    this.on.changed(item);
    this.flush();
  }

  drop(item) {
    this.items = this.items.filter((other) => other !== item);
    this.keep();
  }

  // It came back with the record: whoever sent it, it is there.
  confirm(id) {
    const item = this.items.find((other) => other.id === id);
    if (item) this.drop(item);
  }

  // What another tab has waiting is left there.
  keep() {
    const { queue = [] } = this.store.read() || {};
    const others = queue.filter((item) => !this.known.has(item.id));
    this.store.change({ queue: [...others, ...this.items.map(({ id, text, value, title }) => ({ id, text, value, title }))] });
  }

  async flush() {
    clearTimeout(this.timer);
    if (this.busy || !this.conversation) return;
    this.busy = true;
    try {
      for (;;) {
        const item = this.items.find((other) => other.state !== "failed");
        if (!item || !(await this.send(item))) return;
      }
    } finally {
      this.busy = false;
    }
  }

  // True if the next may follow.
  async send(item) {
    const { id, token } = this.conversation;
    const body = item.value ? { id: item.id, value: item.value } : { id: item.id, text: item.text };
    try {
      const answer = await this.api.call("POST", `/${id}/messages`, { token, body });
      this.failures = 0;
      this.drop(item);
      this.on.sent(item, answer);
      return true;
    } catch (error) {
      if (error.isGone) {
        this.on.gone(item);
        return false;
      }
      if (!(error instanceof Unreachable) && !error.isPassing) {
        item.state = "failed";
        item.problem = (error.errors && error.errors[0] && error.errors[0].message) || error.message;
        this.on.changed(item);
        return true;
      }
      item.state = "waiting";
      item.problem = error.status === 429 ? error.message : "";
      this.on.changed(item);
      this.failures++;
      const pause = Math.min(LONGEST_PAUSE, 700 * 2 ** this.failures);
      this.timer = setTimeout(() => this.flush(), Math.max(pause, (error.retryAfter || 0) * 1000));
      return false;
    }
  }
}

// Version 4 of RFC 9562; the browser's own is not there on pages without TLS.
function makeId() {
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));
}
