// What few need at once, fetched when the menu is first opened: take the conversation along, send a file, erase it.
import { h, hidden } from "./nodes.js";
import { mailTo, saveFile, writeTranscript } from "./transcript.js";
import { FILES, SENTENCES, STYLE, TELEGRAM } from "./sentences.js";
import { dress } from "./style.js";

export class More {
  constructor(chat, config) {
    this.chat = chat;
    this.config = config;
    this.words = Object.create(chat.words, { sentences: { value: SENTENCES[chat.words.locale] } });
    dress(chat.root, STYLE, `${config.base}/static/widget-more.css`);
    this.list = h("ul", { class: "menu", hidden: true, id: "menu" });
    this.button = chat.panel.more;
    this.button.after(this.list);
    this.button.setAttribute("aria-controls", "menu");
    this.button.parentNode.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.button.parentNode.contains(event.relatedTarget)) this.close(false);
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  toggle() {
    if (this.isOpen) return this.close(true);
    this.list.replaceChildren(...this.items().map((item) => h("li", {}, this.render(item))));
    this.list.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.list.querySelector("button, a").focus();
  }

  close(refocus) {
    this.list.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    if (refocus) this.button.focus();
  }

  items() {
    const { chat, words } = this;
    const kept = chat.store.read() || {};
    const other = words.locale === "lv" ? "en" : "lv";
    return [
      { key: "copy", run: () => this.copy() },
      { key: "download", run: () => this.saveTranscript() },
      { key: "mail", href: mailTo(chat.words.say("title"), this.transcript(), words.say("mail_cut")) },
      { key: "elsewhere", run: () => this.continueElsewhere() },
      TELEGRAM && { key: "telegram", run: () => this.continueInTelegram() },
      { key: "sound", pressed: Boolean(kept.sound), run: () => this.toggleSound() },
      { key: `language_${other}`, lang: other, run: () => this.switchLanguage(other) },
      { key: "privacy", href: new URL(`/privacy?lang=${words.locale}`, this.config.base).href },
      { key: "export", run: () => this.export() },
      { key: "erase", run: () => this.erase() },
    ].filter(Boolean);
  }

  render({ key, pressed, href, run, lang }) {
    const title = this.words.say(key);
    if (href) return h("a", { href, target: key === "privacy" ? "_blank" : null, rel: "noopener" }, title);
    const press = () => {
      this.close(true);
      run();
    };
    return h("button", { type: "button", lang, "aria-pressed": pressed === undefined ? null : String(pressed), onclick: press }, title);
  }

  tell(key) {
    this.chat.panel.showStatus(key, this.words.say(key));
  }

  complain(error) {
    if (error.isGone) return this.chat.lose();
    this.chat.panel.showNotice(error.status ? error.message : this.chat.words.say("no_network"));
  }

  // The conversation's own path and token, for what is asked about it.
  call(method, path, options) {
    const { kept, api } = this.chat.conversation;
    return api.call(method, `/${kept.id}${path}`, { token: kept.token, ...options });
  }

  // Asks inside the panel. The safe answer has the focus, and Escape means it.
  ask(question, yes, no, detail) {
    const { panel } = this.chat;
    const back = panel.node.getRootNode().activeElement;
    return new Promise((resolve) => {
      const dialog = h("div", { class: "dialog" });
      const done = (answer) => {
        dialog.remove();
        if (back && back.isConnected) back.focus();
        resolve(answer);
      };
      const stay = h("button", { type: "button", class: "secondary", onclick: () => done(false) }, no);
      const answers = [yes && h("button", { type: "button", class: "primary danger", onclick: () => done(true) }, yes), stay];
      const box = h("div", { role: "alertdialog", "aria-modal": "true", "aria-labelledby": "question", class: "box" }, h("p", { id: "question" }, question), detail, h("div", { class: "answers" }, answers));
      dialog.append(box);
      dialog.addEventListener("keydown", (event) => {
        if (event.key === "Tab") keepInside(box, event);
        if (event.key !== "Escape") return;
        event.stopPropagation();
        done(false);
      });
      panel.node.append(dialog);
      stay.focus();
    });
  }

  transcript() {
    const { chat } = this;
    return writeTranscript(chat.log.messages, this.config.base, this.words, (message) => chat.log.who(message));
  }

