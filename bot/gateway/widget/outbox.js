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
  }

  close() {
    clearTimeout(this.timer);
    this.conversation = null;
    this.items = [];
  }

  add(said) {
    const item = { id: makeId(), at: Date.now(), state: "sending", ...said };
    this.items.push(item);
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

  keep() {
    this.store.change({ queue: this.items.map(({ id, at, text, value, title }) => ({ id, at, text, value, title })) });
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

function makeId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
