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

  showTyping(key, lasts) {
    clearTimeout(this.typing);
    clearTimeout(this.slow);
    if (!key && !["bot_types", "coordinator_types", "slow"].includes(this.shown)) return;
    this.panel.showStatus(key);
    this.panel.status.classList.toggle("typing", Boolean(key));
    if (!key) return;
    if (key === "bot_types") this.slow = setTimeout(() => this.panel.showStatus("slow"), SLOW_ANSWER);
    this.typing = setTimeout(() => this.showTyping(""), lasts);
  }
}
