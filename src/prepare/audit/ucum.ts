// Is this text a unit of UCUM?
import { ucumUnits } from './knowledge.ts';

let known: { metric: Set<string>; plain: Set<string>; prefixes: string[] } | undefined;
const units = () => (known ??= { metric: new Set(ucumUnits().metric), plain: new Set(ucumUnits().plain), prefixes: ucumUnits().prefixes });

/**
 * Parses a case-sensitive UCUM code: components joined by `.` and `/`, each a number, an annotation or a unit with an
 * optional prefix, exponent and annotation; parentheses group. Dimension is not checked. Units outside the clinical list of
 * knowledge/ucum.yaml are refused.
 * Source: UCUM 2.1, sections 2 and 3.
 */
export function isUcum(code: string): boolean {
  if (code === '' || code.length > 100 || !/^[!-~]+$/.test(code)) return false;
  let at = 0;
  const term = (): boolean => {
    if (code[at] === '/') at++;
    for (;;) {
      if (code[at] === '(') {
        at++;
        if (!term() || code[at] !== ')') return false;
        at++;
        annotation();
      } else if (!component()) return false;
      if (code[at] === '.' || code[at] === '/') at++;
      else return true;
    }
  };
  const annotation = (): boolean => {
    const found = /^\{[^{}]*\}/.exec(code.slice(at));
    if (found) at += found[0].length;
    return found !== null;
  };
  const component = (): boolean => {
    if (annotation()) return true;
    const from = at;
    // A unit's own brackets may hold any sign; outside them a component ends at . / ( ) {
    while (at < code.length && !'./(){}'.includes(code[at]!)) {
      if (code[at] === '[') {
        const end = code.indexOf(']', at);
        if (end < 0) return false;
        at = end;
      }
      at++;
    }
    const ok = isSimple(code.slice(from, at));
    annotation();
    return ok;
  };
  return term() && at === code.length;
}

function isSimple(text: string): boolean {
  if (/^\d+$/.test(text)) return true;
  const { metric, plain, prefixes } = units();
  const power = /^(10[*^])([+-]?\d+)?$/.exec(text);
  if (power) return true;
  const atoms = [text, text.replace(/[+-]?\d+$/, '')];
  return atoms.some((atom) => atom !== '' && (metric.has(atom) || plain.has(atom) || prefixes.some((prefix) => atom.startsWith(prefix) && metric.has(atom.slice(prefix.length)))));
}
