/**
 * Pasted text -> a chart spec, or what is wrong and in which cell. Pure functions.
 *
 * The separator, the decimal sign (a comma only where neither the separator nor any other number speaks against it) and
 * whether the first row holds names are decided once for the table. What is not clear is refused with its place.
 */
import { labels, say } from "./strings.js";

/**
 * @typedef {number | string | null} Value
 * @typedef {{ row: number, cells: string[], width: number }} Row its line in the text, from 1; `width` counts empty cells
 *   at its end too, which `cells` does not have
 * @typedef {object} Table
 * @property {Value[] | null} x null: no first column, or nothing in it
 * @property {"number" | "date" | "category"} xType
 * @property {string} xLabel the name above the first column
 * @property {{ name?: string, y: Value[] }[]} series
 * @property {number} firstColumn where the series begin: 0 or 1
 * @property {number[]} rows the line of each value
 * @typedef {{ width: number, height: number, dpr: number }} Room
 * @typedef {{ title: string, xLabel: string, yLabel: string }} Words
 * @typedef {Words & { kind: string, stack: boolean, style: string, room: Room }} Choices what the page's controls say
 * @typedef {Record<string, any>} Spec
 * @typedef {{ spec: Spec, table: Table | null, fixesStyle: boolean, errors?: undefined }} Read `fixesStyle`: by itself
 * @typedef {Read | { errors: string[], spec?: undefined, fixesStyle?: undefined }} Reading
 */

export const STACKABLE = ["bar", "barh", "area"];

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const LOOKS_NUMERIC = /^[+\u2212-]?[.,]?\d[\d.,]*(e[+-]?\d+)?$/i;
const POINT = /^[+-]?\d*\.\d+(e[+-]?\d+)?$/i;
// As the server has it (app/core/columns.py).
const DATE = /^\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?)?$/;

/**
 * What to post for this text: a table with the page's choices, or a spec of its own where the text begins with a brace.
 * @param {string} text @param {Choices} choices @returns {Reading}
 */
export function readChart(text, choices) {
  if (isSpec(text)) return readSpec(text, choices);
  const read = readTable(text);
  return read.table ? { spec: toSpec(read.table, choices), table: read.table, fixesStyle: false } : { errors: read.errors };
}

/** @param {string} text */
export function isSpec(text) {
  return text.trimStart().startsWith("{");
}

/** @param {string} text @param {Choices} choices @returns {Reading} */
function readSpec(text, { style, room }) {
  let own;
  try {
    own = JSON.parse(text);
  } catch (error) {
    return { errors: [say.badJson(error instanceof Error ? error.message : String(error))] };
  }
  // A size of its own is whole: the room's other side would stretch it.
  const size = "width" in own || "height" in own ? { dpr: room.dpr } : room;
  return { spec: { style, ...size, ...own }, table: null, fixesStyle: "style" in own };
}

/** @param {Table} table @param {Choices} choices @returns {Spec} */
function toSpec(table, { kind, stack, title, xLabel, yLabel, style, room }) {
  return {
    kind,
    ...(table.x && { x: table.x }),
    ...(table.x && table.xType !== "number" && { x_type: table.xType }),
    series: table.series,
    ...(stack && STACKABLE.includes(kind) && { stack: "stacked" }),
    ...(title && { title }),
    ...((xLabel || table.xLabel) && { x_label: xLabel || table.xLabel }),
    ...(yLabel && { y_label: yLabel }),
    style,
    ...room,
  };
}

/** @param {string} text @returns {{ table: Table, errors?: undefined } | { errors: string[], table?: undefined }} */
export function readTable(text) {
  const separator = findSeparator(text);
  const rows = splitRows(text, separator);
  if (!rows.length) return { errors: [labels.noData] };
  const width = rows.reduce((most, row) => Math.max(most, row.cells.length), 1);
  const firstColumn = width > 1 ? 1 : 0;
  const comma = separator !== "," && !rows.some((row) => row.cells.some((cell) => POINT.test(cell)));
  const header = hasHeader(rows, firstColumn, comma) ? rows[0].cells : null;
  const body = header ? rows.slice(1) : rows;
  if (!body.length) return { errors: [labels.noRows] };
  const errors = tooLong(rows);
  if (errors.length) return { errors };
  const names = header ?? [];
  const series = [];
  for (let column = firstColumn; column < width; column += 1) {
    const y = body.map((row) => readNumber(row, column, comma, errors));
    series.push(names[column] ? { name: names[column], y } : { y });
  }
  if (errors.length) return { errors };
  const x = readX(firstColumn ? body.map((row) => row.cells[0]) : [], comma);
  const xLabel = (firstColumn && names[0]) || "";
  return { table: { ...x, xLabel, series, firstColumn, rows: body.map((row) => row.row) } };
}

