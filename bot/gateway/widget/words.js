// Sentences in the visitor's language, and dates and numbers as that language writes them.
import { CONFIG } from "./config.js";

export class Words {
  // Each language is a file of its own: nobody fetches the one they do not read.
  static async of(locale) {
    const { default: sentences } = await import(`${CONFIG.base}/widget-${locale}.js`);
    return new Words(locale, sentences);
  }

  constructor(locale, sentences) {
    this.locale = locale;
    this.sentences = sentences;
    this.plural = new Intl.PluralRules(locale);
  }

  say(key, facts = {}) {
    let found = this.sentences[key];
    if (typeof found === "object") found = found[this.plural.select(facts.count)] || found.other;
    return found.replace(/{(\w+)}/g, (_, name) => facts[name]);
  }

  time(instant, timeZone) {
    return new Intl.DateTimeFormat(this.locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone }).format(instant);
  }

  day(instant) {
    const now = new Date();
    const days = Math.round((startOfDay(now) - startOfDay(instant)) / 864e5);
    if (days === 0) return this.say("today");
    if (days === 1) return this.say("yesterday");
    const form = { weekday: "long", day: "numeric", month: "long" };
    if (instant.getFullYear() !== now.getFullYear()) form.year = "numeric";
    return new Intl.DateTimeFormat(this.locale, form).format(instant);
  }

  // Deadlines are days in Latvia, wherever the reader is.
  date(instant) {
    const form = { day: "numeric", month: "long", year: "numeric", timeZone: CONFIG.timezone };
    return new Intl.DateTimeFormat(this.locale, form).format(instant);
  }

  // The hour only where it matters: midnight belongs to the day that ends then.
  deadline(instant) {
    const hour = this.time(instant, CONFIG.timezone);
    const date = this.date(instant - 1000);
    return ["23:59", "00:00"].includes(hour) ? date : `${date}, ${hour}`;
  }

  moment(instant) {
    return `${this.day(instant)}, ${this.time(instant)}`;
  }

  // As they stand in the bot's own sentences.
  amount(...numbers) {
    const inLatvian = this.locale === "lv";
    const told = numbers.map((number) => String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, inLatvian ? "\u00a0" : ",")).join("–");
    return inLatvian ? `${told}\u00a0EUR` : `EUR ${told}`;
  }
}

function startOfDay(instant) {
  return new Date(instant.getFullYear(), instant.getMonth(), instant.getDate()).getTime();
}
