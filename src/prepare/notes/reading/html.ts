// Which text does a reader of this HTML, XHTML narrative or XML document see?

/** Their content is never read aloud. */
const dropped = new Set(['script', 'style', 'head', 'template', 'noscript', 'svg', 'object', 'iframe']);
const breaks = new Set(['address', 'article', 'blockquote', 'br', 'caption', 'center', 'dd', 'div', 'dl', 'dt', 'fieldset', 'figure', 'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'li', 'main', 'nav', 'ol', 'p', 'pre', 'section', 'table', 'tbody', 'tfoot', 'thead', 'title', 'tr', 'ul', 'paragraph', 'list', 'item', 'text', 'component']);
const cells = new Set(['td', 'th']);

/**
 * Tags out, entities read, white space as a browser shows it: blocks on lines of their own, table cells apart by tabs.
 * One pass, no recursion; a tag or an entity that never ends is text. The output is never longer than the input.
 */
export function htmlText(html: string): string {
  const out: string[] = [];
  let open = '';
  let preformatted = 0;
  /** What stands at the end of what was written: a space is written once, none after a line end. */
  let last = '\n';
  const write = (piece: string) => {
    let text = readEntities(piece);
    if (preformatted === 0) {
      text = text.replace(/[ \t\r\n\f]+/g, ' ');
      if (text[0] === ' ' && (last === ' ' || last === '\n' || last === '\t')) text = text.slice(1);
    }
    if (text === '') return;
    out.push(text);
    last = text[text.length - 1]!;
  };
  const mark = (sign: '\n' | '\t') => {
    if (sign === '\n' && last === '\n') return;
    out.push(sign);
    last = sign;
  };
  let at = 0;
  while (at < html.length) {
    const tag = html.indexOf('<', at);
    if (tag === -1) {
      if (open === '') write(html.slice(at));
      break;
    }
    if (tag > at && open === '') write(html.slice(at, tag));
    if (html.startsWith('<!--', tag)) {
      const end = html.indexOf('-->', tag + 4);
      at = end === -1 ? html.length : end + 3;
      continue;
    }
    if (html.startsWith('<![CDATA[', tag)) {
      const end = html.indexOf(']]>', tag + 9);
      if (open === '') write(html.slice(tag + 9, end === -1 ? html.length : end).replaceAll('&', '&amp;'));
      at = end === -1 ? html.length : end + 3;
      continue;
    }
    const first = html.charCodeAt(tag + 1);
    const closing = first === 0x2f;
    const start = closing ? tag + 2 : tag + 1;
    if (!isLetter(html.charCodeAt(start)) && first !== 0x21 && first !== 0x3f) {
      // “BP < 120” is no tag.
      if (open === '') write('<');
      at = tag + 1;
      continue;
    }
    const end = endOfTag(html, start);
    if (end === -1) {
      if (open === '') write(html.slice(tag));
      break;
    }
    let stop = start;
    while (stop < end && isName(html.charCodeAt(stop))) stop++;
    const name = html.slice(start, stop).toLowerCase();
    at = end + 1;
    if (open !== '') {
      if (closing && name === open) open = '';
      continue;
    }
    if (dropped.has(name)) {
      if (!closing && html.charCodeAt(end - 1) !== 0x2f) open = name;
      continue;
    }
    if (name === 'pre') preformatted = Math.max(0, preformatted + (closing ? -1 : 1));
    if (breaks.has(name)) mark('\n');
    else if (cells.has(name) && closing) mark('\t');
  }
  return out.join('');
}

/** The `>` of a tag; quoted attribute values may hold one. A quote that is never closed does not count as one. */
function endOfTag(html: string, from: number): number {
  const plain = html.indexOf('>', from);
  if (plain === -1) return -1;
  let at = from;
  for (;;) {
    const end = html.indexOf('>', at);
    if (end === -1) return plain;
    const quote = firstQuote(html, at, end);
    if (quote === -1) return end;
    const closed = html.indexOf(html[quote]!, quote + 1);
    // Attribute values are short; a far quote belongs to the text.
    if (closed === -1 || closed - quote > 10_000) return end;
    at = closed + 1;
  }
}

function firstQuote(html: string, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const code = html.charCodeAt(at);
    if ((code === 0x22 || code === 0x27) && html.charCodeAt(at - 1) === 0x3d) return at;
  }
  return -1;
}

const isLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const isName = (code: number) => isLetter(code) || (code >= 48 && code <= 58);

function readEntities(text: string): string {
  let amp = text.indexOf('&');
  if (amp === -1) return text;
  let out = '';
  let from = 0;
  for (; amp !== -1; amp = text.indexOf('&', amp + 1)) {
    const end = text.indexOf(';', amp + 1);
    if (end === -1) break;
    if (end - amp > 12) continue;
    const read = entity(text.slice(amp + 1, end));
    if (read === null) continue;
    out += text.slice(from, amp) + read;
    from = end + 1;
    amp = end;
  }
  return out + text.slice(from);
}

function entity(name: string): string | null {
  if (name[0] === '#') {
    const code = name[1] === 'x' || name[1] === 'X' ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    if (!(code > 0 && code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) return Number.isNaN(code) ? null : '\ufffd';
    return code === 0xa0 ? ' ' : String.fromCodePoint(code);
  }
  return named.get(name) ?? null;
}

/** XML's five and those of HTML 4.01 §24 from U+00A0 to U+00FF in their order, then the symbols clinical text uses. */
const latin = 'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
const named = new Map<string, string>([
  ['amp', '&'], ['lt', '<'], ['gt', '>'], ['quot', '"'], ['apos', "'"],
  ...latin.split(' ').map((name, at) => [name, String.fromCharCode(0xa0 + at)] as [string, string]),
  ['nbsp', ' '], ['shy', ''], ['ensp', ' '], ['emsp', ' '], ['thinsp', ' '], ['zwnj', ''], ['zwj', ''],
  ['ndash', '–'], ['mdash', '—'], ['lsquo', '‘'], ['rsquo', '’'], ['sbquo', '‚'], ['ldquo', '“'], ['rdquo', '”'], ['bdquo', '„'], ['bull', '•'], ['hellip', '…'], ['prime', '′'], ['trade', '™'], ['euro', '€'],
  ['larr', '←'], ['uarr', '↑'], ['rarr', '→'], ['darr', '↓'], ['ne', '≠'], ['le', '≤'], ['ge', '≥'], ['minus', '−'], ['asymp', '≈'], ['infin', '∞'], ['radic', '√'], ['check', '✓'],
  ...'Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho'.split(' ').flatMap((name, at): [string, string][] => [[name, String.fromCharCode(0x391 + at)], [name.toLowerCase(), String.fromCharCode(0x3b1 + at)]]),
  ['Sigma', 'Σ'], ['sigma', 'σ'], ['Tau', 'Τ'], ['tau', 'τ'], ['phi', 'φ'], ['Phi', 'Φ'], ['chi', 'χ'], ['psi', 'ψ'], ['Psi', 'Ψ'], ['omega', 'ω'], ['Omega', 'Ω'],
]);
