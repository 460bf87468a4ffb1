import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseListDefinition } from '../../../src/curation/parse-list-definition.ts'
import { openSchema } from '../../../src/platform/json-schema.ts'

const root = new URL('../../../', import.meta.url)
const checkSchema = openSchema(new URL('docs/spec/list.schema.json', root))
const parse = (json: unknown) => parseListDefinition({ checkSchema }, json)
const LEAST = { id: 'phishing', title: 'Phishing', authority: 'Example CERT' }

describe('a list definition', () => {
  it('has a safe default for everything but id, title and authority', () => {
    expect(parse(LEAST)).toEqual({
      ...LEAST,
      description: '',
      visibility: 'public',
      legalBasis: '',
      categories: [],
      action: { type: 'nxdomain', to: [] },
      approvals: {
        needed: 1,
        organisations: 1,
        retire: { needed: 1, organisations: 1 },
        urgentAdd: false,
      },
      review: { afterDays: 180, expireAfterDays: 365, warnDays: 14, urgentDays: 3 },
      guard: { maxGrowth: 0.5, maxShrink: 0.2, minEntries: 1 },
      publish: { cron: '*/15 * * * *' },
      zone: null,
      keep: { serials: 100 },
      steering: null,
      liveness: null,
    })
  })

  it('comes out the same whatever the order of its properties, and leaves its input alone', () => {
    const zone = { ttl: 60, origin: 'phishing.rpz.example' }
    const one = { ...LEAST, zone, guard: { maxShrink: 0.1 } }
    const other = { guard: { maxShrink: 0.1 }, zone, authority: LEAST.authority, title: 'Phishing' }
    const text = JSON.stringify(one)
    expect(JSON.stringify(parse({ ...other, id: 'phishing' }))).toBe(JSON.stringify(parse(one)))
    expect(JSON.stringify(one)).toBe(text)
  })

  it('takes the target of a redirect as one text or several, in canonical form', () => {
    const to = (target: unknown) => parse({ ...LEAST, action: { type: 'redirect', to: target } })
    expect(to('Stop.Example.').action.to).toEqual(['stop.example'])
    expect(to(['192.0.2.1', '2001:DB8::0:1']).action.to).toEqual(['192.0.2.1', '2001:db8::1'])
  })

  it('asks for names at port 53 and slowly, unless it says otherwise', () => {
    expect(parse({ ...LEAST, liveness: { resolver: '192.0.2.53' } }).liveness).toEqual({
      ...{ resolver: '192.0.2.53:53', perSecond: 5, everyDays: 7, allowRestricted: false },
    })
    const liveness = { resolver: '[2001:DB8::53]:5353', allowRestricted: true }
    const restricted = parse({ ...LEAST, visibility: 'restricted', liveness })
    expect(restricted.liveness?.resolver).toBe('[2001:db8::53]:5353')
  })

  it.each([
    ['no object', [], 'expected an object, got []'],
    ['no title', { id: 'a', authority: 'x' }, 'expected a property "title", got none'],
    ['an id in upper case', { ...LEAST, id: 'A' }, 'id: expected text like ^[a-z0-9-]{1,40}$'],
    ['an id of 41 characters', { ...LEAST, id: 'a'.repeat(41) }, 'id: expected text like'],
    [
      'a misspelt property',
      { ...LEAST, acton: {} },
      'unknown property "acton", did you mean "action"?',
    ],
    [
      'a misspelt property within',
      { ...LEAST, guard: { maxshrink: 1 } },
      'guard: unknown property "maxshrink", did you mean "maxShrink"?',
    ],
    [
      'an unknown action',
      { ...LEAST, action: { type: 'block' } },
      'action.type: expected one of "drop", "nodata", "nxdomain"',
    ],
    [
      'a redirect to nowhere',
      { ...LEAST, action: { type: 'redirect' } },
      'action.to: expected addresses or one name, got none',
    ],
    [
      'a redirect to two names',
      { ...LEAST, action: { type: 'redirect', to: ['a.example', 'b.example'] } },
      'action.to: expected addresses, or one domain name',
    ],
    [
      'a redirect to a network',
      { ...LEAST, action: { type: 'redirect', to: '192.0.2.0/24' } },
      'action.to: expected addresses, or one domain name',
    ],
    [
      'a target without a redirect',
      { ...LEAST, action: { to: '192.0.2.1' } },
      'action.to: expected it only with the type "redirect"',
    ],
    [
      'more organisations than people for a retirement',
      { ...LEAST, approvals: { retire: { needed: 1, organisations: 2 } } },
      'approvals.retire.organisations: expected at most approvals.retire.needed (1), got 2',
    ],
    ['nobody', { ...LEAST, approvals: { needed: 0 } }, 'approvals.needed: must be >= 1, got 0'],
    [
      'eleven people',
      { ...LEAST, approvals: { retire: { needed: 11 } } },
      'approvals.retire.needed: must be <= 10, got 11',
    ],
    [
      'more organisations than approvals',
      { ...LEAST, approvals: { needed: 2, organisations: 3 } },
      'approvals.organisations: expected at most approvals.needed (2), got 3',
    ],
    [
      'a share over 1',
      { ...LEAST, guard: { maxShrink: 1.1 } },
      'guard.maxShrink: must be <= 1, got 1.1',
    ],
    [
      'a zone without a name',
      { ...LEAST, zone: {} },
      'zone: expected a property "origin", got none',
    ],
    [
      'a zone with an empty label',
      { ...LEAST, zone: { origin: 'a..b' } },
      'zone.origin: expected text like',
    ],
    ['a title of two lines', { ...LEAST, title: 'a\nb' }, 'title: expected text like'],
    [
      'a minute that is none',
      { ...LEAST, publish: { cron: '60 * * * *' } },
      'publish.cron: expected a minute from 0 to 59, got "60"',
    ],
    [
      'a schedule of four fields',
      { ...LEAST, publish: { cron: '* * * *' } },
      'publish.cron: expected five fields',
    ],
    [
      'a resolver by its name',
      { ...LEAST, liveness: { resolver: 'resolver.example:53' } },
      'liveness.resolver: expected an address with a port, such as 127.0.0.1:53, got "resolver.example:53"',
    ],
    [
      'a search for names without a resolver',
      { ...LEAST, liveness: {} },
      'liveness: expected a property "resolver", got none',
    ],
    [
      'a search that tells of a restricted list',
      { ...LEAST, visibility: 'restricted', liveness: { resolver: '192.0.2.53' } },
      'liveness.allowRestricted: expected true for a restricted list',
    ],
    [
      'more days of warning than a year',
      { ...LEAST, review: { warnDays: 366 } },
      'review.warnDays: must be <= 365, got 366',
    ],
    [
      'steering to nowhere',
      { ...LEAST, steering: { to: [] } },
      'steering.to: expected addresses or one name, got none',
    ],
  ])('is refused with %s, and says what would be right', (_, json, message) => {
    expect(() => parse(json)).toThrow(
      expect.objectContaining({
        code: 'list/invalid',
        message: expect.stringContaining(message) as string,
      }),
    )
  })

  it.each(readdirSync(new URL('lists/', root)).filter((name) => name.endsWith('.json')))(
    'is right in the example %s',
    (file) => {
      const json = JSON.parse(readFileSync(new URL(`lists/${file}`, root), 'utf8')) as object
      expect(parse(json).id).toBe(file.replace('.json', ''))
    },
  )
})
