// What stands in the lines of a CSV file?

export interface CsvRow {
  /** 1-based line of the file where the row begins. */
  line: number;
  cells: string[];
}

/** RFC 4180 text as rows: quoted cells may hold the separator, quotes (doubled) and line ends. Blank lines are left out. */
export function readCsv(text: string): { separator: string; rows: CsvRow[]; unclosed: number | null } {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const separator = separatorOf(body);
  const rows: CsvRow[] = [];
  let [cells, cell, quoted, line, began, opened] = [[] as string[], '', false, 1, 1, 0];
  const endRow = () => {
    cells.push(cell);
    if (cells.length > 1 || cells[0]?.trim()) rows.push({ line: began, cells: cells.map((one) => one.trim()) });
    [cells, cell] = [[], ''];
  };
  for (let i = 0; i < body.length; i++) {
    const char = body[i]!;
    if (char === '\n') line++;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (body[i + 1] === '"') { cell += '"'; i++; }
      else quoted = false;
    } else if (char === '"' && cell.trim() === '') { [cell, quoted, opened] = ['', true, line]; }
    else if (char === separator) { cells.push(cell); cell = ''; }
    else if (char === '\n' || char === '\r') {
      if (char === '\r' && body[i + 1] === '\n') { i++; line++; }
      else if (char === '\r') line++;
      endRow();
      began = line;
    } else cell += char;
  }
  endRow();
  return { separator, rows, unclosed: quoted ? opened : null };
}

/** Comma, semicolon or tab: whichever stands most often outside quotes in the first line. */
export function separatorOf(text: string): string {
  const first = text.slice(0, text.search(/[\r\n]|$/)).replace(/"[^"]*"/g, '');
  const count = (separator: string) => first.split(separator).length - 1;
  return [',', ';', '\t'].reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}
