// Which text does a reader of this RTF document see?
import { decodeAs } from './charset.ts';

/** Groups nested deeper than this are no document anybody wrote (RTF 1.9.1 names no bound; Word stays under a hundred). */
export const deepestGroup = 500;

export interface RtfText {
  text: string;
  /** Why the reading ended early, or what does not fit; null: nothing. */
  trouble: string | null;
}

/** Destinations whose content is not the document's text; `\*` marks more of them. */
const hidden = new Set('fonttbl colortbl stylesheet info pict object objdata header headerl headerr headerf footer footerl footerr footerf fldinst themedata colorschememapping datastore latentstyles listtable listoverridetable rsidtbl generator xmlnstbl revtbl filetbl pnseclvl mmathPr nonshppict bkmkstart bkmkend ftnsep ftnsepc aftnsep aftnsepc background template private falt panose'.split(' '));
const symbols = new Map<string, string>([
  ['par', '\n'], ['line', '\n'], ['sect', '\n'], ['page', '\n'], ['column', '\n'], ['row', '\n'], ['nestrow', '\n'], ['softline', '\n'],
  ['tab', '\t'], ['cell', '\t'], ['nestcell', '\t'], ['emdash', '—'], ['endash', '–'], ['emspace', ' '], ['enspace', ' '], ['qmspace', ' '],
  ['bullet', '•'], ['lquote', '‘'], ['rquote', '’'], ['ldblquote', '“'], ['rdblquote', '”'],
]);
/** `\fcharsetN` to Windows code pages (RTF 1.9.1, font table). */
const pageOfCharset: Record<number, number> = { 77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250 };
const labelOfPage: Record<number, string> = { 437: 'windows-1252', 850: 'windows-1252', 866: 'ibm866', 874: 'windows-874', 932: 'shift_jis', 936: 'gbk', 949: 'euc-kr', 950: 'big5', 10000: 'macintosh', 65001: 'utf-8' };
const labelOf = (page: number): string => labelOfPage[page] ?? (page >= 1250 && page <= 1258 ? `windows-${page}` : 'windows-1252');

interface State {
  /** Inside a destination that is no text. */
  skip: boolean;
  /** Hidden or deleted text. */
  unseen: boolean;
  /** How many fallback characters follow a `\u`. */
  uc: number;
  font: number;
  fonts: boolean;
}

/**
 * A real subset of RTF 1.9.1: paragraphs, tabs, table cells, quotes and dashes, `\'hh` in the code page of the document or of
 * the font, `\uN` with its fallback, hidden and foreign destinations left out, `\binN` skipped unread. One pass without
 * recursion: time and memory are linear in the input, whatever the nesting; a document that nests deeper than `deepestGroup`
 * is read up to there.
 */
