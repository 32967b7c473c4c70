/**
 * The page: reads the controls, asks for the chart, shows what comes back. What the text means is decided in table.js,
 * which answer counts in client.js.
 */
import { Chooser } from "./chooser.js";
import { Client } from "./client.js";
import { byId, element } from "./dom.js";
import { labels, say } from "./strings.js";
import { isSpec, placeOf, readChart, STACKABLE } from "./table.js";

/** @import { Picture, Problem } from "./client.js" */
/** @import { Spec, Table } from "./table.js" */

const DEBOUNCE = 250;
const MOST_ERRORS = 5;
// A style's text keeps its size and would crowd the data out of a narrower picture: there all is drawn smaller instead.
const NARROWEST = 560;
const WIDEST = 1600;

const data = byId("data", HTMLTextAreaElement);
const settings = byId("settings", HTMLFieldSetElement);
const words = byId("words", HTMLFieldSetElement);
const styles = byId("styles", HTMLFieldSetElement);
const [stack, title, xLabel, yLabel] = ["stack", "title", "x-label", "y-label"].map((id) => byId(id, HTMLInputElement));
const picture = byId("picture", HTMLImageElement);
const download = byId("download", HTMLAnchorElement);
const [sheet, errors, notes, version, size, state, hint, cards] = [
  "sheet", "errors", "notes", "version", "size", "state", "hint", "cards",
].map((id) => byId(id, HTMLElement));

const client = new Client();
const chooser = new Chooser(cards, client);
let shown = { url: "", version: "", notes: /** @type {string[]} */ ([]) };
let sourceFault = "";
let drawnRoom = "";
let draws = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** The room for the picture: CSS pixels, 5 to 3, and the screen's pixels to each. */
function room() {
  const width = Math.min(Math.max(sheet.clientWidth, 320), WIDEST);
  const dpr = Math.min(Math.max(devicePixelRatio, 1), 3);
  const drawn = Math.max(width, NARROWEST);
  return { width: drawn, height: Math.round(drawn * 0.6), dpr: (dpr * width) / drawn };
}

function kind() {
  return /** @type {HTMLInputElement} */ (document.querySelector("input[name=kind]:checked")).value;
}

function choices() {
  const texts = { title: title.value.trim(), xLabel: xLabel.value.trim(), yLabel: yLabel.value.trim() };
  return { kind: kind(), stack: stack.checked, ...texts, style: chooser.chosen, room: room() };
}

/** Draw what the controls say now; of several calls, the last one's chart is shown. */
async function draw() {
  clearTimeout(timer);
  drawnRoom = JSON.stringify(room());
  const mine = (draws += 1);
  const read = readChart(data.value, choices());
  enable(read.fixesStyle ?? false);
  if (read.errors) {
    client.cancel();
    complain(read.errors);
    return;
  }
  xLabel.placeholder = read.table?.xLabel ?? "";
  mark("updating");
  const answer = await client.draw(read.spec);
  if (!answer) return;
  if (answer.picture) await show(answer.picture, read.spec, mine);
  else refuse(answer.problem, read.table);
}

/** @param {number} delay in ms */
function drawSoon(delay) {
  clearTimeout(timer);
  timer = setTimeout(draw, delay);
}

/** A spec of its own leaves nothing to the controls, except its style if it has none. @param {boolean} fixesStyle */
function enable(fixesStyle) {
  const own = isSpec(data.value);
  hint.textContent = own ? labels.specHint : labels.dataHint;
  settings.disabled = words.disabled = own;
  stack.disabled = !STACKABLE.includes(kind());
  styles.disabled = fixesStyle;
}

/** @param {Picture} next @param {Spec} spec @param {number} mine which of the draws */
async function show(next, spec, mine) {
  const last = shown.url;
  shown = { url: next.url, version: next.version, notes: notesOf(next) };
  picture.src = next.url;
  try {
    await picture.decode();
  } catch {
    if (mine === draws) complain([labels.noPicture]);
    return;
  } finally {
    if (last) URL.revokeObjectURL(last);
  }
  if (shown.url !== next.url) return;
  caption(next, spec);
  // The text may have changed while the picture was being decoded; then what is said of it now stays.
  if (mine === draws) complain([]);
  followStyle(spec.style);
}

