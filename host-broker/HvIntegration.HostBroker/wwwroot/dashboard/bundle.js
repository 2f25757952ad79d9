// Fetches a bundle so that the page can tell how far it is and stop it. The browser keeps a file only once it is whole.

const TELL_EVERY_MS = 250;

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

class Fetch {
  constructor(address, dotnet) {
    this.stop = new AbortController();
    this.dotnet = dotnet;
    this.run(address);
  }

  tell(method, ...words) { return this.dotnet.invokeMethodAsync(method, ...words).catch(() => { }); }

  async run(address) {
    let answered = false;
    try {
      const answer = await fetch(address, { signal: this.stop.signal });
      if (!answer.ok) { await this.tell("Failed", await refusal(answer)); return; }
      answered = true;
      const reader = answer.body.getReader();
      const parts = [];
      let bytes = 0, told = 0;
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
        bytes += value.length;
        if (performance.now() - told >= TELL_EVERY_MS) { told = performance.now(); this.tell("Received", bytes); }
      }
      const name = fileName(answer);
      save(new Blob(parts, { type: answer.headers.get("Content-Type") ?? "" }), name);
      await this.tell("Saved", name, bytes);
    } catch (e) {
      if (this.stop.signal.aborted) return;
      await this.tell("Failed", answered ? "The broker ended the bundle too early; its log says why." : "The broker does not answer.");
    }
  }

  cancel() { this.stop.abort(); }
}

export function fetchBundle(address, dotnet) { return new Fetch(address, dotnet); }
