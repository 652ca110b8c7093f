// The desk stays up to date: one event stream a page tells that something changed; htmx fetches what is shown.
(() => {
  "use strict";
  const page = document.querySelector("[data-live]");
  if (!page) return;
  const title = document.title;
  const news = document.querySelector("[data-news]");
  const thread = document.getElementById("thread");
  let before = null;

  const scrollDown = () => { if (thread) thread.scrollTop = thread.scrollHeight; };

  const show = (counts) => {
    for (const place of document.querySelectorAll("[data-count]")) {
      place.textContent = counts[place.dataset.count] ?? 0;
    }
    document.title = counts.unassigned ? `(${counts.unassigned}) ${title}` : title;
    if (before !== null && news) {
      news.textContent = "";
      requestAnimationFrame(() => { news.textContent = news.dataset.text; });
    }
    if (before !== null) document.body.dispatchEvent(new CustomEvent("desk-changed", { bubbles: true }));
    before = counts;
  };

  const stream = new EventSource(page.dataset.live);
  stream.addEventListener("counts", (event) => show(JSON.parse(event.data)));
  addEventListener("pagehide", () => stream.close());

  // A reply half written survives a reload, on this device only, until it is sent.
  for (const field of document.querySelectorAll("textarea[data-draft]")) {
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

  // A suggested passage goes into the reply where the writing stopped, with its source.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    const field = document.getElementById("text");
    if (!button || !field) return;
    const gap = field.value.trim() ? "\n\n" : "";
    field.value = field.value.trimEnd() + gap + button.dataset.insert;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    const told = document.querySelector("[data-inserted]");
    if (told) told.textContent = told.dataset.text;
  });

  if (thread) new MutationObserver(scrollDown).observe(thread, { childList: true });
  scrollDown();
})();
