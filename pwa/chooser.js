/**
 * The styles as a radio group with a small picture each. Cards are kept from list to list, so that neither focus nor
 * pictures are lost; samples are asked for one at a time, behind the chart itself.
 */
import { element } from "./dom.js";
import { labels } from "./strings.js";

/**
 * @typedef {import("./client.js").Style} Style
 * @typedef {ReturnType<typeof makeCard>} Card
 */

export class Chooser {
  /** @type {Map<string, Card>} */
  #cards = new Map();
  #loading = false;
  #root;
  #client;

  /** @param {HTMLElement} root where the cards go @param {import("./client.js").Client} client */
  constructor(root, client) {
    this.#root = root;
    this.#client = client;
  }

  /** The chosen style's name. */
  get chosen() {
    return [...this.#cards.values()].find((card) => card.input.checked)?.style.name ?? "default";
  }

  /** What the list says of a style. @param {string} name */
  style(name) {
    return this.#cards.get(name)?.style;
  }

  /** Show these styles; the chosen one stays chosen while it is among them. @param {Style[]} styles */
  show(styles) {
    const { chosen } = this;
    const before = this.#cards;
    this.#cards = new Map(styles.map((style) => [style.name, before.get(style.name) ?? makeCard(style)]));
    for (const [name, card] of before) if (!this.#cards.has(name)) card.root.remove();
    styles.forEach((style, place) => this.#put(style, place));
    const card = this.#cards.get(chosen) ?? this.#cards.values().next().value;
    if (card) card.input.checked = true;
  }

  /** Bring the samples up to date. */
  async loadSamples() {
    if (this.#loading) return;
    this.#loading = true;
    for (let card = this.#outdated(); card; card = this.#outdated()) {
      card.drawn = version(card.style);
      const blob = await this.#client.sample(card.style.name);
      if (blob) await fill(card.picture, blob);
    }
    this.#loading = false;
  }

  #outdated() {
    return [...this.#cards.values()].find((card) => card.drawn !== version(card.style));
  }

  /** @param {Style} style @param {number} place */
  #put(style, place) {
    const card = /** @type {Card} */ (this.#cards.get(style.name));
    card.style = style;
    card.mark.hidden = style.state !== "faulty";
    card.root.title = style.fault ?? "";
    const there = this.#root.children[place] ?? null;
    if (there !== card.root) this.#root.insertBefore(card.root, there);
  }
}

/** @param {Style} style */
function version(style) {
  return `${style.index} ${style.fault ?? ""}`;
}

/** @param {Style} style */
function makeCard(style) {
  const input = element("input", { type: "radio", name: "style", value: style.name });
  const picture = element("img", { alt: "", width: 240, height: 144, hidden: true });
  const mark = element("em", {}, labels.faulty);
  const caption = element("span", { className: "name" }, element("b", {}, style.name), " ", mark);
  const sample = element("span", { className: "sample" }, picture);
  return { root: element("label", { className: "card" }, input, sample, caption), input, picture, mark, style, drawn: "" };
}

/** @param {HTMLImageElement} picture @param {Blob} blob */
async function fill(picture, blob) {
  const url = URL.createObjectURL(blob);
  picture.src = url;
  picture.hidden = false;
  await picture.decode().catch(() => {});
  URL.revokeObjectURL(url);
}
