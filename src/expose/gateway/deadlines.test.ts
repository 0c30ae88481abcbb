// Is everybody told whose time is over, and nobody else?
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { forget, remind, TooLate, withinTime } from './deadlines.ts';

describe('deadlines', () => {
  it('ring once, in any order of coming, and not for those who are done', async () => {
    const rung: string[] = [];
    const now = performance.now();
    remind(now + 30, () => rung.push('later'));
    remind(now + 10, () => rung.push('sooner'));
    forget(remind(now + 10, () => rung.push('done before')));
    remind(now + 1, () => remind(now + 20, () => rung.push('asked for while ringing')));
    for (let waited = 0; rung.length < 3 && waited < 200; waited++) await sleep(10);
    // A process that paused in between may find several over at once; whose time was first hears it first all the same.
    expect(rung.filter((one) => one !== 'asked for while ringing')).toEqual(['sooner', 'later']);
    expect(rung).toHaveLength(3);
  });
  it('give the work, its own failure, or that it is too late', async () => {
    const soon = performance.now() + 10_000;
    expect(await withinTime(Promise.resolve(7), soon)).toBe(7);
    await expect(withinTime(Promise.reject(new Error('its own')), soon)).rejects.toThrow('its own');
    await expect(withinTime(new Promise(() => {}), performance.now() + 10)).rejects.toBeInstanceOf(TooLate);
  });
});
