// Which bytes are kept of a line of a batch, written at once and not by way of objects?
import { canonical } from '../../tools/base/canonical.ts';
import type { Way } from './event.ts';
import type { LineIn } from './intake.ts';
import type { References } from './names.ts';

type About = Exclude<LineIn, { what: 'decision' }>;

/** ASCII that needs no escape, in JSON. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const quoted = (text: string): string => (plain.test(text) ? `"${text}"` : canonical(text));
const maybe = (text: string | null | undefined): string => (text === undefined || text === null ? 'null' : quoted(text));
/** Instants and slugs: what the schema lets through needs no escape. */
const plainly = (text: string | undefined): string => (text === undefined ? 'null' : `"${text}"`);
const figure = (value: number | undefined): string => (value === undefined ? 'null' : JSON.stringify(value));
const sealedText = (sealed: { digest: string; length: number } | null): string => (sealed ? `"payload":{"bytes":${sealed.length},"digest":"${sealed.digest}"},` : '');

/** Digest and length of what is sealed beside a record. */
export type Beside = { digest: string; length: number } | null;

/**
 * The canonical text (RFC 8785) of the event that `decisionWritten` makes of a decision told after the fact, without
 * the object between. A property test holds that both are the same bytes.
 */
export function decisionText(told: Extract<LineIn, { what: 'decision' }>, { name, id, via, subject, reference, sealed }: { name: string; id: string; via: Way; subject: string; reference: References; sealed: Beside }): string {
  const { output } = told;
  const shownAt = told.disposition === 'shown' ? (told.shownAt ?? told.at) : undefined;
  return `{"arm":${plainly(told.arm)},"askedAt":${plainly(told.askedAt)},"assurance":"reported","at":"${told.at}","class":${plainly(output.class)},"critical":${output.critical},"decision":"${id}","department":${plainly(told.department)},"disposition":"${told.disposition}","encounter":${maybe(reference('encounter', told.encounter))},"facility":${plainly(told.facility)},"label":${maybe(output.label)},"momentAt":${plainly(told.momentAt)},"name":"${name}",${sealedText(sealed)}"rule":${plainly(told.rule)},"score":${figure(output.score)},"shownAt":${plainly(shownAt)},"subject":"${subject}","user":${maybe(reference('user', told.user))},"version":${quoted(told.version)},"via":"${via}","what":"recorded"}`;
}

/** The same of feedback, an outcome or a use: what `aboutWritten` makes of them. */
export function aboutText(told: About, { decision, reference, sealed }: { decision: string; reference: References; sealed: Beside }): string {
  switch (told.what) {
    case 'feedback':
      return `{"act":"${told.act}","at":"${told.at}","decision":"${decision}","dwellMs":${figure(told.dwellMs)},"edited":${figure(told.edited)},${sealedText(sealed)}"reason":${maybe(told.reason?.code)},"reasonSystem":${maybe(told.reason?.system)},"suggestion":${maybe(told.suggestion)},"user":${maybe(reference('user', told.user))},"what":"feedback"}`;
    case 'outcome':
      return `{"acted":${told.acted},"at":"${told.at}","decision":"${decision}","name":"${told.name}","positive":${told.positive},"value":${figure(told.value)},"what":"outcome"}`;
    case 'use':
      return `{"at":"${told.at}","decision":"${decision}","ms":${figure(told.ms)},"touch":"${told.touch}","user":${maybe(reference('user', told.user))},"what":"used"}`;
  }
}

/** By what it is known that the very same was told before: the canonical text of all of it. */
export function saidOf(told: About): string {
  const member = (name: string, text: string | undefined): string => (text === undefined ? '' : `"${name}":${quoted(text)},`);
  const number = (name: string, value: number | undefined): string => (value === undefined ? '' : `"${name}":${JSON.stringify(value)},`);
  let text = '';
  switch (told.what) {
    case 'feedback': {
      const why = told.reason && `{"code":${quoted(told.reason.code)},${member('system', told.reason.system)}${member('text', told.reason.text)}`;
      text = `"act":"${told.act}","at":"${told.at}",${number('dwellMs', told.dwellMs)}${number('edited', told.edited)}"key":${quoted(told.key)},${why === undefined ? '' : `"reason":${why.slice(0, -1)}},`}${member('suggestion', told.suggestion)}${member('user', told.user)}`;
      break;
    }
    case 'outcome':
      text = `"acted":${told.acted},"at":"${told.at}","key":${quoted(told.key)},"name":"${told.name}","positive":${told.positive},${number('value', told.value)}`;
      break;
    case 'use':
      text = `"at":"${told.at}","key":${quoted(told.key)},${number('ms', told.ms)}${member('user', told.user)}"what":"${told.touch}",`;
  }
  return `{${text.slice(0, -1)}}`;
}
