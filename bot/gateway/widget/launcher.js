// The button that opens the chat, and how much in it is unread.
import { h, icon } from "./nodes.js";

const TALK = "M4 5h16v11H9l-5 4z";

export class Launcher {
  // `elsewhere` is the chat's own page, for a site that may not show the chat itself: a link then leads there.
  constructor(words, toggle, elsewhere) {
    this.words = words;
    this.unread = 0;
    this.badge = h("span", { class: "badge", hidden: true });
    const content = [icon(TALK), h("span", { class: "launcher-words" }, words.say("launcher")), this.badge];
    this.node = elsewhere
      ? h("a", { class: "launcher", href: elsewhere, target: "_blank", rel: "noopener" }, content)
      : h("button", { type: "button", class: "launcher", "aria-expanded": "false", "aria-controls": "panel", onclick: toggle }, content);
    this.show(0);
  }

  show(unread) {
    const { node, words, badge } = this;
    this.unread = unread;
    badge.hidden = !unread;
    badge.textContent = unread || "";
    const name = unread ? words.say("launcher_unread", { count: unread }) : words.say("launcher");
    node.setAttribute("aria-label", node.href ? `${name} (${words.say("new_tab")})` : name);
    const title = document.title.replace(/^\(\d+\) /, "");
    document.title = unread && document.hidden ? `(${unread}) ${title}` : title;
  }
}
