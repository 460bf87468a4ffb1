import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { isRunning } from '../../../src/platform/running-process.ts'

test('this process runs, and none does whose number is never given out', () => {
  expect(isRunning(process.pid)).toBe(true)
  expect(isRunning(2 ** 30)).toBe(false)
})

test.skipIf(!existsSync('/proc/self/stat'))(
  'a process that has ended does not run, even while its parent has not asked for its end',
  async () => {
    // The shell becomes `sleep`, which never waits for the child that the shell left to it.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'])
    onTestFinished(() => void parent.kill('SIGKILL'))
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    expect(isRunning(pid)).toBe(true)
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false)
    expect(() => process.kill(pid, 0)).not.toThrow()
  },
)