  saveTranscript() {
    saveFile(this.words.say("file_name"), "text/plain;charset=utf-8", this.transcript());
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.transcript());
      this.tell("copied");
    } catch {
      this.saveTranscript();
    }
  }

  toggleSound() {
    const sound = !(this.chat.store.read() || {}).sound;
    this.chat.store.change({ sound });
    if (sound) this.beep();
    this.tell(sound ? "sound_on" : "sound_off");
  }

  async switchLanguage(locale) {
    const { chat } = this;
    await this.call("PATCH", "", { body: { locale } }).catch(() => {});
    chat.store.change({ locale });
    await chat.forget();
    await chat.follow(chat.store.read());
    chat.panel.more.focus();
  }

  async continueElsewhere() {
    const { words } = this;
    try {
      const { url } = await this.call("POST", "/resume-link");
      const field = h("input", { readonly: true, value: url, "aria-label": words.say("elsewhere"), onfocus: (event) => event.target.select() });
      await this.ask(words.say("elsewhere_how"), null, words.say("done"), field);
    } catch (error) {
      this.complain(error);
    }
  }

  async continueInTelegram() {
    const { chat, words } = this;
    try {
      const { telegram } = await this.call("POST", "/resume-link");
      if (!telegram) return chat.panel.showNotice(words.say("telegram_away"));
      const link = h("a", { class: "primary", href: telegram, target: "_blank", rel: "noopener" }, words.say("telegram_open"), hidden(` (${chat.words.say("new_tab")})`));
      await this.ask(words.say("telegram_how"), null, words.say("done"), link);
    } catch (error) {
      this.complain(error);
    }
  }

  async export() {
    try {
      const told = await this.call("GET", "/export");
      saveFile(this.words.say("export_name"), "application/json", JSON.stringify(told, null, 2));
    } catch (error) {
      this.complain(error);
    }
  }

  async erase() {
    const { chat, words } = this;
    if (!(await this.ask(words.say("erase_ask"), words.say("erase_yes"), words.say("erase_no")))) return;
    try {
      await this.call("DELETE", "");
    } catch (error) {
      if (!error.isGone) return this.complain(error);
    }
    chat.store.clear();
    await chat.forget();
    this.tell("erased");
    chat.panel.focus();
  }

  pick() {
    const input = h("input", { type: "file", accept: FILES.accept });
    input.addEventListener("change", () => input.files[0] && this.attach(input.files[0]));
    input.click();
  }

  beep() {
    try {
      const context = new AudioContext();
      const tone = context.createOscillator();
      const volume = context.createGain();
      volume.gain.setValueAtTime(0.08, context.currentTime);
      volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.3);
      tone.frequency.value = 660;
      tone.connect(volume).connect(context.destination);
      tone.start();
      tone.stop(context.currentTime + 0.3);
      tone.onended = () => context.close();
    } catch {
      // A browser that refuses sound before a gesture: the badge says it too.
    }
  }

  async attach(file) {
    const { chat, words } = this;
    const { largest } = FILES;
    chat.panel.showNotice("");
    if (file.size > largest) return chat.panel.showNotice(words.say("file_too_large", { most: largest / 1048576 }));
    chat.panel.showStatus("file", words.say("file_sending", { name: file.name }));
    try {
      const body = new FormData();
      body.append("file", file);
      chat.conversation.hear((await this.call("POST", "/files", { body, patience: 120000 })).message);
    } catch (error) {
      const reason = error.status ? (error.errors[0] || error).message || error.message : chat.words.say("no_network");
      chat.panel.showNotice(words.say("file_failed", { name: file.name, reason }));
    }
    chat.panel.showStatus("");
  }

  // A link made elsewhere opens the conversation here, once.
  async resume(code) {
    const { chat } = this;
    try {
      const { conversation, token } = await chat.conversation.api.call("POST", "/resume", { body: { code } });
      chat.store.clear();
      chat.store.begin({ id: conversation.id, token, locale: conversation.locale, open: true, queue: [], draft: "", seen: 0 });
      await chat.forget();
    } catch (error) {
      chat.panel.showNotice(error.status ? this.words.say("resume_failed") : chat.words.say("no_network"));
    }
  }
}

function keepInside(box, event) {
  const stops = [...box.querySelectorAll("a, button, input")];
  const edge = event.shiftKey ? stops[0] : stops[stops.length - 1];
  if (box.getRootNode().activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops[stops.length - 1] : stops[0]).focus();
}
