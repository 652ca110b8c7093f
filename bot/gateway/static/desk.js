// The desk stays up to date: one event stream a page tells that something changed; htmx fetches what is shown.
(() => {
  "use strict";
  const page = document.querySelector("[data-live]");
  if (!page) return;
  const title = document.title;
  const thread = document.getElementById("thread");
  const find = (what) => document.querySelector(what);
  const all = (what) => [...document.querySelectorAll(what)];
  const tell = (name) => document.body.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  let before = null;

  // What works only with this script is shown only now.
  for (const node of all("[data-keys-open], [data-all], [data-print], [data-mentions], [data-filter], button[data-insert]")) node.hidden = false;
  find("[data-focus]")?.focus();

  const announce = (node) => {
    if (!node) return;
    node.textContent = "";
    requestAnimationFrame(() => { node.textContent = node.dataset.text; });
  };

  const show = (counts) => {
    for (const place of all("[data-count]")) place.textContent = counts[place.dataset.count] ?? 0;
    document.title = counts.unassigned ? `(${counts.unassigned}) ${title}` : title;
    if (before !== null) {
      if (JSON.stringify(counts) !== JSON.stringify(before)) announce(find("[data-news]"));
      tell("desk-changed");
    }
    before = counts;
  };

  const stream = new EventSource(page.dataset.live);
  const lost = find("[data-lost]");
  stream.addEventListener("counts", (event) => show(JSON.parse(event.data)));
  stream.addEventListener("present", () => tell("desk-present"));
  stream.addEventListener("notice", (event) => {
    const news = JSON.parse(event.data);
    if (!("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return;
    let shown;
    try { shown = new Notification(news.subject, { tag: `helpdesk-${news.id}`, icon: "/static/icon.svg" }); } catch { return; }  // telephones allow it to service workers only
    shown.addEventListener("click", () => { focus(); location.href = news.url; shown.close(); });
  });
  stream.addEventListener("open", () => { if (lost) lost.hidden = true; });
  stream.addEventListener("error", () => setTimeout(() => { if (lost && stream.readyState !== EventSource.OPEN) lost.hidden = false; }, 4000));
  addEventListener("pagehide", () => stream.close());

  // What is ticked stays ticked when the list is fetched anew.
  const picked = new Set();
  const chosen = find("[data-chosen]");
  const boxes = () => all("input[name=numbers]");
  const count = () => { if (chosen) chosen.textContent = picked.size ? `(${picked.size})` : chosen.dataset.none; };
  const pick = (box) => { picked[box.checked ? "add" : "delete"](box.value); count(); };
  document.addEventListener("change", (event) => { if (event.target.name === "numbers") pick(event.target); });
  find("[data-all]")?.addEventListener("click", () => {
    const on = boxes().some((box) => !box.checked);
    for (const box of boxes()) { box.checked = on; pick(box); }
  });
  const list = document.getElementById("requests");
  if (list) new MutationObserver(() => { for (const box of boxes()) box.checked = picked.has(box.value); }).observe(list, { childList: true });
  count();

  // A reply half written survives a reload, on this device only, until it is sent.
  for (const field of all("textarea[data-draft]")) {
    const key = `desk-draft-${field.dataset.draft}`;
    if (!field.value) field.value = sessionStorage.getItem(key) ?? "";
    let told = 0;
    field.addEventListener("input", () => {
      sessionStorage.setItem(key, field.value);
      if (Date.now() - told < 3000) return;
      told = Date.now();
      const headers = { "X-CSRF-Token": field.form.elements.csrf.value };
      fetch(`/api/v1/requests/${field.dataset.draft}/typing`, { method: "POST", headers }).catch(() => {});
    });
    field.form.addEventListener("submit", () => sessionStorage.removeItem(key));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.requestSubmit();
    });
  }

  // A suggested passage or a ready text goes into the reply where the writing stopped.
  const insert = (button, field, gap) => {
    field.value = field.value.trim() ? field.value.trimEnd() + gap + button : button;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert], [data-mention], [data-print], [data-keys-open]");
    if (!button) return;
    const text = document.getElementById("text");
    const note = document.getElementById("note");
    if (button.dataset.insert !== undefined && text) {
      insert(button.dataset.insert, text, "\n\n");
      announce(find("[data-inserted]"));
    } else if (button.dataset.mention && note) insert(button.dataset.mention, note, " ");
    else if (button.dataset.print !== undefined) print();
    else if (button.dataset.keysOpen !== undefined) keys.showModal();
  });
  for (const field of all("[data-filter]")) {
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/);
      for (const item of document.getElementById(field.dataset.filter).children) {
        item.hidden = !words.every((word) => item.dataset.words.includes(word));
      }
    });
  }

  // Single keys, which can be turned off (WCAG 2.1.4).
  const keys = find("[data-keys]");
  const on = find("[data-keys-on]");
  const KEPT = "desk-keys";
  if (on) {
    on.checked = localStorage.getItem(KEPT) !== "off";
    on.addEventListener("change", () => localStorage.setItem(KEPT, on.checked ? "on" : "off"));
  }
  const step = (by) => {
    const rows = all("[data-request]");
    const at = rows.indexOf(document.activeElement.closest("[data-request]"));
    rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
  };
  const acts = {
    j: () => step(1),
    k: () => step(-1),
    "/": () => find("[data-search], #question")?.focus(),
    x: () => document.activeElement.closest(".row-item")?.querySelector("input[name=numbers]")?.click(),
    p: () => find("[data-claim]")?.click(),
    a: () => document.getElementById("text")?.focus(),
    n: () => document.getElementById("note")?.focus(),
    i: () => find(".breadcrumb a")?.click(),
    "?": () => keys.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const busy = event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]");
    const act = acts[event.key.toLowerCase()];
    if (!on?.checked || busy || !act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });

  const scrollDown = () => {
    if (!thread) return;
    const first = thread.querySelector(".new-line");
    thread.scrollTop = first ? first.offsetTop - thread.offsetTop : thread.scrollHeight;
  };
  if (thread) new MutationObserver(scrollDown).observe(thread, { childList: true });
  document.body.addEventListener("htmx:after:swap", () => { for (const node of all("button[data-insert]")) node.hidden = false; });
  scrollDown();
})();
