import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { runBailiwick } from '../support/bailiwick-command.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Documented {
  readonly page: string
  readonly line: string
  readonly path: readonly string[]
  readonly options: readonly string[]
}

const commands = pages().flatMap((page) => commandsIn(page))
const help = new Map<string, Promise<string>>()

beforeAll(() => {
  for (const { path } of commands) {
    const key = path.join(' ')
    if (!help.has(key)) help.set(key, helpFor(path))
  }
})

test('the documents show commands', () => {
  expect(commands.length).toBeGreaterThan(20)
})

test.each(commands)('$page: $line', async ({ path, options }) => {
  const shown = (await help.get(path.join(' '))) ?? ''
  expect(shown).toMatch(new RegExp(`^Usage: bailiwick ${path.join(' ')}( |$)`, 'm'))
  const known = `${shown}\n${(await help.get('')) ?? ''}`
  for (const option of options) expect(known).toMatch(new RegExp(`${option}(?![a-z-])`))
})

function pages(): readonly string[] {
  const docs = readdirSync(`${ROOT}/docs`, { recursive: true, encoding: 'utf8' })
  return ['README.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
}

/** Lines of code blocks, and quoted spans, that begin with the command. */
function commandsIn(page: string): readonly Documented[] {
  const text = readFileSync(`${ROOT}/${page}`, 'utf8')
  const blocks = [...text.matchAll(/^```[a-z]*\n([^]*?)^```/gm)].map(([, block = '']) => block)
  const lines = blocks
    .flatMap((block) => block.replaceAll(/\\\n\s*/g, ' ').split('\n'))
    .map((line) => line.replace(/^\s*\$ /, '').replace(/^(ExecStart=)?\S*\/(?=bailiwick )/, ''))
  const quoted = [...text.matchAll(/`(bailiwick [^`\n]+)`/g)].map(([, line = '']) => line)
  return [...lines, ...quoted]
    .filter((line) => /^bailiwick [a-z-]/.test(line))
    .map((line) => parseCommand(page, line))
}

function parseCommand(page: string, line: string): Documented {
  const words = line
    .replace(/\s(#|[|>&]).*$/, '')
    .split(/\s+/)
    .slice(1)
  const [noun = '', verb = '', third = ''] = words
  const single = [
    'convert',
    'init',
    'publish',
    'diff',
    'export',
    'serve',
    'backup',
    'restore',
    'doctor',
  ]
  const path =
    single.includes(noun) || noun.startsWith('-') || !/^[a-z][a-z-]*$/.test(verb)
      ? [noun]
      : // The one noun whose verbs have verbs of their own.
        noun === 'user' && verb === 'role'
        ? [noun, verb, third]
        : [noun, verb]
  return {
    page,
    line,
    path: path.filter((word) => !word.startsWith('-')),
    options: words.filter((word) => /^--[a-z]/.test(word)).map((word) => word.replace(/=.*/, '')),
  }
}

async function helpFor(path: readonly string[]): Promise<string> {
  const { stdout } = await runBailiwick([...path, '--help'])
  return stdout
}
