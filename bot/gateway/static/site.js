// A link that leads to the chat's own page opens the chat here instead, where it can.
for (const link of document.querySelectorAll("[data-open-chat]")) {
  link.addEventListener("click", (event) => {
    const chat = document.querySelector("sic-chat");
    if (!chat || !chat.open || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.question) chat.suggest(link.dataset.question);
    else chat.open();
  });
}
