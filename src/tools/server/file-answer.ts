// How is text handed out as a file to keep?

/** Never stored on the way: it may speak of patients. `name` is what it is called when saved. */
export const fileAnswer = (text: string, type: string, name: string): Response => new Response(text, { headers: { 'content-type': type, 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' } });
