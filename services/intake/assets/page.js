// Makes the pages smoother where scripts run; without it they work all the same.
(function () {
  "use strict";

  // A form counts once, however often its button is pressed.
  var sent = false;
  document.addEventListener("submit", function (event) {
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    document.documentElement.className = "busy";
    // A connection that was lost must not leave the user with a dead page.
    setTimeout(rest, 10000);
  });
  function rest() {
    sent = false;
    document.documentElement.className = "";
  }
  // Back from the browser's memory the page may be sent again.
  window.addEventListener("pageshow", rest);

  // Older browsers focus fields alone, and not what is said about the form.
  var told = document.querySelector("[autofocus]");
  if (told && document.activeElement !== told) {
    told.focus();
  }

  // Beside the button: what arrives, what it costs, and on which card.
  var form = document.querySelector("form[data-summary]");
  var summary = form && document.getElementById(form.getAttribute("data-summary"));
  function textOf(element, selector) {
    var found = element && element.querySelector(selector);
    return found ? found.textContent.trim() : "";
  }
  function lineOf(name) {
    var chosen = form.querySelector('input[name="' + name + '"]:checked');
    return chosen ? chosen.parentNode : form.querySelector(".choice.only");
  }
  function say(part, text) {
    summary.querySelector('[data-of="' + part + '"]').textContent = text;
  }
  function summarise() {
    var chosen = form.querySelector('input[name="cash_type"]:checked');
    var offer = chosen && chosen.parentNode;
    var card = lineOf("card_id");
    summary.hidden = !offer;
    if (offer) {
      say("money", textOf(offer, ".money"));
      say("fee", textOf(offer, ".fee"));
      say("card", textOf(card, ".name") + " " + textOf(card, ".tail"));
    }
  }
  if (summary) {
    form.addEventListener("change", summarise);
    summarise();
    // After the first look, so that a page that opens is not read out twice.
    summary.setAttribute("aria-live", "polite");
  }

  // Until another code may be asked for.
  var wait = document.querySelector("[data-wait]");
  if (wait) {
    var until = Date.now() + Number(wait.getAttribute("data-wait")) * 1000;
    var words = wait.textContent;
    var button = document.getElementById(wait.getAttribute("data-button"));
    button.disabled = true;
    var timer = setInterval(count, 1000);
  }
  function count() {
    var left = Math.ceil((until - Date.now()) / 1000);
    if (left > 0) {
      wait.textContent = words.replace(/\d+/, String(left));
      return;
    }
    clearInterval(timer);
    button.disabled = false;
    wait.hidden = true;
  }
})();
