// The form that carries a message to an identity provider sends itself; without scripts a button does.
(function () {
  "use strict";
  const form = document.getElementById("post-form");
  if (form) form.submit();
})();
