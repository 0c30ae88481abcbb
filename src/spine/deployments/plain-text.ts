// Which characters may stand in a name or a paragraph that people type?
import { z } from 'zod';

// PostgreSQL keeps no NUL, canonical JSON no half of a surrogate pair; both come from broken files, never from people.

/** One line: no control characters. */
export const line = (most: number) => z.string().trim().max(most).regex(/^[^\p{Cc}\p{Cs}]*$/u, 'text without control characters');
/** Paragraphs: line ends are fine. */
export const prose = (most: number) => z.string().trim().max(most).regex(/^[^\0\p{Cs}]*$/u, 'text without NUL or broken characters');

export const isUsable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
