// Stacks of charts on one time axis. Apache ECharts draws the lines; time, shades, cursor and zoom lie over all charts at once,
// so that one cursor crosses both sides of everything. Texts of guests reach the page as text only.

const GUTTER = 58;   // room for the value axis, the same in every chart
const RIGHT = 14;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];
const SVG_DASH = { line: "solid", echo: [2, 3] };

const pad = n => String(n).padStart(2, "0");

export function clock(second, withSeconds) {
  const d = new Date(second * 1000);
  return `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}${withSeconds ? ":" + pad(d.getUTCSeconds()) : ""}`;
}

function day(second) {
  const d = new Date(second * 1000);
  return `${d.getUTCFullYear()}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}`;
}

// Zeros after the point say nothing; zeros before it do.
const fixed = (v, digits) => digits > 0 ? v.toFixed(digits).replace(/\.?0+$/, "") : v.toFixed(0);

function number(v) {
  const a = Math.abs(v);
  return a >= 1e6 ? fixed(v / 1e6, 1) + "M" : a >= 1e4 ? fixed(v / 1e3, 1) + "k" : a >= 100 ? v.toFixed(0) : a >= 10 ? v.toFixed(1) : fixed(v, 2);
}

function bytes(v) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let i = 0;
  while (Math.abs(v) >= 1024 && i < units.length - 1) { v /= 1024; i++; }
  return `${i === 0 || Math.abs(v) >= 100 ? v.toFixed(0) : v.toFixed(1)} ${units[i]}`;
}

export function text(v, unit) {
  if (v === null || v === undefined) return "–";
  switch (unit) {
    case "1": return `${(v * 100).toFixed(1)} %`;
    case "s": { const a = Math.abs(v); return a === 0 ? "0 ms" : a < 1e-3 ? `${(v * 1e6).toFixed(0)} µs` : a < 0.1 ? `${(v * 1e3).toFixed(1)} ms` : a < 10 ? `${(v * 1e3).toFixed(0)} ms` : `${v.toFixed(0)} s`; }
    case "By": return bytes(v);
    case "By/s": return bytes(v) + "/s";
    case "{cpu}": return `${number(v)} CPU`;
    default: return unit.endsWith("/s") ? `${number(v)} /s` : number(v);
  }
}

// Labels of the value axis: short, one unit for the whole axis.
function axisText(v, unit, edge) {
  if (v === 0) return "0";
  switch (unit) {
    case "1": return `${fixed(v * 100, edge < 0.02 ? 2 : 0)} %`;
    case "s": return edge < 1e-3 ? `${fixed(v * 1e6, 0)} µs` : edge < 10 ? `${fixed(v * 1e3, edge < 0.02 ? 1 : 0)} ms` : `${fixed(v, 0)} s`;
    case "By": case "By/s": {
      const units = ["B", "KiB", "MiB", "GiB", "TiB"];
      let i = 0, e = edge;
      while (e >= 1024 && i < units.length - 1) { e /= 1024; i++; }
      return `${fixed(v / 1024 ** i, e < 10 ? 1 : 0)} ${units[i]}`;
    }
    case "{cpu}": return fixed(v, edge < 4 ? 1 : 0);
    default: return number(v);
  }
}

// The next round edge above a value, in steps that halve well.
function niceEdge(v, unit) {
  if (!(v > 0)) return unit === "1" ? 0.1 : unit === "s" ? 1e-3 : unit === "{cpu}" ? 1 : unit.startsWith("By") ? 1024 : 1;
  const base = unit === "By" || unit === "By/s" ? 1024 ** Math.max(0, Math.floor(Math.log(v) / Math.log(1024))) : 10 ** Math.floor(Math.log10(v));
  for (const f of [1, 2, 4, 6, 8, 10, 16, 20, 32, 40, 64, 80, 100, 128, 200, 256, 400, 512, 800, 1024]) if (v <= f * base) return f * base;
  return v;
}

