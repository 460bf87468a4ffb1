import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const decisions = readdirSync(join(ROOT, 'docs/adr')).sort()
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(ROOT, 'docs/spec'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/spec/${name}`),
  ...decisions.map((name) => `docs/adr/${name}`),
].filter((path) => existsSync(join(ROOT, path)))

describe('links', () => {
  test.each(pages)('in %s lead to files that are there', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
      ([, link = '']) => link,
    )
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([])
  })

  test.each(pages)('and paths that %s quotes are there', (page) => {
    const quoted = [
      ...read(page).matchAll(/`((?:docs|scripts|src|test|lists)\/[\w./-]+\.\w+)`/g),
    ].map(([, path = '']) => path)
    // Capitals stand for something: `lists/PLACE/…`.
    const real = quoted.filter((path) => !/\/[A-Z]+\//.test(path))
    expect(real.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })
})

describe('decisions', () => {
  test('are numbered without a gap', () => {
    const numbers = decisions.map((name) => Number(name.slice(0, 3)))
    expect(numbers).toEqual(decisions.map((_, i) => i + 1))
  })

  test.each(decisions)('%s has all its parts, on one page', (name) => {
    const text = read(`docs/adr/${name}`)
    for (const part of ['Context', 'Drivers', 'Options', 'Outcome', 'What would change our mind']) {
      expect(text).toContain(`**${part}.**`)
    }
    expect(text).toMatch(/^0\. /m)
    expect(text.split('\n').length).toBeLessThan(60)
  })
})

describe('the import table', () => {
  const rooms = new Map(
    [...section(read('docs/architecture.md'), 'The rooms').matchAll(/^\| `([a-z]+)` \|.*$/gm)].map(
      ([row, room = '']) => [room, row.split('|').map((cell) => cell.trim())],
    ),
  )
  const table = doors()

  test('in docs/architecture.md has the rooms that are checked', () => {
    expect([...rooms.keys()].sort()).toEqual([...Object.keys(table)].sort())
  })

  test.each(Object.entries(table))('says what %s may use', (room, door) => {
    const [, , , may = '', packages = ''] = rooms.get(room) ?? []
    const allowed = room === 'main' ? 'all' : door.rooms.join(', ') || '–'
    expect(may).toBe(allowed)
    for (const name of door.packages) expect(packages).toContain(name)
    for (const name of door.node ?? []) expect(packages).toContain(`node:${name}`)
  })

  test('has a row in the README for every room', () => {
    for (const room of Object.keys(table)) expect(read('README.md')).toContain(`| \`${room}\` |`)
  })
})

describe('settings', () => {
  test.each(['list', 'agent'])('of docs/spec/%s.schema.json are all in docs/operate.md', (name) => {
    const schema = JSON.parse(read(`docs/spec/${name}.schema.json`)) as Schema
    const page = section(read('docs/operate.md'), name === 'agent' ? 'Agent' : "A list's settings")
    const missing = propertiesOf(schema).filter((property) => !page.includes(`\`${property}\``))
    expect(missing).toEqual([])
  })

  test('of docs/spec/console.schema.json are all in docs/operate.md', () => {
    const schema = JSON.parse(read('docs/spec/console.schema.json')) as Schema
    const page = section(read('docs/operate.md'), 'Signing in')
    expect(propertiesOf(schema).filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  test('of docs/spec/monitor.schema.json are all in docs/audit.md', () => {
    const schema = JSON.parse(read('docs/spec/monitor.schema.json')) as Schema
    const page = read('docs/audit.md')
    expect(propertiesOf(schema).filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  test.each([
    ['edge', '2. Configuration'],
    ['witness', '3. Configuration'],
  ])('of docs/spec/%s.schema.json are all in its page', (name, heading) => {
    const schema = JSON.parse(read(`docs/spec/${name}.schema.json`)) as Schema
    const page = section(read(`docs/${name}.md`), heading)
    const isNamed = (name: string): boolean =>
      page.includes(`\`${name}\``) || page.includes(`.${name}\``)
    expect(propertiesOf(schema).filter((name) => !isNamed(name))).toEqual([])
  })
})

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly $defs?: Readonly<Record<string, Schema>>
}

/** The names of all properties, however deep. */
function propertiesOf({ properties = {}, $defs = {} }: Schema): readonly string[] {
  const own = Object.keys(properties).filter((property) => property !== '$schema')
  const deeper = [...Object.values(properties), ...Object.values($defs)]
  return [...own, ...deeper.flatMap(propertiesOf)]
}

interface Door {
  readonly rooms: readonly string[]
  readonly packages: readonly string[]
  readonly node?: readonly string[]
}

/** What stands under a heading of the second level. */
function section(text: string, heading: string): string {
  return text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
}

function doors(): Readonly<Record<string, Door>> {
  const require = createRequire(import.meta.url)
  return (require('../../../scripts/rooms.cjs') as { ROOMS: Readonly<Record<string, Door>> }).ROOMS
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}
