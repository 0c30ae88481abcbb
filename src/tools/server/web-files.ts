// How do the built files of the web app reach the browser?
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join, relative } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const compressible = new Set(['.html', '.js', '.css', '.svg', '.json', '.map', '.txt', '.webmanifest']);

interface WebFile {
  plain: Buffer;
  br?: Buffer;
  gzip?: Buffer;
  type: string;
  tag: string;
  /** Its name carries the hash of its content: it never changes. */
  named: boolean;
}

/** Reads the whole built web app, with the `.br` and `.gz` that the build put beside each file; null when it was not built. */
export function readWeb(folder: string): Map<string, WebFile> | null {
  if (!existsSync(join(folder, 'index.html'))) return null;
  const files = new Map<string, WebFile>();
  for (const path of walk(folder)) {
    const extension = extname(path);
    if (extension === '.br' || extension === '.gz') continue;
    const plain = readFileSync(path);
    const beside = (end: string) => (compressible.has(extension) && existsSync(path + end) ? readFileSync(path + end) : undefined);
    const br = beside('.br');
    const gz = beside('.gz');
    const name = `/${relative(folder, path).replaceAll('\\', '/')}`;
    files.set(name, {
      plain,
      ...(br && { br }),
      ...(gz && { gzip: gz }),
      type: types[extension] ?? 'application/octet-stream',
      tag: createHash('sha256').update(plain).digest('base64url').slice(0, 22),
      named: name.startsWith('/assets/'),
    });
  }
  return files;
}

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}

/**
 * Answers a GET: a file by its name; for any other address that a browser opens, the page itself, which knows what to
 * show. Null when it is neither.
 */
export function answerWeb(files: Map<string, WebFile>, request: Request): Response | null {
  const { pathname } = new URL(request.url);
  const file = files.get(pathname === '/' ? '/index.html' : pathname);
  if (file) return answer(file, request);
  const wantsPage = (request.headers.get('accept') ?? '').includes('text/html') && !pathname.startsWith('/assets/');
  const page = wantsPage ? files.get('/index.html') : undefined;
  return page ? answer(page, request) : null;
}

function answer(file: WebFile, request: Request): Response {
  const takes = request.headers.get('accept-encoding') ?? '';
  const [body, encoding] = file.br && /\bbr\b/.test(takes) ? [file.br, 'br'] : file.gzip && /\bgzip\b/.test(takes) ? [file.gzip, 'gzip'] : [file.plain, null];
  const tag = `"${file.tag}${encoding ? `-${encoding}` : ''}"`;
  const headers: Record<string, string> = {
    'content-type': file.type,
    'cache-control': file.named ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    etag: tag,
    ...(encoding && { 'content-encoding': encoding }),
  };
  if (request.headers.get('if-none-match') === tag) return new Response(null, { status: 304, headers });
  return new Response(request.method === 'HEAD' ? null : new Uint8Array(body), { headers: { ...headers, 'content-length': String(body.length) } });
}