function style(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

class Stack {
  constructor(root, dotnet, panels) {
    this.root = root;
    this.dotnet = dotnet;
    this.panels = panels;
    this.lane = root.querySelector("[data-lane]");
    this.ribbon = root.querySelector("[data-ribbon]");
    this.axis = root.querySelector("[data-axis]");
    this.charts = new Map();
    this.data = { from: 0, to: 1, span: 1, times: [], values: {}, bands: [] };
    this.pinned = null;
    this.hover = null;
    this.drag = null;
    this.told = undefined;
    this.ending = new AbortController();
    this.makeCursor();
    for (const p of panels) {
      const at = root.querySelector(`[data-plot="${p.id}"]`);
      this.charts.set(p.id, echarts.init(at, null, { renderer: "canvas" }));
    }
    this.onTheme = () => this.draw();
    addEventListener("hvi-theme", this.onTheme);
    this.sizes = new ResizeObserver(() => { for (const c of this.charts.values()) c.resize(); this.place(); });
    this.sizes.observe(this.lane);
    for (const p of panels) this.sizes.observe(root.querySelector(`[data-plot="${p.id}"]`));
  }

  makeCursor() {
    this.made = [];
    const make = (cls, parent) => { const e = document.createElement("div"); e.className = cls; parent.append(e); this.made.push(e); return e; };
    const on = (name, act) => this.lane.addEventListener(name, act, { signal: this.ending.signal });
    this.shades = make("shades", this.lane);
    this.grid = make("ticks", this.lane);
    this.selection = make("selection", this.lane);
    this.line = make("cursor-line", this.lane);
    this.flag = make("cursor-flag", this.line);
    this.selection.hidden = this.line.hidden = true;
    on("pointermove", e => this.move(e));
    on("pointerleave", () => { if (!this.drag) { this.hover = null; this.show(); } });
    on("pointerdown", e => this.down(e));
    on("pointerup", e => this.up(e));
    on("pointercancel", () => { this.drag = null; this.selection.hidden = true; });
    on("dblclick", () => this.ask("ZoomOut"));
    on("keydown", e => this.key(e));
  }

  // While the line to the broker is lost nobody hears it; the page says so.
  async ask(name, ...values) {
    try { await this.dotnet.invokeMethodAsync(name, ...values); return true; } catch { return false; }
  }

  width() { return Math.max(1, this.lane.clientWidth - GUTTER - RIGHT); }
  x(second) { return GUTTER + (second - this.data.from) / (this.data.to - this.data.from) * this.width(); }
  second(x) { return this.data.from + Math.min(1, Math.max(0, (x - GUTTER) / this.width())) * (this.data.to - this.data.from); }

  // --- data

  // keep: the same lines as before, of which history may not have the newest seconds yet.
  load(data, keep) {
    const before = this.data;
    this.data = data;
    if (keep && data.span === 1 && before.span === 1) {
      const from = before.times.findIndex(t => t > (data.times[data.times.length - 1] ?? -1) && t >= data.from);
      for (let i = from; i >= 0 && i < before.times.length && before.times[i] < data.to; i++) {
        data.times.push(before.times[i]);
        for (const [id, line] of Object.entries(before.values)) (data.values[id] ??= new Array(data.times.length - 1).fill(null)).push(line[i]);
        for (const line of Object.values(data.values)) while (line.length < data.times.length) line.push(null);
      }
    }
    if (this.pinned !== null && (this.pinned < data.from || this.pinned > data.to)) this.pinned = null;
    this.note();
    this.draw();
  }

  append(point, from, to) {
    const d = this.data;
    if (d.times.length && point.second <= d.times[d.times.length - 1]) { return; }
    d.times.push(point.second);
    for (const [id, v] of Object.entries(point.values)) {
      (d.values[id] ??= new Array(d.times.length - 1).fill(null)).push(v);
    }
    for (const line of Object.values(d.values)) while (line.length < d.times.length) line.push(null);
    let old = 0;
    while (old < d.times.length && d.times[old] < from) old++;
    if (old) { d.times.splice(0, old); for (const line of Object.values(d.values)) line.splice(0, old); }
    d.from = from;
    d.to = to;
    this.note();
    this.draw();
  }

  // What is drawn, for whoever looks from outside: points, the newest of them, and places between two of them where one is missing.
  note() {
    const { times, span } = this.data;
    let holes = 0;
    for (let i = 1; i < times.length; i++) if (times[i] - times[i - 1] > span * 1.5) holes++;
    Object.assign(this.root.dataset, { points: times.length, newest: times[times.length - 1] ?? "", holes });
  }

  setBands(bands) {
    this.data.bands = bands;
    this.placeBands();
  }

  // --- drawing

  draw() {
    const gap = Math.max(2.5, this.data.span * 2.5);
    for (const p of this.panels) this.drawPanel(p, gap);
    this.place();
  }

  drawPanel(p, gap) {
    const d = this.data;
    const drawn = p.series.filter(s => s.kind !== "text");
    let edge = p.full ?? 0;
    // Stacked areas reach as high as their sum.
    const sums = {};
    for (const s of drawn) {
      const line = d.values[s.id];
      if (!line) continue;
      const key = s.side;
      const base = s.stacked ? sums[key] : null;
      const now = line.map((v, i) => v === null ? (base ? base[i] : 0) : Math.max(0, v) + (base ? base[i] : 0));
      if (s.kind === "area") sums[key] = now;
      for (const v of now) if (v > edge) edge = v;
    }
    const unit = p.unit;
    // Two measured shares that are the whole together reach a little above it now and then: the scale stays the whole's,
    // and what is above it stands in the margin of the plot.
    const whole = p.full && edge <= p.full * 1.1;
    const over = whole && edge > p.full;
    edge = whole ? p.full : niceEdge(edge * 1.04, unit);
    const fore = style("--ink-3");
    const hair = style("--hair");
    // In a stack a line over one that has no value would not be drawn: what has none is left out, and counts as nothing where another one has.
    const has = (s, i) => d.values[s.id]?.[i] !== null && d.values[s.id]?.[i] !== undefined;
    const any = s => d.times.some((_, i) => has(s, i));
    const series = drawn.map(s => {
      const color = style("--c-" + s.color);
      const sign = p.mirrored && s.side === "host" ? -1 : 1;
      const line = d.values[s.id] ?? [];
      const area = s.kind === "area";
      const stacked = area && any(s);
      const data = [];
      for (let i = 0; i < d.times.length; i++) {
        if (i && d.times[i] - d.times[i - 1] > gap) data.push([(d.times[i - 1] + d.span / 2) * 1000, null]);
        const v = has(s, i) ? line[i] : stacked && drawn.some(o => o.kind === "area" && o.side === s.side && has(o, i)) ? 0 : null;
        data.push([(d.times[i] + d.span / 2) * 1000, v === null ? null : sign * Math.max(0, v)]);
      }
      return {
        id: p.id + s.side + s.id + s.kind, type: "line", data, showSymbol: d.times.length === 1, symbolSize: 4, silent: true, animation: false,
        stack: stacked ? s.side : undefined, stackStrategy: "all", connectNulls: false, clip: !over,
        lineStyle: { color, width: area ? 1.4 : s.kind === "echo" ? 1.6 : 1.3, type: SVG_DASH[s.kind] ?? "solid", opacity: s.kind === "echo" ? 0.95 : 1 },
        itemStyle: { color, decal: undefined },
        areaStyle: area ? { color, opacity: s.color === "wait" ? 0.55 : 0.30 } : undefined,
        z: area ? 2 : 4,
        emphasis: { disabled: true },
        markLine: undefined,
      };
    });
    // A half of which nothing was measured says so, and an axis of nothing has no numbers.
    const measured = side => drawn.some(s => s.side === side && s.kind !== "echo" && (d.values[s.id] ?? []).some(v => v !== null && v !== undefined));
    const sides = p.mirrored ? [["guest", "top", "guest: not measured"], ["host", "bottom", "host: not measured"]] : [["host", "top", "not measured"]];
    const blank = sides.filter(([side]) => !measured(side));
    const bare = blank.length === sides.length;
    const words = d.times.length === 0 ? [] : bare ? [{
      type: "text", silent: true, left: "center", top: "middle", style: { text: p.mirrored ? "not measured on either side" : "not measured", fill: fore, font: `12px ${style("--font")}` },
    }] : blank.map(([, edgeOfPlot, words]) => ({
      type: "text", silent: true, left: "center", [edgeOfPlot]: p.mirrored ? "21%" : "42%", style: { text: words, fill: fore, font: `12px ${style("--font")}` },
    }));
    const numbered = blank.length < sides.length;
    this.root.querySelector(`[data-plot="${p.id}"]`).parentElement.classList.toggle("unmeasured", bare);
    const steps = p.mirrored ? [-edge, -edge / 2, 0, edge / 2, edge] : [0, edge / 2, edge];
    this.charts.get(p.id).setOption({
      animation: false,
      backgroundColor: "transparent",
      grid: { left: GUTTER, right: RIGHT, top: 8, bottom: 8 },
      // Areas stack on top of each other only over an axis that is time.
      xAxis: { type: "time", min: d.from * 1000, max: d.to * 1000, show: false },
      yAxis: {
        type: "value", show: !bare, min: p.mirrored ? -edge : 0, max: edge, interval: edge / 2,
        axisLine: { show: false }, axisTick: { show: false },
        axisLabel: { color: fore, fontSize: 11, fontFamily: style("--font"), margin: 8, hideOverlap: true, formatter: v => numbered || v === 0 ? axisText(Math.abs(v), unit, edge) : "" },
        splitLine: { lineStyle: { color: steps.map(v => v === 0 ? "transparent" : hair), width: 1 } },
      },
      graphic: words,
      series: [
        ...series,
        // The bus: both sides meet here.
        ...(p.mirrored && !bare ? [{ id: "bus", type: "line", silent: true, data: [[d.from * 1000, 0], [d.to * 1000, 0]], symbol: "none", lineStyle: { color: style("--bus"), width: 2 }, z: 6, animation: false }] : []),
      ],
    }, { notMerge: true, lazyUpdate: false });
  }

  place() {
    this.placeTicks();
    this.placeBands();
    this.show();
  }

  placeTicks() {
    const { from, to } = this.data;
    const room = Math.max(2, Math.floor(this.width() / 90));
    const step = STEPS.find(s => (to - from) / s <= room) ?? 2592000;
    this.axis.replaceChildren();
    this.grid.replaceChildren();
    let lastDay = null;
    for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
      const x = this.x(t);
      const tick = document.createElement("span");
      tick.className = "tick";
      tick.style.left = `${x}px`;
      const today = day(t);
      tick.textContent = step >= 86400 ? today : to - from > 72000 && today !== lastDay ? `${today.slice(5)} ${clock(t, false)}` : clock(t, step < 60);
      lastDay = today;
      if (x < GUTTER + 12) tick.classList.add("first");
      if (x > this.lane.clientWidth - 34) tick.classList.add("last");
      this.axis.append(tick);
      const hair = document.createElement("i");
      hair.style.left = `${x}px`;
      this.grid.append(hair);
    }
  }

  placeBands() {
    const { from, to, bands } = this.data;
    this.shades.replaceChildren();
    this.ribbon.replaceChildren();
    for (const b of bands) {
      if (b.to < from || b.from > to) continue;
      const left = this.x(Math.max(from, b.from));
      const right = this.x(Math.min(to, b.to + 1));
      const width = Math.max(2, right - left);
      const shade = document.createElement("i");
      shade.className = `shade ${b.css}`;
      shade.style.left = `${left}px`;
      shade.style.width = `${width}px`;
      this.shades.append(shade);
      const label = document.createElement("span");
      label.className = `ribbon-part ${b.css}`;
      label.style.left = `${left}px`;
      label.style.width = `${width}px`;
      label.title = `${b.title}, ${clock(b.from, true)} to ${clock(b.to, true)} UTC`;
      label.textContent = width > 26 ? (width > 70 ? `${b.sign} ${b.title}` : b.sign) : "";
      this.ribbon.append(label);
    }
  }

  // --- cursor

  index(second) {
    const t = this.data.times;
    if (!t.length) return -1;
    let lo = 0, hi = t.length - 1;
    while (lo < hi) { const mid = (lo + hi + 1) >> 1; if (t[mid] <= second) lo = mid; else hi = mid - 1; }
    return Math.abs(t[lo] + this.data.span / 2 - second) <= Math.max(3, this.data.span * 1.5) ? lo : -1;
  }

  show() {
    const second = this.hover ?? this.pinned;
    const d = this.data;
    const at = second === null ? d.times.length - 1 : this.index(second);
    for (const out of this.root.querySelectorAll("[data-value]")) {
      const line = d.values[out.dataset.value];
      const v = at >= 0 && line ? line[at] : null;
      const words = text(v, out.dataset.unit);
      if (out.textContent !== words) out.textContent = words;
    }
    this.line.hidden = second === null;
    this.root.classList.toggle("pinned", this.pinned !== null && this.hover === null);
    if (second !== null) {
      const x = this.x(second);
      this.line.style.left = `${x}px`;
      const shown = at >= 0 ? d.times[at] : Math.floor(second);
      this.flag.textContent = (d.to - d.from > 80000 ? day(shown) + " " : "") + clock(shown, true) + (this.pinned !== null && this.hover === null ? " ⚲" : "");
      this.flag.classList.toggle("left", x > this.lane.clientWidth - 90);
      this.root.dataset.cursor = shown;
      this.lane.setAttribute("aria-valuetext", `${clock(shown, true)} UTC`);
      this.lane.setAttribute("aria-valuenow", shown);
    } else {
      delete this.root.dataset.cursor;
      this.lane.setAttribute("aria-valuetext", "newest second");
      this.lane.setAttribute("aria-valuenow", Math.floor(d.to));
    }
    this.lane.setAttribute("aria-valuemin", Math.floor(d.from));
    this.lane.setAttribute("aria-valuemax", Math.floor(d.to));
    this.tell(second === null ? null : (at >= 0 ? d.times[at] : Math.floor(second)));
  }

  // The page reads processes and verdict at the cursor; it is asked once the hand rests.
  tell(second) {
    if (second === this.told) return;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => {
      this.told = second;
      this.ask("CursorAt", second).then(heard => { if (!heard && this.told === second) this.told = undefined; });
    }, second === null ? 250 : 140);
  }

  pointerSecond(e) { return this.second(e.clientX - this.lane.getBoundingClientRect().left); }

  move(e) {
    this.hover = this.pointerSecond(e);
    if (this.drag) {
      const a = this.x(this.drag.from), b = this.x(this.hover);
      this.drag.moved ||= Math.abs(a - b) > 6;
      this.selection.hidden = !this.drag.moved;
      this.selection.style.left = `${Math.min(a, b)}px`;
      this.selection.style.width = `${Math.abs(a - b)}px`;
    }
    this.show();
  }

  down(e) {
    if (e.button !== 0) return;
    const second = this.pointerSecond(e);
    if (e.pointerType === "mouse") {
      this.lane.setPointerCapture(e.pointerId);
      this.drag = { from: second, moved: false };
    } else {
      this.pinned = second;
      this.show();
    }
  }

  up(e) {
    const drag = this.drag;
    this.drag = null;
    this.selection.hidden = true;
    if (!drag) return;
    const to = this.pointerSecond(e);
    if (drag.moved) {
      const from = Math.floor(Math.min(drag.from, to)), until = Math.ceil(Math.max(drag.from, to));
      if (until - from >= 5) this.ask("ZoomTo", from, until);
      return;
    }
    this.pin(this.pinned !== null && Math.abs(this.x(this.pinned) - this.x(to)) < 6 ? null : to);
  }

  pin(second) {
    this.pinned = second;
    this.show();
    this.ask("Pinned", second === null ? null : Math.floor(second));
  }

  key(e) {
    const d = this.data;
    const now = this.pinned ?? (d.times.length ? d.times[d.times.length - 1] : d.to);
    const step = d.span * (e.shiftKey ? 10 : 1);
    let to;
    switch (e.key) {
      case "ArrowLeft": to = now - step; break;
      case "ArrowRight": to = now + step; break;
      case "Home": to = d.times[0] ?? d.from; break;
      case "End": to = d.times[d.times.length - 1] ?? d.to; break;
      case "PageUp": to = now - d.span * 60; break;
      case "PageDown": to = now + d.span * 60; break;
      case "Escape": this.hover = null; this.pin(null); e.preventDefault(); return;
      case "+": case "=": this.ask("ZoomTo", Math.floor(now - (d.to - d.from) / 4), Math.ceil(now + (d.to - d.from) / 4)); e.preventDefault(); return;
      case "-": this.ask("ZoomOut"); e.preventDefault(); return;
      default: return;
    }
    e.preventDefault();
    this.hover = null;
    this.pin(Math.min(d.to, Math.max(d.from, to)));
  }

  dispose() {
    removeEventListener("hvi-theme", this.onTheme);
    clearTimeout(this.telling);
    this.ending.abort();
    this.sizes.disconnect();
    for (const e of this.made) e.remove();
    if (stacks.get(this.root) === this) stacks.delete(this.root);
    for (const c of this.charts.values()) c.dispose();
    this.charts.clear();
  }
}

// The chart library is a deferred script of the page; a page that is opened first may be ahead of it.
async function library() {
  for (let i = 0; i < 400 && !window.echarts; i++) await new Promise(r => setTimeout(r, 25));
  if (!window.echarts) throw new Error("The chart library did not load from this broker.");
}

// One for each place: who lost the line before the answer came asks again.
const stacks = new WeakMap();

export async function createStack(root, dotnet, panels, pinned) {
  await library();
  stacks.get(root)?.dispose();
  const stack = new Stack(root, dotnet, panels);
  stack.pinned = pinned;
  stacks.set(root, stack);
  return stack;
}
