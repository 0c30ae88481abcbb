// How did the whole run end, in one line that a machine can read?
import type { Reporter, TestModule } from 'vitest/node';

/** Prints `12 passed, 0 failed, 1 skipped` as the last line, after every other reporter, and names what was skipped. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    const skipped: string[] = [];
    for (const module of modules) {
      // A file that cannot even be read has no tests to count; it failed all the same.
      count.failed += module.errors().length;
      // Where the preparation of a group fails, its tests are left out: that is a failure, not an omission.
      for (const group of module.children.allSuites()) count.failed += group.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state] += 1;
        if (state === 'skipped') skipped.push(`${module.relativeModuleId}: ${test.fullName}`);
      }
    }
    const { passed, failed } = count;
    process.once('exit', () => {
      for (const name of skipped) console.log(`skipped: ${name}`);
      console.log(`${passed} passed, ${failed} failed${count.skipped ? `, ${count.skipped} skipped` : ''}`);
    });
  }
}
