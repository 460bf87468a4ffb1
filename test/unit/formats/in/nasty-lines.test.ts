import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isFault } from '../../../../src/core/fault.ts'
import { readText } from '../../../support/read-text.ts'
import { sharedData } from '../../../support/shared-data.ts'

/** One line of a real list, and what other people and we would make of it. */
interface NastyLine {
  readonly id: string
  readonly format: 'adblock' | 'domains' | 'hosts' | 'mixed' | 'urls'
  readonly raw: string
  readonly raw_b64: string
  readonly action: string
  readonly names: readonly string[]
  readonly reason: string
  readonly confidence: 'firm' | 'judgement'
}

/** A line that every format reads, so that the one beside it is not alone in its list. */
const NEIGHBOUR: Readonly<Record<NastyLine['format'], string>> = {
  adblock: '||neighbour.example^',
  domains: 'neighbour.example',
  hosts: '0.0.0.0 neighbour.example',
  mixed: 'neighbour.example',
  urls: 'http://neighbour.example/',
}

/** Where the policies of docs/spec/entry.md §7 decide otherwise than the data proposes: id → what we do. */
const DECIDED: Readonly<Record<string, string>> = {
  // `cidr`: a list of all sorts has room for a network.
  o264: 'accept 162.255.119.0/24 ip',
  o265: 'accept 198.54.117.0/24 ip',
  // `special-use-name`: «bit» is no name of that registry, but an unknown top-level domain.
  o309: 'accept amellet.bit domain',
}

/** `accept value kind …`, `refused reason`, `unsupported reason` or `ignore`. */
function outcome({ format, raw_b64 }: NastyLine): string {
  const line = Buffer.concat([
    Buffer.from(`${NEIGHBOUR[format]}\n`),
    Buffer.from(raw_b64, 'base64'),
    Buffer.from('\n'),
  ])
  try {
    const { entries, findings } = readText(line, { format })
    const mine = entries.filter((entry) => !entry.startsWith('neighbour.example'))
    if (mine.length > 0) return `accept ${mine.join(' ')}`
    return findings[0]?.replace(/^\d+ /, '') ?? 'ignore'
  } catch (error) {
    if (isFault(error, 'import/conflict-markers')) return 'refused merge-marker'
    throw error
  }
}

function expected({ format, action, names }: NastyLine): RegExp {
  const values = names.map((name) =>
    name.replace(/^\*\./, '').replace(/[.+?*^$()[\]{}|\\]/g, '\\$&'),
  )
  const name = format === 'hosts' ? 'host' : '(?:domain|subdomains)'
  switch (action) {
    case 'accept':
    case 'accept_fixed':
      return new RegExp(
        `^accept ${[...values]
          .sort()
          .map((value) => `${value} ${name}`)
          .join(' ')}$`,
      )
    case 'accept_ip':
      return new RegExp(`^accept ${values.join(' ')} ip$`)
    case 'accept_url':
      return /^accept \S+ url$/
    case 'ignore':
      return /^ignore$/
    case 'unsupported':
      return /^unsupported /
    default:
      return /^refused /
  }
}

const path = sharedData('nasty/lines.jsonl')

describe.skipIf(path === null)('lines of real lists', () => {
  const lines = (path === null ? '' : readFileSync(path, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as NastyLine)

  test.for(lines)('$id: $format $action $reason', (line) => {
    const decided = DECIDED[line.id]
    if (decided === undefined) expect(outcome(line), line.raw).toMatch(expected(line))
    else expect(outcome(line), line.raw).toBe(decided)
  })

  test('no firm line is decided otherwise', () => {
    const firm = lines.filter(({ id, confidence }) => id in DECIDED && confidence === 'firm')
    expect(firm).toEqual([])
  })
})