/** @param {Picture} next @param {Spec} spec */
function caption(next, spec) {
  const dpr = spec.dpr ?? 1;
  picture.width = Math.round(picture.naturalWidth / dpr);
  picture.height = Math.round(picture.naturalHeight / dpr);
  picture.alt = describe(spec);
  picture.dataset.tag = next.tag;
  picture.hidden = false;
  version.textContent = next.version;
  size.textContent = say.size(picture.naturalWidth, picture.naturalHeight);
  download.href = next.url;
  download.download = `${picture.alt}.png`;
  download.hidden = false;
  showNotes();
}

/** What a spec shows, in words; it was drawn, so its types are right. @param {Spec} spec @returns {string} */
function describe({ title, kind = "line", series }) {
  const names = (series ?? []).map((/** @type {{ name?: string }} */ one) => one.name).filter(Boolean);
  return title || say.alt(labels[kind] ?? kind, names);
}

/** @param {Picture} next */
function notesOf(next) {
  return [next.fault && say.styleFault(next.fault), next.missing && say.missingGlyphs(next.missing)].filter(Boolean);
}

function showNotes() {
  const lines = [...shown.notes, sourceFault].filter(Boolean);
  notes.replaceChildren(...lines.map((line) => element("p", {}, line)));
}

/** @param {Problem} problem @param {Table | null} table */
function refuse(problem, table) {
  const place = table && placeOf(problem.path, table);
  let message = problem.message;
  if (place) message = say.at(place, message.replace(`${problem.path}: `, ""));
  if (problem.status === 503 && problem.retryAfter) {
    message = say.busy(message, problem.retryAfter);
    drawSoon(problem.retryAfter * 1000);
  }
  complain([message]);
}

/** Say what is wrong; with nothing wrong, the picture is today's. @param {string[]} messages */
function complain(messages) {
  const lines = messages.slice(0, MOST_ERRORS);
  if (messages.length > MOST_ERRORS) lines.push(say.more(messages.length - MOST_ERRORS));
  errors.replaceChildren(...lines.map((line) => element("p", {}, line)));
  data.setAttribute("aria-invalid", String(lines.length > 0));
  mark(lines.length ? "stale" : "ready");
}

/** @param {"updating" | "stale" | "ready"} now */
function mark(now) {
  sheet.dataset.state = now;
  sheet.setAttribute("aria-busy", String(now === "updating"));
  state.textContent = now === "ready" || !shown.url ? "" : labels[now];
}

async function listStyles() {
  const list = await client.styles();
  sourceFault = list?.source.fault ? say.sourceFault(list.source.fault) : list ? "" : labels.noStyles;
  if (list) chooser.show(list.styles);
  showNotes();
}

/** Whether the list has another version of the style than the picture shows. @param {string} name */
function hasMoved(name) {
  const listed = chooser.style(name);
  return listed !== undefined && `${name}@${listed.index}` !== shown.version;
}

/** After a chart: where its style is newer than the list, the list is read again. @param {string} name */
async function followStyle(name) {
  if (hasMoved(name)) await listStyles();
  await chooser.loadSamples();
}

/** Whoever comes back from publishing a style sees it: one conditional request, and a chart where it changed. */
async function catchUp() {
  await listStyles();
  if (hasMoved(chooser.chosen)) draw();
  else chooser.loadSamples();
}

/** The example's words go when its data go, unless they were changed. */
function leaveExample() {
  if (data.value.startsWith(labels.example.split("\n", 1)[0])) return;
  if (title.value === labels.exampleTitle) title.value = "";
  if (yLabel.value === labels.exampleYLabel) yLabel.value = "";
}

function listen() {
  data.addEventListener("input", leaveExample);
  for (const text of [data, title, xLabel, yLabel]) text.addEventListener("input", () => drawSoon(DEBOUNCE));
  for (const choice of [settings, styles]) choice.addEventListener("change", draw);
  const resized = () => JSON.stringify(room()) !== drawnRoom && drawSoon(DEBOUNCE);
  new ResizeObserver(resized).observe(sheet);
  addEventListener("resize", resized);
  addEventListener("focus", catchUp);
}

async function start() {
  for (const one of document.querySelectorAll("[data-text]")) {
    one.textContent = labels[one.getAttribute("data-text") ?? ""];
  }
  data.value = labels.example;
  title.value = labels.exampleTitle;
  yLabel.value = labels.exampleYLabel;
  listen();
  await Promise.all([draw(), listStyles()]);
  // There may be no style "default": then the first one is chosen now.
  if (hasMoved(chooser.chosen)) await draw();
  await chooser.loadSamples();
}

start();
