import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMAND, runBailiwick } from '../support/bailiwick-command.ts'

const manifest = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string }

let folder = ''
let env: Readonly<Record<string, string>> = {}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'))
  env = { BAILIWICK_DATA: join(folder, 'data'), BAILIWICK_ACTOR: 'curator@cert.example' }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the command line', () => {
  test('prints its version', async () => {
    const ran = await runBailiwick(['--version'])
    expect(ran).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
  })

  test('shows help with examples and exit codes', async () => {
    const { code, stdout } = await runBailiwick(['--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Examples:\n {2}bailiwick /)
    expect(stdout).toContain('Exit codes: 0 fine, 1 findings, 2 usage, 3 fault')
  })

  test.each([
    { args: ['pulish'], near: 'publish' },
    { args: ['lst', 'ls'], near: 'list' },
    { args: ['list', 'shw'], near: 'show' },
    { args: ['entry', 'retired'], near: 'retire' },
  ])('suggests $near for $args', async ({ args, near }) => {
    const { code, stdout, stderr } = await runBailiwick(args, { env })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^bailiwick: unknown command '[a-z]+' \(usage\/invalid\)\n/)
    expect(stderr).toContain(`Did you mean ${near}?`)
  })

  test.each([
    { args: ['publish', '--dry-rum'], says: "unknown option '--dry-rum'" },
    { args: ['list', 'show'], says: "missing required argument '" },
    { args: ['agent', 'pull'], says: "required option '--config <file>' not specified" },
    { args: ['--data'], says: "option '--data <dir>' argument missing" },
  ])('ends with 2 and says what was expected: $args', async ({ args, says }) => {
    const { code, stderr } = await runBailiwick(args, { env })
    expect(code).toBe(2)
    expect(stderr).toContain(`bailiwick: ${says}`)
    expect(stderr).toMatch(/see: bailiwick.* --help\n$/)
  })

  test.each([[[]], [['list']], [['entry']], [['agent']]])(
    'shows help and ends with 2 where a verb is missing: %j',
    async (args) => {
      const { code, stdout, stderr } = await runBailiwick(args, { env })
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('Usage: bailiwick')
    },
  )

  test('says where no authority is, and how to make one', async () => {
    const { code, stderr } = await runBailiwick(['list', 'ls'], { env })
    expect(code).toBe(3)
    expect(stderr).toMatch(/^bailiwick: .*bailiwick init.* \([a-z]+\/[a-z-]+\)\n$/)
  })

  test('has no stack in what it tells of a fault', async () => {
    const { stderr } = await runBailiwick(['list', 'ls', '--data', '/dev/null/nowhere'], { env })
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  test('ends quietly when its reader leaves', () => {
    const list = join(folder, 'many.txt')
    const script = `
      seq -f 'name-%.0f.example' 1 300000 > ${list}
      ${process.execPath} ${COMMAND} convert ${list} --to domains | head -n 1
      echo "\${PIPESTATUS[0]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout.trim().split('\n')).toHaveLength(2)
    expect(stdout).toMatch(/\n0\n$/)
  })

  test('is stopped by a signal like any other program', async () => {
    const args = [COMMAND, 'convert', '/dev/stdin', '--to', 'domains']
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'] })
    const ended = new Promise<NodeJS.Signals | null>((resolve) => {
      child.on('exit', (_, signal) => resolve(signal))
    })
    child.kill('SIGTERM')
    expect(await ended).toBe('SIGTERM')
  })
})
