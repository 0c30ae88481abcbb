// Which fields stand in one record of a CSV file?

/**
 * Cuts a record by RFC 4180: a field that begins with a quotation mark ends at the mark that the delimiter or the record's
 * end follows, and two marks inside stand for one. A mark in the middle of an unquoted field is a letter like any other.
 */
export function splitRecord(record: string, delimiter: string, quoted = true): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (quoted && record[at] === '"') {
      let field = '';
      let from = at + 1;
      for (;;) {
        const mark = record.indexOf('"', from);
        if (mark === -1) {
          fields.push(field + record.slice(from));
          return fields;
        }
        field += record.slice(from, mark);
        if (record[mark + 1] === '"') {
          field += '"';
          from = mark + 2;
          continue;
        }
        const next = record[mark + 1];
        if (next === undefined || next === delimiter) {
          fields.push(field);
          if (next === undefined) return fields;
          at = mark + 2;
          break;
        }
        field += '"';
        from = mark + 1;
      }
    } else {
      const end = record.indexOf(delimiter, at);
      if (end === -1) {
        fields.push(record.slice(at));
        return fields;
      }
      fields.push(record.slice(at, end));
      at = end + 1;
    }
  }
}
