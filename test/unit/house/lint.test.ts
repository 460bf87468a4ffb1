import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'
import { beforeAll, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

const IMPURE: readonly (readonly [string, string])[] = [
  ['the clock', 'export const probe = Date.now()'],
  ['today', 'export const probe = new Date()'],
  ['today as text', 'export const probe = Date()'],
  ['chance', 'export const probe = Math.random()'],
  [
    'chance from node:crypto',
    "import { randomBytes } from 'node:crypto'\nexport const probe = randomBytes",
  ],
  ['the environment', "export const probe = process.env['HOME']"],
  ['a timer', 'export const probe = setTimeout(String, 1)'],
  ['the network', "export const probe = fetch('http://192.0.2.1/')"],
  ['a stop-watch', 'export const probe = performance.now()'],
  ['the global object', 'export const probe = globalThis.fetch'],
  ['a locale', "export const probe = 'a'.localeCompare('b')"],
]

let eslint: ESLint

beforeAll(() => {
  // With CI=true the parser takes files from the disk, once, and not the text that it is given.
  const parserOptions = { disallowAutomaticSingleRunInference: true }
  eslint = new ESLint({ cwd: ROOT, overrideConfig: { languageOptions: { parserOptions } } })
})

test.each(IMPURE)('the pure rooms may not use %s', async (_, code) => {
  expect(await rulesBroken(code, 'src/core/fault.ts')).toContainEqual(
    expect.stringMatching(/^no-restricted-/),
  )
})

test('the pure rooms may use a time that they are given', async () => {
  const code = 'export const probe = (at: Date): string => new Date(at.getTime()).toISOString()\n'
  expect(await rulesBroken(code, 'src/core/fault.ts')).toEqual([])
})

test('no program ends by process.exit', async () => {
  expect(await rulesBroken('process.exit(1)\n', 'src/main/run-program.ts')).toContain(
    'no-restricted-properties',
  )
})

/** The rules that `code` would break if it were the text of `file`. */
async function rulesBroken(code: string, file: string): Promise<readonly string[]> {
  const [result] = await eslint.lintText(code, { filePath: `${ROOT}/${file}` })
  return (result?.messages ?? []).map((message) => message.ruleId ?? message.message)
}
