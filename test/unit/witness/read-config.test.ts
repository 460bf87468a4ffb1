import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { MAX_WITNESS_BODY_BYTES } from '../../../src/core/log/witness-request.ts'
import { printNoteKey } from '../../../src/core/log/note-key.ts'
import * as bounds from '../../../src/witness/limits.ts'
import { parseWitnessConfig, readWitnessConfig } from '../../../src/witness/read-config.ts'
import { makeSigner } from '../../support/witness-log.ts'

const log = makeSigner('log.example', 'ed25519').key
const GOOD = { keys: 'keys', state: 'state', logs: [printNoteKey(log)] }
const page = readFileSync('docs/witness.md', 'utf8')

function parse(change: object = {}) {
  return parseWitnessConfig(JSON.stringify({ ...GOOD, ...change }), '/etc/bailiwick')
}

describe('the configuration of a witness', () => {
  test('has a schema that is one', () => {
    const schema = JSON.parse(readFileSync('docs/spec/witness.schema.json', 'utf8')) as object
    expect(new Ajv2020({ strict: true }).validateSchema(schema)).toBe(true)
  })

  test('has defaults that its page and its schema name', () => {
    const { listen, logLevel, limits } = parse()
    const schema = JSON.parse(readFileSync('docs/spec/witness.schema.json', 'utf8')) as {
      readonly properties: {
        readonly limits: {
          readonly properties: Readonly<Record<string, { readonly default: number }>>
        }
      }
    }
    for (const [name, value] of Object.entries({ listen, logLevel })) {
      expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\| \`${value}\``, 'm'))
    }
    for (const [name, value] of Object.entries(limits)) {
      expect(page).toMatch(new RegExp(`^\\| \`limits.${name}\` \\| ${value} \\|`, 'm'))
      expect(schema.properties.limits.properties[name]?.default).toBe(value)
    }
  })

  test('has paths that are taken from its folder', () => {
    expect(parse({ state: '/state', tls: { cert: 'c.pem', key: '../k.pem' } })).toMatchObject({
      ...{ keys: '/etc/bailiwick/keys', state: '/state' },
      tls: { cert: '/etc/bailiwick/c.pem', key: '/etc/k.pem' },
    })
  })

  test('keeps what is configured beside the defaults of the rest', () => {
    expect(parse({ limits: { requestsPerMinute: 5 } }).limits).toEqual({
      ...{ maxBodyBytes: 131_072, requestsPerMinute: 5, maxConnectionsPerAddress: 16 },
    })
  })

  test('has several keys of one name for one log', () => {
    const next = makeSigner('log.example', 'ed25519').key
    const other = makeSigner('b.example/log', 'ed25519').key
    const { logs } = parse({ logs: [log, other, next].map(printNoteKey) })
    expect([...logs]).toEqual([
      ['log.example', [log, next]],
      ['b.example/log', [other]],
    ])
  })

  test.each<[string, object, string]>([
    ['an unknown setting', { log: [] }, 'did you mean "logs"?'],
    ['no state', { state: undefined }, 'expected a property "state"'],
    ['an address that is none', { listen: 'localhost' }, 'listen: '],
    [
      'a body larger than any note',
      { limits: { maxBodyBytes: MAX_WITNESS_BODY_BYTES + 1 } },
      'limits.',
    ],
    ['a key that is none', { logs: ['log.example'] }, 'logs[0]: expected a key as name+id+base64'],
    [
      'the key of a witness',
      { logs: [...GOOD.logs, printNoteKey(makeSigner('w.example', 'cosignature').key)] },
      'logs[1]: expected the key of a log',
    ],
  ])('is refused with %s', (_, change, sentence) => {
    expect(() => parse(change)).toThrow(
      expect.objectContaining({
        code: 'usage/invalid',
        message: expect.stringContaining(sentence) as string,
      }),
    )
  })

  test('is refused where it is no JSON, or is not there', () => {
    const fault: unknown = expect.objectContaining({ code: 'usage/invalid' })
    expect(() => parseWitnessConfig('{', '/')).toThrow(fault)
    expect(() => readWitnessConfig('/nowhere/witness.json')).toThrow(fault)
  })
})

test('docs/witness.md has the bounds that are not configured', () => {
  for (const [name, value] of Object.entries({
    'bodies at one time': bounds.MAX_RECEIVING,
    'addresses counted one by one': bounds.MAX_PARTIES,
    'seconds that a clock may be behind': bounds.CLOCK_TOLERANCE_S,
  })) {
    expect(page).toContain(`| ${name} | ${value} |`)
  }
})
