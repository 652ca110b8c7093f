// Messages as they come: a stream that resumes where it broke, polling where streams do not get through.
import { Refused } from "./api.js";

const SILENCE = 40000; // the server says something every 15 s
const FIRST_WORD = 6000; // a proxy that holds the greeting back will hold messages back too
const POLL = 4000;
const POLL_HIDDEN = 20000;
const POLLS = 75; // before a stream is tried again
const LONGEST_WAIT = 15000;

export class Feed {
  constructor(api, on) {
    this.api = api;
    this.on = on;
    this.run = 0;
    this.polls = 0;
    this.strikes = 0;
    this.wake = () => {};
    this.abort = () => {};
  }

  start(conversation, after) {
    this.stop();
    this.conversation = conversation;
    this.after = after;
    this.follow(++this.run);
  }

  stop() {
    this.run++;
    this.abort();
    this.wake();
  }

  // The network or the page is back: try at once, and not on a connection that may be dead.
  nudge() {
    if (!this.streaming) this.wake();
  }

  restream() {
    this.abort();
    this.wake();
  }

  async follow(run) {
    let failures = 0;
    while (run === this.run) {
      const polling = document.hidden || this.polls > 0 || failures > 1;
      try {
        if (polling) await this.poll(run);
        else await this.stream(run);
        // Twice a question got through where the stream did not: this network lets no stream through.
        if (polling && failures > 1 && ++this.strikes > 1) this.polls = POLLS;
        failures = 0;
        if (run === this.run) await this.pause(document.hidden ? POLL_HIDDEN : this.polls > 0 ? POLL : 500);
      } catch (error) {
        if (run !== this.run) return;
        if (error instanceof Refused && error.isGone) return this.on.gone();
        if (error.aborted) continue;
        failures++;
        if (failures > 1) this.on.lost();
        const wait = Math.min(LONGEST_WAIT, 500 * 2 ** failures) * (0.7 + Math.random() * 0.6);
        await this.pause(Math.max(wait, (error.retryAfter || 0) * 1000));
      }
    }
  }

  pause(time) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, time);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  // What came after that message, and earlier ones whose words were changed `since`.
  ask({ id, token }, after) {
    return this.api.call("GET", `/${id}/messages?after=${after}${this.tellSince("&")}`, { token });
  }

  tellSince(sign) {
    return this.since ? `${sign}since=${encodeURIComponent(this.since)}` : "";
  }

  async poll(run) {
    const told = await this.ask(this.conversation, this.after);
    if (run !== this.run) return;
    this.polls--;
    this.since = told.as_of;
    this.on.live();
    for (const message of told.messages) this.take("message", message);
    for (const message of told.edited) this.take("edited", message);
    this.take("owner", { owner: told.owner });
  }

  async stream(run) {
    const { id, token } = this.conversation;
    const stop = new AbortController();
    let aborted = false;
    this.abort = () => {
      aborted = true;
      stop.abort();
    };
    let watch = setTimeout(() => stop.abort(), FIRST_WORD * 2);
    try {
      const headers = { Accept: "text/event-stream", "Last-Event-ID": String(this.after) };
      const response = await this.api.fetch("GET", `/${id}/events${this.tellSince("?")}`, { token, signal: stop.signal, headers });
      if (!response.body || !response.body.getReader) {
        this.polls = POLLS;
        return;
      }
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      let buffer = "";
      let heard = false;
      this.streaming = true;
      clearTimeout(watch);
      watch = setTimeout(() => {
        this.polls = POLLS;
        stop.abort();
      }, FIRST_WORD);
      for (;;) {
        const { done, value } = await reader.read();
        if (done || run !== this.run) return;
        if (!heard) this.on.live();
        heard = true;
        this.strikes = 0;
        clearTimeout(watch);
        watch = setTimeout(() => stop.abort(), SILENCE);
        buffer += decoder.decode(value, { stream: true });
        const events = buffer.split("\n\n");
        buffer = events.pop();
        events.forEach((event) => this.read(event));
      }
    } catch (error) {
      error.aborted = aborted;
      throw error;
    } finally {
      this.streaming = false;
      clearTimeout(watch);
      stop.abort();
    }
  }

  read(event) {
    const fields = {};
    for (const line of event.split("\n")) {
      const cut = line.indexOf(": ");
      if (cut > 0) fields[line.slice(0, cut)] = line.slice(cut + 2);
    }
    if (fields.data) this.take(fields.event, JSON.parse(fields.data));
  }

  take(event, data) {
    if (event === "message") {
      if (data.seq <= this.after) return;
      this.after = data.seq;
    }
    if (this.on[event]) this.on[event](data);
  }
}
