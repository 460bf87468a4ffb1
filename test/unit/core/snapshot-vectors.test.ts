import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { applyDelta, deltaLength, parseDelta, printDelta } from '../../../src/core/delta.ts'
import { diffLines } from '../../../src/core/diff-lines.ts'
import { countLines, hashLines, measureLines } from '../../../src/core/hash-lines.ts'
import { MAX_HEADER_BYTES } from '../../../src/core/header-lines.ts'
import { parseSnapshotHeader, printSnapshotHeader } from '../../../src/core/snapshot.ts'

const fault = (code: string) => expect.objectContaining({ code }) as Error
const folder = (name: string): string =>
  fileURLToPath(new URL(`../../vectors/${name}`, import.meta.url))
const bytesOf = (name: string): Buffer => readFileSync(folder(name))
const texts = (name: string): string[] =>
  readdirSync(folder(name)).filter((file) => file.endsWith('.txt'))
const refused = (name: string): [string, string][] =>
  Object.entries(JSON.parse(bytesOf(`${name}/refused.json`).toString()) as Record<string, string>)

function snapshot(name: string) {
  const bytes = bytesOf(`snapshot/${name}`)
  const { header, bodyOffset } = parseSnapshotHeader(bytes)
  return { bytes, header, lines: bytes.subarray(bodyOffset) }
}

describe('the vectors of snapshots', () => {
  it.each(texts('snapshot'))('%s is read and printed byte for byte', (name) => {
    const { bytes, header, lines } = snapshot(name)
    expect(Buffer.from(printSnapshotHeader(header) + lines.toString())).toEqual(bytes)
    expect(hashLines([lines])).toBe(header.state)
    expect(countLines([lines])).toBe(header.entries)
    expect(name).toBe(`${header.list}-${header.serial}.txt`)
  })

  it.each(refused('snapshot'))('are refused with %s', (_, text) => {
    expect(() => parseSnapshotHeader(Buffer.from(text))).toThrow(fault('snapshot/invalid'))
  })

  it('need no more than the limit of bytes, and get no more', () => {
    const { bytes, header } = snapshot('phishing-41.txt')
    expect(parseSnapshotHeader(bytes.subarray(0, MAX_HEADER_BYTES)).header).toEqual(header)
    const longest = {
      list: 'x'.repeat(40),
      serial: 4_294_967_295,
      entries: 4_294_967_295,
      state: 'f'.repeat(64),
    }
    expect(parseSnapshotHeader(Buffer.from(printSnapshotHeader(longest))).header).toEqual(longest)
    const late = Buffer.from(`${'x'.repeat(MAX_HEADER_BYTES)}\n\n`)
    expect(() => parseSnapshotHeader(late)).toThrow(fault('snapshot/invalid'))
  })
})

describe('the vectors of deltas', () => {
  it.each(texts('delta'))('%s is read and printed byte for byte', (name) => {
    const bytes = bytesOf(`delta/${name}`)
    const delta = parseDelta(bytes)
    expect(Buffer.concat([...printDelta(delta.header, delta)])).toEqual(bytes)
    expect(countLines(delta.added)).toBe(delta.header.added)
    expect(countLines(delta.removed)).toBe(delta.header.removed)
    const lineBytes = measureLines(delta.added) + measureLines(delta.removed)
    expect(deltaLength(delta.header, lineBytes)).toBe(bytes.length)
  })

  it('lead from the one snapshot to the other, and are what their difference is', () => {
    const [from, to] = [snapshot('phishing-41.txt'), snapshot('phishing-42.txt')]
    const delta = parseDelta(bytesOf('delta/phishing-41-42.txt'))
    expect(Buffer.concat([...applyDelta([from.lines], delta)])).toEqual(to.lines)
    expect(delta.header).toMatchObject({ fromState: from.header.state, toState: to.header.state })
    const made = diffLines([from.lines], [to.lines])
    expect(Buffer.concat([...printDelta(delta.header, made)])).toEqual(
      bytesOf('delta/phishing-41-42.txt'),
    )
  })

  it('may change nothing', () => {
    const { lines, header } = snapshot('phishing-42.txt')
    const delta = parseDelta(bytesOf('delta/phishing-42-43-same.txt'))
    expect(Buffer.concat([...applyDelta([lines], delta)])).toEqual(lines)
    expect(delta.header).toMatchObject({
      fromState: header.state,
      toState: header.state,
      added: 0,
      removed: 0,
    })
  })

  it.each(refused('delta'))('are refused with %s', (_, text) => {
    expect(() => parseDelta(Buffer.from(text))).toThrow(fault('delta/invalid'))
  })
})
