// How does a secret look that nobody can guess, and what is kept of it?
import { createHash, randomBytes } from 'node:crypto';

/** 256 bits of chance, safe in URLs and cookies. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** What is kept of a token. It has 256 bits of chance, so a plain hash cannot be turned back. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The value of a cookie of the request, or null. */
export function cookieOf(request: Request, name: string): string | null {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}

export interface CookieOptions {
  secure: boolean;
  path: string;
  /** Seconds; 0 removes it. */
  maxAge: number;
}

export const cookie = (name: string, value: string, { secure, path, maxAge }: CookieOptions): string =>
  `${name}=${value}; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure ? '; Secure' : ''}`;
