import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { toUnicode } from 'tr46'
import { describe, expect, test } from 'vitest'
import { readDomainName, type NameReading } from '../../../src/core/domain-name.ts'
import { sharedData } from '../../support/shared-data.ts'

/**
 * Other people's vectors for UTS #46. Where `docs/spec/entry.md` §2 is stricter or, for ASCII, more lenient, the
 * outcome has to be explained by one of its rules, checked here on its own; §8 of that page lists them.
 */
type Verdict = 'as the vector' | Deviation | 'WRONG'

type Deviation =
  'trailing dot dropped' | 'fake A-label taken' | 'not a name of ours' | 'not in IDNA 2008'

/** `output` is what UTS #46 makes of `input`, or null where it makes nothing. */
function judge(input: string, output: string | null, reading: NameReading): Verdict {
  if ('name' in reading) {
    if (reading.name === output) return 'as the vector'
    if (output !== null && `${reading.name}.` === output) return 'trailing dot dropped'
    return isFakeALabel(input, reading.name) ? 'fake A-label taken' : 'WRONG'
  }
  if (output === null) return 'as the vector'
  if (reading.refusal === 'idna') return hasOddCharacter(output) ? 'not in IDNA 2008' : 'WRONG'
  return isName(output.replace(/\.$/, '')) ? 'WRONG' : 'not a name of ours'
}

function isFakeALabel(input: string, name: string): boolean {
  return /^[\0-\x7f]*$/.test(input) && /(?:^|\.)xn--/i.test(input) && isSame(input, name)
}

function isSame(input: string, name: string): boolean {
  return input.toLowerCase().replace(/\.$/, '') === name
}

/** Symbols and punctuation, and the characters that RFC 5892 allows only in some contexts or not at all. */
function hasOddCharacter(output: string): boolean {
  const { domain } = toUnicode(output, {})
  return /[^\p{L}\p{M}\p{Nd}.\-_\u200c\u200d]|[\u0660-\u0669\u06f0-\u06f9\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u.test(
    domain,
  )
}

function isName(text: string): boolean {
  const labels = text.split('.')
  return (
    text.length <= 253 &&
    labels.length >= 2 &&
    labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label)) &&
    /^(?:[a-z]+|xn--.+)$/.test(labels.at(-1) ?? '')
  )
}

interface Case {
  readonly input: string
  readonly output: string | null
}

/** How many cases got which verdict, and those that are wrong. */
function tally(cases: readonly Case[]): { counts: Record<string, number>; wrong: unknown[] } {
  const counts: Record<string, number> = {}
  const wrong: unknown[] = []
  for (const { input, output } of cases) {
    const reading = readDomainName(input)
    const verdict = judge(input, output, reading)
    counts[verdict] = (counts[verdict] ?? 0) + 1
    if (verdict === 'WRONG') wrong.push({ input, output, reading })
  }
  return { counts, wrong }
}

/** Most vectors are of one label, which is refused before anything else is seen: so each is tried below `example` as well. */
function belowExample(cases: readonly Case[]): Case[] {
  return cases.map(({ input, output }) => ({
    input: `${input}.example`,
    output: output === null ? null : `${output}.example`,
  }))
}

function readCases(path: string): Case[] {
  const all = JSON.parse(readFileSync(path, 'utf8')) as (string | Case)[]
  return all.filter((item) => typeof item === 'object')
}

const toascii = sharedData('vectors/toascii.json')
describe.skipIf(toascii === null)('the vectors of toascii.json', () => {
  const cases = toascii === null ? [] : readCases(toascii)

  test('pass, but for deviations that the page explains', () => {
    const { counts, wrong } = tally(cases)
    expect(wrong).toEqual([])
    expect(counts).toEqual({ 'as the vector': 35, 'not a name of ours': 12, 'not in IDNA 2008': 9 })
  })

  test('pass below another label', () => {
    const { counts, wrong } = tally(belowExample(cases))
    expect(wrong).toEqual([])
    expect(counts).toEqual({ 'as the vector': 40, 'not a name of ours': 7, 'not in IDNA 2008': 9 })
  })
})

const idnaJson = sharedData('vectors/IdnaTestV2.json')
describe.skipIf(idnaJson === null)('the vectors of IdnaTestV2.json', () => {
  const cases = idnaJson === null ? [] : readCases(idnaJson)

  test('pass, but for deviations that the page explains', () => {
    const { counts, wrong } = tally(cases)
    expect(wrong).toEqual([])
    expect(counts).toEqual({
      'as the vector': 1432,
      'not a name of ours': 279,
      'not in IDNA 2008': 114,
      'trailing dot dropped': 24,
    })
  })

  test('pass below another label', () => {
    const { counts, wrong } = tally(belowExample(cases))
    expect(wrong).toEqual([])
    expect(counts).toEqual({
      'as the vector': 1541,
      'not a name of ours': 194,
      'not in IDNA 2008': 114,
    })
  })
})

const idnaText = sharedData('vectors/IdnaTestV2.txt.gz')
describe.skipIf(idnaText === null)('the vectors of IdnaTestV2.txt', () => {
  const cases = idnaText === null ? [] : parseIdnaTest(gunzipSync(readFileSync(idnaText)))

  test('pass, but for deviations that the page explains', () => {
    const { counts, wrong } = tally(cases)
    expect(wrong).toEqual([])
    expect(counts).toEqual({
      'as the vector': 2862,
      'fake A-label taken': 1299,
      'not a name of ours': 196,
      'not in IDNA 2008': 139,
      'trailing dot dropped': 16,
    })
  })
})

/** Columns 1, 2, 4 and 5 of the file: source, toUnicode, toAsciiN, toAsciiNStatus. */
function parseIdnaTest(bytes: Buffer): Case[] {
  const rows = bytes
    .toString('utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
  return rows.map((row) => {
    const [source = '', unicode = '', status = '', ascii = '', asciiStatus = ''] = row
      .split(';')
      .map((column) => unescapeColumn(column.trim()))
    const output = ascii || unicode || source
    return { input: source, output: isError(asciiStatus || status) ? null : output }
  })
}

function unescapeColumn(text: string): string {
  const whole = text === '""' ? '' : text
  return whole
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/\\x\{([0-9a-f]+)\}/gi, (_, hex: string) => String.fromCodePoint(parseInt(hex, 16)))
}

/**
 * The file's errors are those with all checks on. Of ours, CheckHyphens (V2, V3) and UseSTD3ASCIIRules (U1) are off; lengths (A4, X4)
 * are checked by our own rule, which allows a trailing dot.
 */
function isError(status: string): boolean {
  return status
    .replace(/[[\]]/g, '')
    .split(',')
    .some((code) => !/^(?:|V2|V3|U1|A4_1|A4_2|X4_2)$/.test(code.trim()))
}
