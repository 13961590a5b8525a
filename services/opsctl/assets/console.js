// Makes the console smoother where scripts run; without it every page works all the same.
(function () {
  "use strict";

  // A form counts once, however often its button is pressed.
  var sent = false;
  document.addEventListener("submit", function (event) {
    if (event.target.method !== "post") {
      return;
    }
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    setTimeout(rest, 10000);
  });
  function rest() {
    sent = false;
  }
  window.addEventListener("pageshow", rest);

  // What moves is fetched again while it moves: the server says when it is over. It is told that
  // nobody asked, so that a page that was left open keeps nobody signed in.
  document.querySelectorAll("[data-live]").forEach(follow);
  function follow(element) {
    var pause = 2000;
    function look() {
      if (document.hidden) {
        setTimeout(look, pause);
        return;
      }
      fetch(element.getAttribute("data-live"), {
        credentials: "same-origin",
        headers: { "x-console-live": "1" },
        redirect: "manual"
      })
        .then(function (answer) {
          if (answer.type === "opaqueredirect") {
            // The session has ended: what is here is for nobody who is not signed in.
            location.reload();
            return null;
          }
          if (!answer.ok) {
            throw new Error(String(answer.status));
          }
          return answer.text();
        })
        .then(function (text) {
          if (text === null) {
            return;
          }
          var page = new DOMParser().parseFromString(text, "text/html");
          var fresh = page.querySelector("[data-live]");
          if (!fresh) {
            // It is over: the page has other buttons now.
            replace(document.querySelector("main"), page.querySelector("main"));
            return;
          }
          replace(element, fresh);
          pause = 2000;
          setTimeout(look, pause);
        })
        .catch(function () {
          pause = Math.min(pause * 2, 60000);
          setTimeout(look, pause);
        });
    }
    setTimeout(look, pause);
  }
  function replace(element, fresh) {
    element.replaceChildren.apply(element, Array.from(fresh.childNodes));
  }
})();
