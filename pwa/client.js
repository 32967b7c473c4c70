/**
 * The service, from the page: charts, styles and their samples. Of several charts asked for, the last is given back: a
 * request that is overtaken is aborted, and its turn is checked once more when an answer is there in spite of that.
 */
import { labels, say } from "./strings.js";

/**
 * @typedef {object} Picture
 * @property {string} url an object URL; whoever has the picture revokes it
 * @property {string} tag its entity tag
 * @property {string} version the style's name and index
 * @property {string} fault why it is not the style's newest version; empty where it is
 * @property {string} missing the characters that no font has
 * @typedef {{ message: string, path?: string, status?: number, retryAfter?: number }} Problem
 * @typedef {{ picture: Picture, problem?: undefined } | { problem: Problem, picture?: undefined }} Answer
 * @typedef {{ name: string, state: "ok" | "faulty", index: number, fault?: string }} Style
 * @typedef {{ source: { fault?: string }, styles: Style[] }} Styles
 */

export class Client {
  #turn = 0;
  #abort = new AbortController();

  /** Forget the chart asked for last. */
  cancel() {
    this.#turn += 1;
    this.#abort.abort();
  }

  /** The chart of a spec; null: another one was asked for meanwhile. @param {object} spec @returns {Promise<Answer | null>} */
  async draw(spec) {
    this.cancel();
    const turn = this.#turn;
    this.#abort = new AbortController();
    const answer = await post(spec, this.#abort.signal);
    if (turn !== this.#turn) return null;
    return answer.problem ? { problem: answer.problem } : { picture: toPicture(answer.response, answer.blob) };
  }

  /** Every style there is. @returns {Promise<Styles | null>} null: no answer */
  async styles() {
    const response = await fetch("styles").catch(() => null);
    return response?.ok ? response.json().catch(() => null) : null;
  }

  /** A style's sample. @param {string} name */
  async sample(name) {
    const url = `styles/${encodeURIComponent(name)}.png?width=240`;
    // "no-cache" asks the server each time: a style may have changed, and 304 costs nothing.
    const response = await fetch(url, { cache: "no-cache" }).catch(() => null);
    return response?.ok ? await response.blob().catch(() => null) : null;
  }
}

/** @param {object} spec @param {AbortSignal} signal */
async function post(spec, signal) {
  const headers = { "Content-Type": "application/json" };
  try {
    const response = await fetch("plot", { method: "POST", headers, body: JSON.stringify(spec), signal });
    return response.ok ? { response, blob: await response.blob() } : { problem: await readProblem(response) };
  } catch {
    return { problem: { message: labels.noAnswer } };
  }
}

/** @param {Response} response @param {Blob} blob @returns {Picture} */
function toPicture({ headers }, blob) {
  return {
    url: URL.createObjectURL(blob),
    tag: headers.get("ETag") ?? "",
    version: headers.get("Limn-Style") ?? "",
    fault: headerText(headers.get("Limn-Style-Fault")),
    missing: headerText(headers.get("Limn-Missing-Glyphs")),
  };
}

/** A refusal (problem+json, RFC 9457). @param {Response} response @returns {Promise<Problem>} */
async function readProblem(response) {
  const { status } = response;
  const retryAfter = Number(response.headers.get("Retry-After")) || undefined;
  const document = await response.json().catch(() => ({}));
  const message = document.detail || document.title || say.failed(status);
  return { message, path: document.path, status, retryAfter };
}

/** Free text in a header: an RFC 9651 String or Display String (percent-encoded UTF-8). @param {string | null} value */
export function headerText(value) {
  const found = /^(%?)"(.*)"$/s.exec(value ?? "");
  if (!found) return value ?? "";
  if (!found[1]) return found[2].replace(/\\(.)/g, "$1");
  try {
    return decodeURIComponent(found[2]);
  } catch {
    return found[2];
  }
}
