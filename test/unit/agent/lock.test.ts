import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { takeLock } from '../../../src/agent/lock.ts'

function stateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lock-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('a second agent on a state folder is refused until the first has released it', () => {
  const folder = stateFolder()
  const first = takeLock(folder)
  expect(() => takeLock(folder)).toThrow(expect.objectContaining({ code: 'agent/locked' }))
  first.release()
  takeLock(folder).release()
})

test.skipIf(!existsSync('/proc/self/stat'))(
  'an agent that was killed holds nothing, even while its parent has not asked for its end',
  async () => {
    const folder = stateFolder()
    // The shell becomes `sleep`, which never waits for the child that the shell left to it.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'])
    onTestFinished(() => void parent.kill('SIGKILL'))
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    const fields = (): string[] =>
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
    const lock = { pid, started: fields()[19] }
    writeFileSync(join(folder, 'lock'), JSON.stringify(lock))
    expect(() => takeLock(folder)).toThrow(expect.objectContaining({ code: 'agent/locked' }))
    await expect.poll(() => fields()[0], { timeout: 5000 }).toBe('Z')
    takeLock(folder).release()
  },
)
