import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Properties run long with SLOW=1, and so do the fault rounds. */
const patience = process.env['SLOW'] ? 20 : 1

/** Where tests note which vectors they open (`test/support/watch-vectors.ts`). */
const reads = join(tmpdir(), `bailiwick-vector-reads-${process.pid}`)
process.on('exit', () => rmSync(reads, { recursive: true, force: true }))

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    reporters: ['default', './test/support/count-reporter.ts'],
    setupFiles: ['./test/support/property-runs.ts', './test/support/watch-vectors.ts'],
    env: { BAILIWICK_VECTOR_READS: reads },
    testTimeout: 30_000 * patience,
    hookTimeout: 60_000 * patience,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/{unit,contract}/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'scenario',
          include: ['test/scenario/**/*.test.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Real resolvers: one at a time, for they are large and their timing is their own.
        extends: true,
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: { name: 'last', include: ['test/last/*.test.ts'], sequence: { groupOrder: 3 } },
      },
    ],
  },
})
