import {
  digestAppealAct,
  type DigestedAppeal,
  type DigestedAppealAct,
} from '../../../src/core/digest-appeal.ts'
import { readFileSync } from 'node:fs'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, it, test } from 'vitest'
import {
  checkEvents,
  EVENT_FINDINGS,
  MAX_EVENT_FINDINGS,
  printEventsHeader,
} from '../../../src/core/check-events.ts'
import { digestProposal, type DigestedRevision } from '../../../src/core/digest-proposal.ts'
import {
  digestReports,
  digestSaid,
  type DigestedReport,
  type SaidReport,
} from '../../../src/core/digest-report.ts'
import { digestBefore, digestRow, type DigestedRow } from '../../../src/core/digest-row.ts'
import type { RowKind } from '../../../src/core/digest-row.ts'
import {
  EVENT_ACTS,
  hashEvent,
  MAX_EVENT_BYTES,
  MAX_SUBJECT_DEPTH,
  nextEvent,
  NO_HASH,
  printEvent,
  readEvent,
  type ChainHead,
} from '../../../src/core/event.ts'
import { readEventLines } from '../../../src/core/read-event-lines.ts'
import { sha256Hex } from '../../../src/publish/sign-metadata.ts'

const AT = new Date('2030-01-01T00:00:00.000Z')
const chain = readVector('chain.jsonl')
const lines = [...readEventLines([Buffer.from(chain)])] as string[]
const spec = readFileSync(new URL('../../../docs/spec/events.md', import.meta.url), 'utf8')

describe('the chain of the vector', () => {
  it('is whole, and every line is what it is read as', () => {
    expect(checkEvents(lines)).toEqual([])
    for (const line of lines.slice(1)) {
      const event = readEvent(line)!
      expect(printEvent(event)).toBe(line)
      expect(hashEvent(event)).toBe(event.hash)
    }
  })

  it('is made again by the same acts', () => {
    let head: ChainHead = { number: 0, hash: NO_HASH }
    for (const line of lines.slice(1)) {
      const { act, actor, subject, at } = readEvent(line)!
      const made = nextEvent(head, { act, actor, subject, at: new Date(at) })
      expect(printEvent(made)).toBe(line)
      head = made
    }
    expect(printEventsHeader({ authority: 'a'.repeat(64), head })).toBe(lines[0])
  })

  it('has the first hash that the specification shows', () => {
    const [, shown = ''] = /^```\n(bailiwick-event\/1⏎.*)\n```$/m.exec(spec) ?? []
    const hash = sha256Hex(Buffer.from(shown.replace('⏎', '\n')))
    expect(hash).toBe(readEvent(lines[1]!)!.hash)
    expect(spec).toContain(`its first hash, \`${hash}\``)
  })

  it('holds heads that were seen elsewhere, and no others', () => {
    const { hash } = readEvent(lines[5]!)!
    expect(checkEvents(lines, [{ number: 5, hash }])).toEqual([])
    expect(checkEvents(lines, [{ number: 0, hash: NO_HASH }])).toEqual([])
    for (const number of [4, 6, 11]) {
      expect(checkEvents(lines, [{ number, hash }])).toEqual([
        expect.objectContaining({ code: 'event/head', place: `event ${number}` }),
      ])
    }
  })
})

interface Refused {
  readonly why: string
  readonly lines: readonly string[]
  readonly findings: readonly { readonly code: string; readonly place: string }[]
}

describe('a checker finds', () => {
  test.each(JSON.parse(readVector('refused.json')) as Refused[])('$why', (refused) => {
    const found = checkEvents(refused.lines).map(({ code, place }) => ({ code, place }))
    expect(found).toEqual(refused.findings)
  })

  property.prop([fc.integer({ min: 0 }), fc.integer({ min: 0, max: 7 })])(
    'a flipped bit anywhere in a file',
    (place, bit) => {
      const bytes = Buffer.from(chain)
      const at = place % bytes.length
      bytes[at]! ^= 1 << bit
      const authority = chain.indexOf('"authority":"') + 13
      // The authority's name for itself is all that a chain doesn't commit to.
      fc.pre(at < authority || at >= authority + 64)
      expect(checkEvents(readEventLines([bytes]))).not.toEqual([])
    },
  )

  it('no more than its limit, however long the file is', () => {
    function* endless(): Generator<string> {
      for (;;) yield 'no event'
    }
    expect(checkEvents(endless())).toHaveLength(MAX_EVENT_FINDINGS)
  })
})

