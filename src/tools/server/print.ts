// How does a page become a PDF that can be signed, sent and filed?
import { openChromium } from './chromium.ts';
import type { Config } from './config.ts';

export interface PrintOptions {
  /** `A4` unless told. */
  format?: 'A4' | 'Letter';
  landscape?: boolean;
  /** At the foot of every page, before the page number; plain text. */
  footer?: string;
}

/**
 * Prints self-contained HTML: scripts do not run and nothing is fetched, so that what is printed is what was handed
 * in. @throws Problem `unavailable` when there is no Chromium.
 */
export async function printHtml(config: Pick<Config, 'chromiumPath'>, html: string, options: PrintOptions = {}): Promise<Uint8Array> {
  const browser = await openChromium(config);
  try {
    const context = await browser.newContext({ javaScriptEnabled: false, offline: true });
    const page = await context.newPage();
    await page.setContent(html, { waitUntil: 'load' });
    return await page.pdf(settingsOf(options));
  } finally {
    await browser.close();
  }
}

/** Prints a page of the product itself, as the person with this session cookie sees it. */
export async function printPage(config: Pick<Config, 'chromiumPath'>, url: string, cookie: { name: string; value: string }, options: PrintOptions & { ready?: string } = {}): Promise<Uint8Array> {
  const browser = await openChromium(config);
  try {
    const context = await browser.newContext();
    await context.addCookies([{ ...cookie, url: new URL(url).origin }]);
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'networkidle' });
    if (options.ready) await page.waitForSelector(options.ready);
    return await page.pdf(settingsOf(options));
  } finally {
    await browser.close();
  }
}

const settingsOf = ({ format = 'A4', landscape = false, footer = '' }: PrintOptions) => ({
  format,
  landscape,
  printBackground: true,
  tagged: true,
  outline: true,
  margin: { top: '18mm', bottom: '20mm', left: '16mm', right: '16mm' },
  displayHeaderFooter: true,
  headerTemplate: '<span></span>',
  footerTemplate: `<div style="font: 8px sans-serif; width: 100%; padding: 0 16mm; display: flex; justify-content: space-between; color: #444"><span>${escaped(footer)}</span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>`,
});

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign);
