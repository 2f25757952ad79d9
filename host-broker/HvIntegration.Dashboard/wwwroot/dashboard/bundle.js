// Fetches a bundle so that the page can tell how far it is and stop it. The browser keeps a file only once it is whole.

const TELL_EVERY_MS = 250;
const END_TRIES = 120;        // the end is told again while the line to the broker is lost
const END_EVERY_MS = 1000;

// A problem's own sentence; any other answer by its number.
async function refusal(answer) {
  try { return (await answer.json()).detail ?? `The broker answered ${answer.status}.`; } catch { return `The broker answered ${answer.status}.`; }
}

function fileName(answer) {
  return /filename="?([^";]+)"?/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "incident.hvi";
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The download reads the address after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// Which share of its seconds came: the lines that hold them are the first part of the zip file, so they can be read along. What cannot be read is not told.
class Progress {
  constructor(first, end) {
    this.first = first;
    this.end = end;
    this.newest = first;
    this.header = new Uint8Array(0);
    this.skip = null;
    const lines = new DecompressionStream("deflate-raw");
    this.into = lines.writable.getWriter();
    this.follow(lines.readable.getReader()).catch(() => { });
  }

  static of(answer) {
    const [first, end] = ["Hvi-First-Second", "Hvi-End-Second"].map(name => Number(answer.headers.get(name)));
    return first > 0 && end > first && window.DecompressionStream ? new Progress(first, end) : null;
  }

  get percent() { return Math.max(0, Math.min(100, (this.newest - this.first) / (this.end - this.first) * 100)); }

  take(bytes) {
    if (this.skip === null) {
      const all = new Uint8Array(this.header.length + bytes.length);
      all.set(this.header);
      all.set(bytes, this.header.length);
      if (all.length < 30) { this.header = all; return; }
      // A local header of zip: 30 bytes, the part's name, its extra field.
      this.skip = 30 + all[26] + all[27] * 256 + all[28] + all[29] * 256;
      bytes = all;
    }
    const cut = Math.min(this.skip, bytes.length);
    this.skip -= cut;
    if (cut < bytes.length) this.into.write(bytes.slice(cut)).catch(() => { });
  }

  async follow(lines) {
    const latin = new TextDecoder("latin1");
    let head = "";
    for (;;) {
      const { done, value } = await lines.read();
      if (done) return;
      const begun = (head + latin.decode(value)).split("\n");
      for (const line of begun) {
        const second = /^\{"second":(\d+),/.exec(line.slice(0, 40));
        if (second) this.newest = Number(second[1]) + 1;
      }
      head = begun[begun.length - 1].slice(0, 40);
    }
  }
}

class Fetch {
  constructor(address, dotnet) {
    this.stop = new AbortController();
    this.dotnet = dotnet;
    this.run(address);
  }

  tell(method, ...words) { return this.dotnet.invokeMethodAsync(method, ...words).catch(() => { }); }

  async end(method, ...words) {
    for (let i = 0; i < END_TRIES && !this.stop.signal.aborted; i++) {
      try { await this.dotnet.invokeMethodAsync(method, ...words); return; } catch { await new Promise(r => setTimeout(r, END_EVERY_MS)); }
    }
  }

  async run(address) {
    let answered = false;
    try {
      const answer = await fetch(address, { signal: this.stop.signal });
      if (!answer.ok) { await this.end("Failed", await refusal(answer)); return; }
      answered = true;
      const reader = answer.body.getReader();
      const progress = Progress.of(answer);
      const parts = [];
      let bytes = 0, told = 0;
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
        bytes += value.length;
        progress?.take(value);
        if (performance.now() - told >= TELL_EVERY_MS) { told = performance.now(); this.tell("Received", bytes, progress?.percent ?? null); }
      }
      const name = fileName(answer);
      save(new Blob(parts, { type: answer.headers.get("Content-Type") ?? "" }), name);
      await this.end("Saved", name, bytes);
    } catch (e) {
      if (this.stop.signal.aborted) return;
      await this.end("Failed", answered ? "The broker ended the bundle too early. Its log shows the reason." : "The broker does not answer.");
    }
  }

  cancel() { this.stop.abort(); }
}

export function fetchBundle(address, dotnet) { return new Fetch(address, dotnet); }