describe('an event', () => {
  const head = { number: 0, hash: NO_HASH }
  const withActor = (bytes: number) =>
    nextEvent(head, { act: 'export', actor: 'a'.repeat(bytes), subject: {}, at: AT })

  it('is at most as long as its limit', () => {
    const rest = Buffer.byteLength(printEvent(withActor(0)))
    const longest = printEvent(withActor(MAX_EVENT_BYTES - rest))
    expect(readEvent(longest)?.number).toBe(1)
    expect(() => withActor(MAX_EVENT_BYTES - rest + 1)).toThrow(
      expect.objectContaining({ code: 'event/too-large' }),
    )
    expect(readEvent(longest.replace('aaa', 'aaaa'))).toBeNull()
  })

  it.each([
    [MAX_SUBJECT_DEPTH - 1, true],
    [MAX_SUBJECT_DEPTH, false],
  ])('may have lists %i deep in its subject: %s', (depth, isRead) => {
    const nested = JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as []
    const event = nextEvent(head, { act: 'export', actor: '', subject: { nested }, at: AT })
    expect(readEvent(printEvent(event)) !== null).toBe(isRead)
  })

  it('that is nested without end is refused, not fallen over', () => {
    const deep = `{"act":"export","actor":"","at":"2030-01-01T00:00:00.000Z","hash":"${NO_HASH}","number":1,"previous":"${NO_HASH}","subject":{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}}`
    expect(readEvent(deep)).toBeNull()
  })

  it('has the acts, limits and findings of the specification', () => {
    const [, table = ''] = /## 3\. Acts\n([^]*?)\n## 4/.exec(spec) ?? []
    const named = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(-?)([a-z-]+)`/g)].map(([, dash, act = '']) =>
        dash === '-' ? `subscriber-${act}` : act,
      ),
    )
    expect(named.sort()).toEqual([...EVENT_ACTS])
    expect(spec).toContain(`at most ${MAX_EVENT_BYTES} bytes`)
    expect(spec).toContain(`at most ${MAX_SUBJECT_DEPTH} deep`)
    const findings = [...spec.matchAll(/^\| (`event\/[^|]*) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(event\/[a-z]+)`/g)].map(([, code]) => code),
    )
    expect(findings.sort()).toEqual([...EVENT_FINDINGS])
  })
})

describe('lines', () => {
  property.prop([fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1 })])(
    'are the same however the blocks are cut',
    (cuts) => {
      const bytes = Buffer.from(chain)
      function* blocks(): Generator<Uint8Array> {
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const end = at + cuts[i % cuts.length]!
          const block = Buffer.from(bytes.subarray(at, end))
          yield block
          block.fill(0)
          at = end
        }
      }
      expect([...readEventLines(blocks())]).toEqual(lines)
    },
  )

  it.each<[string, Uint8Array, (string | null)[]]>([
    ['nothing', Buffer.from(''), []],
    ['a last line without a line feed', Buffer.from('a\nb'), ['a', null]],
    ['an empty line', Buffer.from('\n'), ['']],
    ['no UTF-8', Buffer.from([0xff, 0x0a, 0x61, 0x0a]), [null, 'a']],
    ['a byte-order mark', Buffer.from('\ufeffa\n'), ['\ufeffa']],
    ['a carriage return', Buffer.from('a\r\n'), ['a\r']],
  ])('%s', (_, bytes, expected) => {
    expect([...readEventLines([bytes])]).toEqual(expected)
  })

  it('are as long as an event may be, and a longer one is no line', () => {
    const longest = 'a'.repeat(MAX_EVENT_BYTES)
    const text = `${longest}\n${longest}a\nb\n`
    const parts = [text.slice(0, 1e6), text.slice(1e6)].map((part) => Buffer.from(part))
    expect([...readEventLines(parts)]).toEqual([longest, null, 'b'])
  })
})

interface RevisionRow extends Omit<DigestedRevision, 'source' | 'urgent'> {
  readonly urgent: number
  readonly sourceName: string
  readonly sourceSha256: string
  readonly sourceAccepted: number
  readonly sourceRefused: number
}

interface Digests {
  readonly lines: Readonly<Record<string, string>>
  readonly rows: readonly {
    readonly kind: RowKind
    readonly row: Readonly<Record<string, unknown>>
    readonly hashed: string
    readonly digest: string
  }[]
  readonly proposals: readonly {
    readonly row: RevisionRow
    readonly hashed: string
    readonly digest: string
  }[]
  readonly reports: {
    readonly said: {
      readonly row: SaidReport
      readonly hashed: string
      readonly digest: string
    }
    readonly received: {
      readonly rows: readonly (Omit<DigestedReport, 'id'> & { readonly report: number })[]
      readonly hashed: string
      readonly digest: string
    }
  }
  readonly appeals: readonly {
    readonly row: Omit<DigestedAppeal, 'id'> & DigestedAppealAct & { readonly appeal: number }
    readonly hashed: string
    readonly digest: string
  }[]
  readonly before: readonly {
    readonly rows: readonly DigestedRow[]
    readonly hashed: string
    readonly digest: string
  }[]
}

describe('digests of rows', () => {
  const digests = JSON.parse(readVector('digests.json')) as Digests

  it.each(digests.rows)('of the vector: $kind', ({ kind, row, hashed, digest }) => {
    const shuffled = Object.fromEntries(Object.entries(row).reverse())
    expect(digestRow(kind, shuffled)).toBe(digest)
    expect(sha256Hex(Buffer.from(hashed))).toBe(digest)
  })

  it.each(digests.proposals)('of the vector: a revision', ({ row, hashed, digest }) => {
    const { sourceName: name, sourceSha256: sha256, urgent, ...same } = row
    const { sourceAccepted: accepted, sourceRefused: refused } = row
    const source = { name, sha256, accepted, refused }
    expect(digestProposal({ ...same, source, urgent: urgent === 1 })).toBe(digest)
    expect(digestProposal({ ...same, source, urgent: urgent !== 1 })).not.toBe(digest)
    expect(sha256Hex(Buffer.from(hashed))).toBe(digest)
  })

  it('of the vector: what a reporter said', () => {
    const { row, hashed, digest } = digests.reports.said
    expect(digestSaid(row)).toBe(digest)
    expect(digestSaid({ ...row, kind: 'url' })).not.toBe(digest)
    expect(sha256Hex(Buffer.from(hashed))).toBe(digest)
  })

  it('of the vector: reports that came together', () => {
    const { rows, hashed, digest } = digests.reports.received
    const reports = rows.map(({ report: id, ...row }) => ({ ...row, id }))
    expect(digestReports(reports)).toBe(digest)
    expect(digestReports(reports.toReversed())).not.toBe(digest)
    expect(sha256Hex(Buffer.from(hashed))).toBe(digest)
  })

  it('of the vector: an act in an appeal', () => {
    for (const { row, hashed, digest } of digests.appeals) {
      const appeal = { ...row, id: row.appeal }
      expect(digestAppealAct(appeal, row)).toBe(digest)
      expect(digestAppealAct(appeal, { ...row, isPublic: 1 })).not.toBe(digest)
      expect(sha256Hex(Buffer.from(hashed))).toBe(digest)
    }
  })

  it('of all that was before a chain', () => {
    for (const { rows, hashed, digest } of digests.before) {
      expect(digestBefore(rows)).toBe(digest)
      expect(sha256Hex(Buffer.from(hashed))).toBe(digest)
    }
  })

  it('name the states of the lines', () => {
    const { added = '', retired = '', addedSha256, retiredSha256 } = digests.lines
    expect(digests.rows[0]!.row).toMatchObject({ addedSha256, retiredSha256 })
    expect([added, retired].map((text) => sha256Hex(Buffer.from(text)))).toEqual([
      addedSha256,
      retiredSha256,
    ])
  })
})

function readVector(name: string): string {
  return readFileSync(new URL(`../../vectors/events/${name}`, import.meta.url), 'utf8')
}
