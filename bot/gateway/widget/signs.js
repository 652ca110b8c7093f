// Signs of life in the line below the log: the connection, and who is writing.
const SLOW_ANSWER = 12000;

export class Signs {
  constructor(panel) {
    this.panel = panel;
  }

  get shown() {
    return this.panel.status.dataset.key;
  }

  showConnection(lost) {
    if (lost || !navigator.onLine) this.panel.showStatus(navigator.onLine ? "reconnecting" : "offline");
    else if (["reconnecting", "offline"].includes(this.shown)) this.panel.showStatus("");
  }

  // So many wait that the answer takes a while: how long, instead of a sign that somebody writes already.
  showPlace(seconds) {
    this.showTyping("queued", seconds * 2000, this.panel.words.say("queued", { count: seconds }));
  }

  showTyping(key, lasts, text) {
    clearTimeout(this.typing);
    clearTimeout(this.slow);
    if (!key && !["bot_types", "coordinator_types", "slow", "queued"].includes(this.shown)) return;
    this.panel.showStatus(key, text);
    this.panel.status.classList.toggle("typing", Boolean(key));
    if (!key) return;
    if (key === "bot_types") this.slow = setTimeout(() => this.panel.showStatus("slow"), SLOW_ANSWER);
    this.typing = setTimeout(() => this.showTyping(""), lasts);
  }
}
