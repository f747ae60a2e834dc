// The form on /verify works without this file. With it: a file may be dropped, its size is checked before it is
// sent, the upload shows its progress, after a failure of the network the input is still there, and an answer can
// be read in the other language or in larger type without choosing the file again.
"use strict";

(() => {
  const MOST = 25 * 1024 * 1024;
  const PARTS = ["header.top", "main", "footer.foot"];
  let sent = null;

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
    const label = box.querySelector("p");
    const words = form.dataset;
    const empty = shown.textContent;

    const say = (message) => { said.textContent = message; };

    function choose() {
      const file = input.files[0];
      shown.textContent = file ? `${file.name} (${size(file.size)})` : empty;
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
      box.hidden = false;
      button.disabled = true;
      label.textContent = words.working;
      const progress = (percent) => {
        if (percent === null) { bar.removeAttribute("value"); label.textContent = words.working; return; }
        bar.value = percent;
        label.textContent = words.sending.replace("{percent}", percent);
      };
      post(new FormData(form), form.getAttribute("action"), progress, (message) => {
        box.hidden = true;
        button.disabled = false;
        say(message || words.offline);
      });
    });
  }

  // Post the form; `failed` is told what the answer's form says, or "" when there was no answer at all.
  function post(data, address, progress, failed) {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "document";
    request.setRequestHeader("Accept", "text/html");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(Math.floor((100 * event.loaded) / event.total));
    });
    request.upload.addEventListener("load", () => progress(null));
    request.addEventListener("error", () => failed(""));
    request.addEventListener("load", () => {
      const answer = request.response;
      if (!answer || !answer.querySelector("main")) { failed(""); return; }
      const error = answer.querySelector("form[data-verify] .error");
      if (error) { failed(error.textContent); return; }
      if (!sent) history.pushState({ answered: true }, "", "/verify");
      sent = data;
      show(answer);
    });
    request.send(data);
  }

  function show(answer) {
    for (const part of PARTS) {
      document.querySelector(part).replaceWith(document.adoptNode(answer.querySelector(part)));
    }
    document.documentElement.lang = answer.documentElement.lang;
    document.documentElement.classList.toggle("large", answer.documentElement.classList.contains("large"));
    document.title = answer.title;
    window.scrollTo(0, 0);
    const main = document.querySelector("main");
    main.setAttribute("tabindex", "-1");
    main.focus();
  }

  function size(octets) {
    return octets < 1048576 ? `${Math.max(1, Math.round(octets / 1024))} KB` : `${(octets / 1048576).toFixed(1)} MB`;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest('.menu a[href^="?"]');
    if (!link || !sent) return;
    event.preventDefault();
    const follow = () => { window.location = link.getAttribute("href"); };
    post(sent, `/verify${link.getAttribute("href")}`, () => {}, follow);
  });
  window.addEventListener("popstate", () => window.location.reload());
  start();
})();
