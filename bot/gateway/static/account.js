// Notifications on the screen: this browser asks its owner once; what is shown is chosen in the form beside.
(() => {
  "use strict";
  const place = document.querySelector("[data-screen]");
  if (!place || !("Notification" in window)) return;
  const button = place.querySelector("[data-allow]");
  const state = place.querySelector("[data-state]");
  const show = () => {
    button.hidden = Notification.permission !== "default";
    state.textContent = state.dataset[Notification.permission] ?? "";
  };
  button.addEventListener("click", () => Notification.requestPermission().then(show));
  place.hidden = false;
  show();
})();