/** What stands between the cells of the first row, outside of quotes. @param {string} text */
export function findSeparator(text) {
  const first = text.replace(/^\s*\n/, "").replace(/"[^"]*"/g, "").split(/[\r\n]/, 1)[0];
  if (first.includes("\t")) return "\t";
  return first.includes(";") ? ";" : ",";
}

/**
 * Rows with something in them. A cell in quotes may hold separators, line breaks and doubled quotes (RFC 4180).
 * @param {string} text @param {string} separator @returns {Row[]}
 */
export function splitRows(text, separator) {
  const source = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const cell = new RegExp(` *"([^"]*(?:""[^"]*)*)" *(${separator}|\n|$)|([^${separator}\n]*)(${separator}|\n|$)`, "y");
  /** @type {Row[]} */
  const rows = [];
  let line = 1;
  while (cell.lastIndex < source.length) {
    const row = { row: line, cells: /** @type {string[]} */ ([]), width: 0 };
    let end = separator;
    while (end === separator) {
      const found = /** @type {RegExpExecArray} */ (cell.exec(source));
      const quoted = found[1]?.replaceAll('""', '"');
      line += quoted?.match(/\n/g)?.length ?? 0;
      row.cells.push((quoted ?? found[3]).trim());
      end = found[2] ?? found[4];
    }
    line += 1;
    row.width = row.cells.length;
    while (row.cells.at(-1) === "") row.cells.pop();
    if (row.cells.length) rows.push(row);
  }
  return rows;
}

/**
 * Whether the first row holds names: text and no number over the values, or a name over an x of numbers or dates.
 * @param {Row[]} rows @param {number} firstColumn @param {boolean} comma
 */
function hasHeader([first, ...others], firstColumn, comma) {
  const values = first.cells.slice(firstColumn).filter((cell) => cell !== "");
  if (values.length && !values.some((cell) => LOOKS_NUMERIC.test(cell))) return true;
  if (!firstColumn || !others.length) return false;
  /** @param {string} cell */
  const isMeasured = (cell) => toNumber(cell, comma) !== null || DATE.test(cell);
  const above = first.cells[0];
  return above === "" || (!isMeasured(above) && others.every((row) => row.cells[0] === "" || isMeasured(row.cells[0])));
}

/** @param {Row[]} rows */
function tooLong(rows) {
  const { width } = rows[0];
  const long = rows.filter((row) => row.cells.length > width);
  return long.map((row) => say.at(say.cell(columnName(width), row.row), say.tooManyCells(width)));
}

/**
 * The number in a cell; null where it is empty. What is no number goes to `errors`.
 * @param {Row} row @param {number} column @param {boolean} comma @param {string[]} errors
 */
function readNumber(row, column, comma, errors) {
  const cell = row.cells[column] ?? "";
  if (cell === "") return null;
  const number = toNumber(cell, comma);
  if (number === null) {
    const reason = !comma && cell.includes(",") && LOOKS_NUMERIC.test(cell) ? say.commaAmongPoints : say.notANumber;
    errors.push(say.at(say.cell(columnName(column), row.row), reason(shown(cell))));
  }
  return number;
}

/**
 * The first column: numbers or dates where every cell is one, categories else.
 * @param {string[]} cells @param {boolean} comma @returns {Pick<Table, "x" | "xType">}
 */
function readX(cells, comma) {
  const given = cells.filter((cell) => cell !== "");
  if (!given.length) return { x: null, xType: "number" };
  if (given.every((cell) => toNumber(cell, comma) !== null)) {
    return { x: cells.map((cell) => toNumber(cell, comma)), xType: "number" };
  }
  const xType = given.every((cell) => DATE.test(cell)) ? "date" : "category";
  return { x: cells.map((cell) => (cell === "" ? null : cell)), xType };
}

/** @param {string} cell @param {boolean} comma @returns {number | null} */
function toNumber(cell, comma) {
  const plain = cell.replace("\u2212", "-");
  const text = comma ? plain.replace(",", ".") : plain;
  const number = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : null;
}

/**
 * The cell, or column, of a place in the posted spec (`series[1].y[3]`), as the server names it in its refusals.
 * @param {string | undefined} path @param {Table} table @returns {string | null}
 */
export function placeOf(path, table) {
  const found = /^(?:series\[(\d+)\]\.y|x)(?:\[(\d+)\])?$/.exec(path ?? "");
  if (!found) return null;
  const column = columnName(found[1] === undefined ? 0 : Number(found[1]) + table.firstColumn);
  return say.cell(column, table.rows[Number(found[2])]);
}

/** A ... Z, AA ..., as in a spreadsheet. @param {number} index @returns {string} */
export function columnName(index) {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnName(Math.floor(index / 26) - 1) + last;
}

/** @param {string} cell */
function shown(cell) {
  return cell.length > 40 ? `${cell.slice(0, 39)}…` : cell;
}
