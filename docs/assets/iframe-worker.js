// A page that is opened from a disk may start no worker, which the search runs in: there a hidden frame does its work.
if (location.protocol === "file:")
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.onmessage = null;
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.appendChild(this.frame);
      this.listen = (event) => {
        if (event.source !== this.frame.contentWindow) return;
        const told = new MessageEvent("message", { data: event.data });
        this.dispatchEvent(told);
        if (this.onmessage) this.onmessage(told);
      };
      addEventListener("message", this.listen);
      const page = this.frame.contentDocument;
      page.open();
      page.write(
        // what a worker has and a frame lacks: to answer whoever made it, and to load scripts one after another
        "<script>postMessage = function (data) { parent.postMessage(data, '*') };" +
          "importScripts = function () { return [].slice.call(arguments).reduce(function (before, address) {" +
          "return before.then(function () { return new Promise(function (done, failed) {" +
          "var script = document.createElement('script'); script.src = address; script.onload = done;" +
          "script.onerror = failed; document.body.appendChild(script) }) }) }, Promise.resolve()) }<\/script>" +
          '<script src="' + url + '"><\/script>',
      );
      page.close();
      this.ready = new Promise((done) => this.frame.addEventListener("load", done));
    }
    postMessage(data) {
      this.ready.then(() =>
        this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data, source: window })),
      );
    }
    terminate() {
      removeEventListener("message", this.listen);
      this.frame.remove();
    }
  };
