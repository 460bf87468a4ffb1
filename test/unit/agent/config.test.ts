import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { realDisk } from '../../../src/agent/disk.ts'
import { parseAgentConfig } from '../../../src/agent/parse-config.ts'
import { keepChecked, readAgentConfig } from '../../../src/agent/read-config.ts'
import { METADATA_LIMITS } from '../../../src/agent/open-source.ts'
import {
  DEFAULT_MAX_GROWTH,
  DEFAULT_MAX_SHRINK,
  DEFAULT_LIMITS_FROM_ENTRIES,
} from '../../../src/agent/check-limits.ts'
import { EXPORT_FORMATS } from '../../../src/formats/render-export.ts'

const good = {
  source: 'https://lists.cert.example/',
  root: 'root.json',
  state: 'state',
  lists: [{ id: 'phishing', outputs: [{ format: 'rpz', path: 'p.rpz' }] }],
}

function parse(change: object): unknown {
  return parseAgentConfig(JSON.stringify({ ...good, ...change }), '/etc/bailiwick')
}

function complaint(change: object): string {
  try {
    parse(change)
  } catch (error) {
    expect(error).toMatchObject({ code: 'agent/config' })
    return (error as Error).message
  }
  throw new Error('was accepted')
}

describe('an agent configuration', () => {
  test('gets its defaults, and paths from its own folder', () => {
    expect(parse({ tokenFile: '../token' })).toEqual({
      source: 'https://lists.cert.example',
      root: '/etc/bailiwick/root.json',
      state: '/etc/bailiwick/state',
      tokenFile: '/etc/token',
      insecureToken: false,
      schedule: '*/5 * * * *',
      jitterSeconds: 30,
      logLevel: 'info',
      timeouts: { connect: 10, idle: 15, metadata: 30, list: 900, command: 120 },
      maxBytes: 2 ** 31,
      maxRedirects: 0,
      lists: [
        {
          id: 'phishing',
          limits: { minEntries: 1, maxEntries: 10_000_000 },
          outputs: [{ format: 'rpz', path: '/etc/bailiwick/p.rpz' }],
        },
      ],
    })
  })

  test('keeps the other defaults where one of a group is given', () => {
    expect(parse({ timeouts: { list: 60 } })).toMatchObject({
      timeouts: { connect: 10, list: 60, command: 120 },
    })
  })

  test.each<[string, object, string]>([
    [
      'a word that is nearly right',
      { shedule: '* * * * *' },
      'unknown property "shedule", did you mean "schedule"?',
    ],
    ['a missing part', { root: undefined }, 'expected a property "root", got none'],
    [
      'a wrong type deep inside',
      { lists: [{ id: 'a', outputs: [{ format: 'rpz', path: 7 }] }] },
      'lists[0].outputs[0].path: expected a string, got 7',
    ],
    [
      'an unknown format',
      { lists: [{ id: 'a', outputs: [{ format: 'rzp', path: 'x' }] }] },
      'lists[0].outputs[0].format: expected one of "adblock"',
    ],
    [
      'a command as text',
      { onFailure: 'mail root' },
      'onFailure: expected an array, got "mail root"',
    ],
    [
      'an id that cannot be one',
      { lists: [{ id: 'Phishing' }] },
      'lists[0].id: expected text like ^[a-z0-9-]{1,40}$, got "Phishing"',
    ],
    ['no list', { lists: [] }, 'lists: '],
    ['a list twice', { lists: [{ id: 'a' }, { id: 'a' }] }, 'expected each id once, got "a" twice'],
    [
      'a path twice',
      {
        lists: [
          {
            id: 'a',
            outputs: [
              { format: 'rpz', path: 'x' },
              { format: 'hosts', path: './x' },
            ],
          },
        ],
      },
      'expected each path once',
    ],
    [
      'a check that checks nothing',
      { lists: [{ id: 'a', outputs: [{ format: 'rpz', path: 'x', check: ['true'] }] }] },
      'expected {file} among its arguments',
    ],
    [
      'a zone where there is none',
      { lists: [{ id: 'a', outputs: [{ format: 'hosts', path: 'x', zone: 'z.example' }] }] },
      'only the format "rpz" has a zone',
    ],
    [
      'a token in clear text',
      { source: 'http://lists.cert.example', tokenFile: 'token' },
      'expected https',
    ],
    ['a source that is no URL', { source: 'lists.cert.example' }, 'source: expected text like'],
    [
      'a share above all',
      { lists: [{ id: 'a', limits: { maxShrink: 2 } }] },
      'lists[0].limits.maxShrink: must be <= 1, got 2',
    ],
  ])('is refused with %s, and told what would be right', (_, change, sentence) => {
    expect(complaint(change)).toContain(sentence)
  })

  test('tells all that is wrong at once', () => {
    const said = complaint({ shedule: '', root: 5 })
    expect(said).toContain('"shedule"')
    expect(said).toContain('root: expected a string')
  })

  test.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])(
    'may send a token in clear text to its own host: %s',
    (source) => {
      expect(parse({ source, tokenFile: 'token' })).toMatchObject({ source })
    },
  )

  test('is refused when it is no JSON or is not there', () => {
    expect(() => parseAgentConfig('{', '/')).toThrow(
      expect.objectContaining({ code: 'agent/config' }),
    )
  })

  test('that is not there is told so', async () => {
    await expect(readAgentConfig('/nowhere/agent.json')).rejects.toThrow(
      expect.objectContaining({ code: 'agent/config' }),
    )
  })

  test('is checked once, and again as soon as a letter of it changes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-config-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'agent.json')
    writeFileSync(path, JSON.stringify(good))
    const first = await readAgentConfig(path)
    mkdirSync(join(folder, 'state'))
    keepChecked(realDisk, first)
    expect(await readAgentConfig(path)).toEqual(first)
    // What is kept is what is taken, as long as the key fits.
    const kept = join(folder, 'state/checked-config.json')
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('"*/5 * * * *"', '"7 * * * *"'))
    expect((await readAgentConfig(path)).config.schedule).toBe('7 * * * *')
    // But not when others may have written it: it names the commands that are run.
    chmodSync(kept, 0o664)
    expect((await readAgentConfig(path)).config.schedule).toBe('*/5 * * * *')
    chmodSync(kept, 0o644)
    if (process.geteuid?.() === 0) {
      chownSync(kept, 65534, 65534)
      expect((await readAgentConfig(path)).config.schedule).toBe('*/5 * * * *')
      chownSync(kept, 0, 0)
    }
    writeFileSync(path, JSON.stringify({ ...good, shedule: '' }))
    await expect(readAgentConfig(path)).rejects.toThrow(
      expect.objectContaining({ code: 'agent/config' }),
    )
    writeFileSync(path, JSON.stringify(good, null, 1))
    expect((await readAgentConfig(path)).config.schedule).toBe('*/5 * * * *')
    writeFileSync(kept, '{')
    expect((await readAgentConfig(path)).config.schedule).toBe('*/5 * * * *')
  })

  test('has a schema that is one', () => {
    const schema: unknown = JSON.parse(read('docs/spec/agent.schema.json'))
    expect(new Ajv2020({ strict: true, strictTypes: false }).validateSchema(schema as object)).toBe(
      true,
    )
  })
})

