import type { Reporter, TestModule } from 'vitest/node'

/**
 * Closes a run with one plain line, `N passed, N failed, N skipped`, for whoever only reads the end.
 * A file that doesn't load, a hook that fails and an error outside any test count as failed.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      if (module.errors().length > 0) count.failed++
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) count.failed++
      }
      for (const test of module.children.allTests()) count[test.result().state]++
    }
    const skipped = count.skipped + count.pending
    console.log(`${count.passed} passed, ${count.failed} failed, ${skipped} skipped`)
  }
}
