// The age of what the page shows, counted here, in the browser: it goes on when the broker, the line or the data stand still.
// And the way back: a page whose line is gone is joined to the broker again, or loaded again once it answers.
(() => {
  const PAINT_EVERY_MS = 250;
  const OFFSETS_KEPT = 10;      // how late a word of the broker was on its way is told against the quickest of so many
  const ASK_EVERY_MS = 1000;    // while the line is lost
  const ASK_FOR_MS = 3000;
  const JOIN_MAX_MS = 8000;     // a broker that answers for so long without taking the page back: it is loaded again
  const DEAD_AFTER_MS = 20000;  // of a page that stands still though its line is there, the broker is asked what it has
  const DEAD_AHEAD_S = 15;      // the broker is ahead of the page by so much
  const RELOAD_EVERY_MS = 120000;

  // --- the clock

  const marks = new Set();
  const offsets = [];
  let known = null;   // the second that is shown: { second, age, every, late, stale, at, wall }
  let lastWord = "";
  let state = "";

  // Neither clock alone is enough: one stands while the machine sleeps, the other is set.
  const passed = (at, wall) => Math.max(performance.now() - at, Date.now() - wall);

  function take(word) {
    if (word === lastWord) return;
    lastWord = word;
    if (!word) { known = null; return; }
    const [second, age, sent, every, late, stale] = word.split(" ").map(Number);
    const at = performance.now();
    offsets.push(at - sent);
    if (offsets.length > OFFSETS_KEPT) offsets.shift();
    // What waited on its way is older than it was when it was sent.
    known = { second, age: age + (at - sent) - Math.min(...offsets), every, late, stale, at, wall: Date.now() };
  }

  const ageMs = () => known === null ? null : known.age + passed(known.at, known.wall);

  function span(seconds) {
    return seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
  }

  function reading() {
    const age = ageMs();
    if (age === null) return { state: "none", words: "No data yet", why: "The page has no data yet." };
    const slow = (known.every - 1) * 1000;   // a source, or a page, that is slower by nature
    const seconds = Math.floor(age / 1000);
    const now = age < known.late * 1000 + slow ? "live" : age < known.stale * 1000 + slow ? "late" : "stale";
    return {
      state: now, words: now === "live" ? "Live" : `${span(seconds)} old`,
      why: now === "live" ? "The page shows the newest second." : `No new data for ${span(seconds)}. All data on this page is at least that old.`,
    };
  }

  function paint() {
    const now = reading();
    for (const mark of marks) mark.paint(now, state);
    if (now.state !== state) {
      state = now.state;
      document.documentElement.dataset.age = state;
    }
  }

  class Age extends HTMLElement {
    static observedAttributes = ["shown"];

    connectedCallback() {
      if (!this.words) {
        this.append(document.createElement("i"), this.words = document.createElement("span"));
        this.firstChild.setAttribute("aria-hidden", "true");
        if (this.hasAttribute("says")) {
          this.say = document.createElement("span");
          this.say.className = "sr";
          this.say.setAttribute("role", "status");
          this.append(this.say);
        }
      }
      marks.add(this);
      paint();
    }

    disconnectedCallback() { marks.delete(this); }

    attributeChangedCallback(name, before, word) { take(word); paint(); }

    paint(now, before) {
      if (!this.words) return;
      this.dataset.state = now.state;
      if (this.words.textContent !== now.words) { this.words.textContent = now.words; this.title = now.why; }
      // The age changes every second; who hears the page is told when it turns only.
      if (this.say && now.state !== before && before && before !== "none" && now.state !== "none") {
        this.say.textContent = { live: "Live again.", late: "The data is late.", stale: "The data is old: no new data arrives." }[now.state];
      }
    }
  }

  customElements.define("hvi-age", Age);
  setInterval(paint, PAINT_EVERY_MS);
  // A page that was in the background, asleep or kept aside is right before it is seen.
  for (const [target, name] of [[document, "visibilitychange"], [document, "resume"], [window, "pageshow"], [window, "focus"]]) target.addEventListener(name, paint);

  // --- the way back

  const modal = document.getElementById("components-reconnect-modal");
  const what = modal.querySelector("[data-lost=what]");
  const more = modal.querySelector("[data-lost=more]");
  let lost = null;   // { refused, answers, timer }

  const write = (element, words) => { if (element.textContent !== words) element.textContent = words; };

  async function answers() {
    try { return (await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(ASK_FOR_MS) })).ok; } catch { return false; }
  }

  // The page itself must be there: what the browser shows in place of one that is not has no script that could try again.
  async function reload() {
    try {
      const page = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(ASK_FOR_MS) });
      if (page.status < 500) { location.reload(); return true; }
    } catch { /* asked again */ }
    return false;
  }

  function say() {
    if (lost.answers === null) {
      write(what, "The connection to the broker is lost; retrying.");
      write(more, "The page updates automatically after reconnection. Until then, its mark shows the age of the data.");
    } else if (lost.refused) {
      write(what, "The broker restarted or released this page; reloading.");
      write(more, "Range, cursor and filters of the page are kept.");
    } else {
      write(what, "The broker answers; reconnecting.");
      write(more, "The page updates automatically, or is reloaded in a few seconds.");
    }
  }

  async function follow(own) {
    const answered = await answers();
    if (lost !== own) return;
    own.answers = answered ? own.answers ?? performance.now() : null;
    say();
    const waited = own.answers !== null && performance.now() - own.answers > JOIN_MAX_MS;
    if (own.answers !== null && (own.refused || waited) && await reload()) return;
    if (lost === own) own.timer = setTimeout(() => follow(own), ASK_EVERY_MS);
  }

  function begin(refused) {
    if (lost) {
      lost.refused ||= refused;
      return;
    }
    lost = { refused, answers: null, timer: 0 };
    say();
    follow(lost);
  }

  function end() {
    if (lost) clearTimeout(lost.timer);
    lost = null;
  }

  modal.addEventListener("components-reconnect-state-changed", e => {
    switch (e.detail.state) {
      case "hide": end(); break;
      case "rejected": case "failed": case "resume-failed": begin(true); break;
      default: begin(false);
    }
  });

  // A page can also die with its line in place, or before it ever had one. The broker is asked what it has.
  async function isDead() {
    if (document.querySelector("main[data-live=true]") === null) return performance.now() > DEAD_AFTER_MS && await answers();
    const standing = () => known !== null && ageMs() > DEAD_AFTER_MS + known.every * 2000;
    if (!standing()) return false;
    const answer = await fetch("/api/v1/status", { cache: "no-store", signal: AbortSignal.timeout(ASK_FOR_MS) });
    return answer.ok && (await answer.json()).second - (known?.second ?? Infinity) > DEAD_AHEAD_S + known.every * 2 && standing();
  }

  async function watch() {
    try {
      if (lost || document.hidden || Date.now() - Number(sessionStorage.getItem("hvi-reload") ?? 0) < RELOAD_EVERY_MS || !await isDead()) return;
      sessionStorage.setItem("hvi-reload", String(Date.now()));
      await reload();
    } catch { /* asked again */ }
  }

  setInterval(watch, DEAD_AFTER_MS / 2);

  Blazor.start({ circuit: { reconnectionOptions: { maxRetries: undefined, retryIntervalMilliseconds: attempt => attempt === 0 ? 0 : 1000 } } });
})();
