/** Every word of the page. `labels` are plain (index.html names them by `data-text`); `say` makes sentences of evidence. */

/** @type {Record<string, string>} */
export const labels = {
  promise: "Charts on demand",
  data: "Data",
  dataHint: "Cells split by tab, comma or semicolon. First column: x. First row: names, if you like. Empty cell: a gap.",
  specHint: "A chart spec in JSON: it says itself what to draw.",
  kind: "Kind",
  line: "Line",
  scatter: "Scatter",
  bar: "Bar",
  barh: "H-bar",
  area: "Area",
  step: "Step",
  stack: "Stacked",
  words: "Labels",
  title: "Title",
  xLabel: "x label",
  yLabel: "y label",
  styles: "Style",
  download: "Download PNG",
  updating: "updating",
  stale: "the last good chart",
  faulty: "faulty",
  exampleTitle: "What the house uses",
  exampleYLabel: "kWh per month",
  example: `Month\tHeating\tHot water\tLighting
Jan\t412\t143\t96
Feb\t371\t139\t84
Mar\t298\t137\t71
Apr\t174\t128\t58
May\t83\t119\t47
Jun\t21\t108\t41
Jul\t\t102\t43
Aug\t\t104\t49
Sep\t66\t115\t60
Oct\t183\t126\t74
Nov\t311\t134\t89
Dec\t398\t145\t101
`,
  noData: "There is no data yet: paste a table or type one.",
  noRows: "There is a row of names, but no row of data under it.",
  noAnswer: "The server did not answer. The chart is drawn again at your next change.",
  noStyles: "The list of styles could not be read.",
  noPicture: "The picture could not be shown.",
};

export const say = {
  /** @param {string} column @param {number} [row] */
  cell: (column, row) => `${row ? `row ${row}, ` : ""}column ${column}`,
  /** @param {string} place @param {string} reason */
  at: (place, reason) => `${place}: ${reason}`,
  /** @param {string} text */
  notANumber: (text) => `expected a number, got “${text}”`,
  /** @param {string} text */
  commaAmongPoints: (text) => `“${text}” has a comma where other cells have a decimal point; write them all one way`,
  /** @param {number} width */
  tooManyCells: (width) =>
    `the first row has only ${width} ${width === 1 ? "cell" : "cells"}; decimal commas need tabs or semicolons between the cells`,
  /** @param {string} reason */
  badJson: (reason) => `The JSON can’t be read: ${reason}`,
  /** @param {number} count */
  more: (count) => `… and ${count} more like this.`,
  /** @param {number} status */
  failed: (status) => `The server answered ${status}, without a reason.`,
  /** @param {string} detail @param {number} seconds */
  busy: (detail, seconds) => `${detail} (trying again in ${seconds} s)`,
  /** @param {string} kind @param {string[]} names */
  alt: (kind, names) => (names.length ? `${kind} chart: ${names.join(", ")}` : `${kind} chart`),
  /** @param {number} width @param {number} height */
  size: (width, height) => `${width} × ${height} px`,
  /** @param {string} why */
  styleFault: (why) => `This style has a fault, another version draws: ${why}`,
  /** @param {string} characters */
  missingGlyphs: (characters) => `No font has these characters: ${[...characters].join(" ")}`,
  /** @param {string} why */
  sourceFault: (why) => `The styles’ source can’t be reached; the last good ones serve: ${why}`,
};