export function rtfText(bytes: Buffer): RtfText {
  const source = bytes.toString('latin1');
  const out: string[] = [];
  const states: State[] = [];
  const pages = new Map<number, number>();
  let state: State = { skip: false, unseen: false, uc: 1, font: -1, fonts: false };
  let page = 1252;
  let foreign: number[] = [];
  let fallbacks = 0;
  let trouble: string | null = null;
  const label = () => labelOf(pages.get(state.font) ?? page);
  const flush = () => {
    if (foreign.length === 0) return;
    out.push(decodeAs(label(), Uint8Array.from(foreign)));
    foreign = [];
  };
  const write = (text: string) => {
    if (state.skip || state.unseen) return;
    flush();
    out.push(text);
  };
  const length = source.length;
  let at = 0;
  while (at < length) {
    const code = source.charCodeAt(at);
    if (code === 0x7b) {
      if (states.length >= deepestGroup) {
        trouble = `Groups are nested more than ${deepestGroup} deep; read up to there.`;
        break;
      }
      flush();
      states.push(state);
      state = { ...state };
      fallbacks = 0;
      at++;
    } else if (code === 0x7d) {
      flush();
      fallbacks = 0;
      const before = states.pop();
      if (before) state = before;
      at++;
      // What follows the document's own group is no text.
      if (states.length === 0) break;
    } else if (code === 0x0a || code === 0x0d || code === 0) at++;
    else if (code !== 0x5c) {
      let end = at + 1;
      for (; end < length; end++) {
        const next = source.charCodeAt(end);
        if (next === 0x5c || next === 0x7b || next === 0x7d || next === 0x0a || next === 0x0d) break;
      }
      const skipped = Math.min(fallbacks, end - at);
      fallbacks -= skipped;
      if (!state.skip && !state.unseen && end > at + skipped) writeRun(at + skipped, end);
      at = end;
    } else at = control(at + 1);
  }
  flush();
  if (trouble === null && states.length > 0) trouble = 'A group is never closed: the document was cut off.';
  return { text: out.join(''), trouble };

  /** Plain letters; those above ASCII are bytes of the code page. */
  function writeRun(from: number, to: number): void {
    const run = source.slice(from, to);
    for (let place = 0; place < run.length; place++)
      if (run.charCodeAt(place) > 0x7f) {
        for (let one = 0; one < run.length; one++) foreign.push(run.charCodeAt(one));
        return;
      }
    write(run);
  }

  /** Reads a control word or symbol whose first character stands at `from`; gives the place after it. */
  function control(from: number): number {
    const first = source.charCodeAt(from);
    if (first === 0x27) {
      const byte = Number.parseInt(source.slice(from + 1, from + 3), 16);
      if (fallbacks > 0) fallbacks--;
      else if (!state.skip && !state.unseen && !Number.isNaN(byte)) foreign.push(byte);
      return from + 3;
    }
    if (!((first >= 97 && first <= 122) || (first >= 65 && first <= 90))) {
      if (first === 0x2a) state.skip = true;
      else if (first === 0x7e) write(' ');
      else if (first === 0x5f) write('-');
      else if (first === 0x0a || first === 0x0d) write('\n');
      else if (first === 0x5c || first === 0x7b || first === 0x7d) {
        if (fallbacks > 0) fallbacks--;
        else write(source[from]!);
      }
      return from + 1;
    }
    let end = from + 1;
    while (end < length && end - from < 40) {
      const code = source.charCodeAt(end);
      if (!((code >= 97 && code <= 122) || (code >= 65 && code <= 90))) break;
      end++;
    }
    const word = source.slice(from, end);
    let number: number | null = null;
    const digits = source.charCodeAt(end) === 0x2d ? end + 1 : end;
    let stop = digits;
    while (stop < length && stop - digits < 10 && isDigit(source.charCodeAt(stop))) stop++;
    if (stop > digits) {
      number = Number(source.slice(end, stop));
      end = stop;
    }
    if (source.charCodeAt(end) === 0x20) end++;
    return obey(word, number, end);
  }

  function obey(word: string, number: number | null, end: number): number {
    const symbol = symbols.get(word);
    if (symbol !== undefined) {
      if (fallbacks > 0) fallbacks--;
      else write(symbol);
    } else if (word === 'u' && number !== null) {
      write(String.fromCharCode(number < 0 ? number + 65536 : number));
      fallbacks = state.uc;
    } else if (word === 'uc') state.uc = Math.min(16, Math.max(0, number ?? 1));
    else if (word === 'bin') return Math.min(length, end + Math.max(0, number ?? 0));
    else if (word === 'ansicpg') page = number ?? 1252;
    else if (word === 'mac') page = 10000;
    else if (word === 'v' || word === 'deleted') state.unseen = number !== 0;
    else if (word === 'fonttbl') {
      state.skip = true;
      state.fonts = true;
    } else if (hidden.has(word)) state.skip = true;
    else if (word === 'f' && number !== null) {
      flush();
      state.font = number;
    } else if (word === 'fcharset' && state.fonts && number !== null) {
      const wanted = pageOfCharset[number];
      if (wanted !== undefined && pages.size < 1000) pages.set(state.font, wanted);
    } else if (word === 'plain') {
      flush();
      state.font = -1;
      state.unseen = false;
    }
    return end;
  }
}

const isDigit = (code: number) => code >= 48 && code <= 57;