describe('the documents', () => {
  const schema = read('docs/spec/agent.schema.json')
  const page = read('docs/agent.md')

  test('name the formats that there are', () => {
    const { $defs } = JSON.parse(schema) as {
      $defs: { output: { properties: { format: { enum: string[] } } } }
    }
    expect($defs.output.properties.format.enum).toEqual([...EXPORT_FORMATS])
    for (const format of EXPORT_FORMATS) expect(page).toContain(`\`${format}\``)
  })

  test('name every setting, with its default', () => {
    const { properties, $defs } = JSON.parse(schema) as {
      properties: Record<string, { properties?: object; default?: unknown }>
      $defs: Record<string, { properties?: object }>
    }
    const nested = ['list', 'output'].flatMap((name) => Object.keys($defs[name]?.properties ?? {}))
    const limits = Object.keys($defs['limits']?.properties ?? {}).map((name) => `limits.${name}`)
    const timeouts = Object.keys(properties['timeouts']?.properties ?? {}).map(
      (name) => `timeouts.${name}`,
    )
    const plain = Object.keys(properties).filter(
      (name) => !['$schema', 'timeouts', 'lists'].includes(name),
    )
    for (const name of [
      ...plain,
      ...timeouts,
      ...limits,
      ...nested.filter((one) => one !== 'limits'),
    ]) {
      expect(page).toContain(`| \`${name}\` |`)
    }
  })

  test('name the limits that hold', () => {
    const limits =
      /root ([\d,]+) bytes and at most (\d+) rotations at once, timestamp ([\d,]+), snapshot ([\d,]+), a list's role ([\d,]+)/.exec(
        page,
      )
    expect(limits?.slice(1).map((text) => Number(text.replaceAll(',', '')))).toEqual([
      METADATA_LIMITS.rootMaxLength,
      METADATA_LIMITS.maxRootRotations,
      METADATA_LIMITS.timestampMaxLength,
      METADATA_LIMITS.snapshotMaxLength,
      METADATA_LIMITS.targetsMaxLength,
    ])
    expect(page).toContain(`| \`limits.maxGrowth\` | ${DEFAULT_MAX_GROWTH} |`)
    expect(page).toContain(`| \`limits.maxShrink\` | ${DEFAULT_MAX_SHRINK} |`)
    expect(page).toContain(`fewer than ${DEFAULT_LIMITS_FROM_ENTRIES} entries`)
  })

  test.each(
    readdirSync(new URL('../../../docs/examples', import.meta.url)).filter(
      (name) => !name.includes('.'),
    ),
  )('the example for %s is a configuration', async (name) => {
    const path = new URL(`../../../docs/examples/${name}/agent.json`, import.meta.url).pathname
    expect((await readAgentConfig(path)).config.lists[0]?.outputs[0]?.path).toMatch(/^\//)
  })
})

function read(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
}
