// Nothing here is needed: every page works without it.
// Someone who has never chosen a time zone gets their browser's.
(function () {
  "use strict";
  const form = document.getElementById("detected-time-zone");
  if (!form) return;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || zone === form.dataset.shown) return;
  form.elements.time_zone.value = zone;
  fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" }).then(function (response) {
    if (response.ok && form.dataset.reload) window.location.reload();
  });
})();

// What is loaded into the dialog opens it; Cancel and Escape close it, and the page is as it was.
(function () {
  "use strict";
  const dialog = document.getElementById("dialog");
  if (!dialog) return;
  document.body.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target === dialog && !dialog.open) dialog.showModal();
  });
  dialog.addEventListener("click", function (event) {
    const closing = event.target === dialog || event.target.closest("[data-close]");
    if (!closing) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", function () {
    dialog.replaceChildren();
    // What was chosen and not confirmed is not what counts: show what does.
    document.querySelectorAll("form.setting-options").forEach(function (form) { form.reset(); });
  });
})();
