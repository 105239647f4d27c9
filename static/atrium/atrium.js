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
