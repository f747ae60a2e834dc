// The form on /verify works without this file. With it: a file may be dropped, its size is checked before it is
// sent, the upload shows its progress, and after a failure of the network the input is still there.
"use strict";

(() => {
  const MOST = 25 * 1024 * 1024;

  function start() {
    const form = document.querySelector("form[data-verify]");
    if (!form) return;
    document.documentElement.classList.add("scripted");
    const drop = form.querySelector(".drop");
    const input = form.querySelector("input[type=file]");
    const text = form.querySelector("textarea");
    const shown = form.querySelector("[data-shown]");
    const said = form.querySelector("[data-said]");
    const button = form.querySelector("button");
    const box = form.querySelector(".progress");
    const bar = form.querySelector("progress");
    const words = form.dataset;
    const empty = shown.textContent;

    const say = (message) => { said.textContent = message; };

    function choose() {
      const file = input.files[0];
      shown.textContent = file ? `${file.name}（${size(file.size)}）` : empty;
      say(file && file.size > MOST ? words.tooLarge : "");
    }

    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
    }
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; choose(); }
    });
    input.addEventListener("change", choose);

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const file = input.files[0];
      if (!file && !text.value.trim()) { say(words.nothing); input.focus(); return; }
      if (file && text.value.trim()) { say(words.both); text.focus(); return; }
      if (file && file.size > MOST) { say(words.tooLarge); return; }
      say("");
      send();
    });

    function send() {
      const request = new XMLHttpRequest();
      const label = box.querySelector("p");
      request.open("POST", form.action);
      request.responseType = "document";
      request.setRequestHeader("Accept", "text/html");
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        const percent = Math.floor((100 * event.loaded) / event.total);
        bar.value = percent;
        label.textContent = words.sending.replace("{percent}", percent);
      });
      request.upload.addEventListener("load", () => { bar.removeAttribute("value"); label.textContent = words.working; });
      request.addEventListener("load", () => show(request));
      request.addEventListener("error", () => finish(words.offline));
      box.hidden = false;
      button.disabled = true;
      label.textContent = words.working;
      request.send(new FormData(form));
    }

    function finish(message) {
      box.hidden = true;
      button.disabled = false;
      say(message);
    }

    function show(request) {
      const answer = request.response;
      const main = answer && answer.querySelector("main");
      if (!main) { finish(words.offline); return; }
      if (answer.querySelector("form[data-verify]")) {
        const error = answer.querySelector(".field .error");
        finish(error ? error.textContent : "");
        return;
      }
      document.querySelector("main").replaceWith(document.adoptNode(main));
      document.title = answer.title;
      history.pushState({ answered: true }, "", form.action);
      window.scrollTo(0, 0);
      main.setAttribute("tabindex", "-1");
      main.focus();
    }
  }

  function size(octets) {
    return octets < 1024 * 1024 ? `${Math.max(1, Math.round(octets / 1024))} KB` : `${(octets / 1048576).toFixed(1)} MB`;
  }

  window.addEventListener("popstate", () => window.location.reload());
  start();
})();
