import type { Reporter, TestModule } from 'vitest/node';

const NAMED = 10;

const seconds = (module: TestModule): number => {
  const { collectDuration, duration } = module.diagnostic();
  return (collectDuration + duration) / 1000;
};

/**
 * Names the slowest files of a run of many, so that everybody sees where the time goes. Then closes with one plain line,
 * `N passed, N failed[, N skipped]`, for people and machines alike.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    let skipped = 0;
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests()].length === 0) failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        else if (state === 'failed') failed++;
        else skipped++;
      }
    }
    if (modules.length > NAMED) {
      const slowest = modules.toSorted((a, b) => seconds(b) - seconds(a)).slice(0, NAMED);
      const lines = slowest.map(
        (module) => `${seconds(module).toFixed(1).padStart(8)} s  ${module.relativeModuleId}`,
      );
      process.stdout.write(`\nThe slowest files:\n${lines.join('\n')}\n`);
    }
    process.stdout.write(
      `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
    );
  }
}
