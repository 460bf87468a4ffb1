import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { writeDurableBlocks, writeDurableFile } from '../../../src/platform/durable-file.ts'
import { openLineCache } from '../../../src/platform/line-cache.ts'
import { openPublishFolder } from '../../../src/platform/publish-folder.ts'
import { blocksOf, entryLine, linesOf, sortLines } from '../../support/lines.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'data-files-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
})

const path = (...names: string[]): string => join(home, ...names)
const modeOf = (...names: string[]): number => statSync(path(...names)).mode & 0o777
const text = (...names: string[]): string => readFileSync(path(...names), 'utf8')

describe('a durable file', () => {
  it('takes the place of what was there, and makes its folder', () => {
    writeDurableFile(path('a', 'b', 'file'), Buffer.from('one'))
    writeDurableFile(path('a', 'b', 'file'), Buffer.from('two'))
    expect(text('a', 'b', 'file')).toBe('two')
    expect(readdirSync(path('a', 'b'))).toEqual(['file'])
  })

  it('that is immutable may be written again with the same bytes only', () => {
    writeDurableFile(path('file'), Buffer.from('one'), { immutable: true })
    writeDurableFile(path('file'), Buffer.from('one'), { immutable: true })
    const other = () => writeDurableFile(path('file'), Buffer.from('two'), { immutable: true })
    expect(other).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    expect(text('file')).toBe('one')
  })

  it('stays as it was when its bytes fail to come', () => {
    writeDurableFile(path('file'), Buffer.from('one'))
    function* failing(): Generator<Uint8Array> {
      yield Buffer.from('half')
      throw new Error('no more')
    }
    expect(() => writeDurableBlocks(path('file'), failing())).toThrow('no more')
    expect(text('file')).toBe('one')
    expect(readdirSync(home)).toEqual(['file'])
  })
})

describe('the published folder', () => {
  const open = () => openPublishFolder(path('published'), path('staging'))

  it('shows a draft only when it is promoted', async () => {
    const files = open()
    const draft = files.draft()
    draft.write(Buffer.from('ab'))
    draft.write(Buffer.from('c'))
    await draft.finish('tuf/targets/x/file')
    // What is staged may belong to a restricted list.
    expect(modeOf('staging')).toBe(0o700)
    expect(files.publishedLength('tuf/targets/x/file')).toBeNull()
    expect(files.promote(['tuf/targets/x/file', 'tuf/targets/x/absent'])).toEqual([
      'tuf/targets/x/file',
    ])
    expect(files.publishedLength('tuf/targets/x/file')).toBe(3)
    expect(files.promote(['tuf/targets/x/file'])).toEqual([])
    expect(files.seen('tuf/targets/x')).toEqual(['tuf/targets/x/file'])
    expect(Buffer.concat([...files.blocks('tuf/targets/x/file')]).toString()).toBe('abc')
    expect([...files.blocks('tuf/targets/x/absent')]).toEqual([])
  })

  it('keeps nothing of a draft that is given up', () => {
    const draft = open().draft()
    draft.write(Buffer.from('abc'))
    draft.discard()
    expect(readdirSync(path('staging'))).toEqual([])
  })

  it('repairs a published file of a wrong length, and leaves a right one', () => {
    const files = open()
    files.publish([{ path: 'a/1.json', bytes: Buffer.from('one') }])
    writeFileSync(path('published/a/1.json'), '')
    files.publish([{ path: 'a/1.json', bytes: Buffer.from('one') }])
    expect(text('published/a/1.json')).toBe('one')
  })

  it('takes away only what is old', () => {
    const files = open()
    for (const name of ['a/old', 'a/new']) files.replace(name, Buffer.from('x'))
    utimesSync(path('published/a/old'), 1000, 1000)
    files.remove(['a/old', 'a/new', 'a/absent'], new Date(2_000_000))
    expect(files.seen('a')).toEqual(['a/new'])
    mkdirSync(path('staging'), { recursive: true })
    writeFileSync(path('staging/left'), '')
    utimesSync(path('staging/left'), 1000, 1000)
    files.discardStaged(new Date(2_000_000))
    expect(existsSync(path('staging/left'))).toBe(false)
  })
})

describe('the cache of lines', () => {
  const lines = sortLines(Array.from({ length: 30_000 }, (_, i) => entryLine(i)))
  const open = () => openLineCache(path('work'))

  function put(serial: number): void {
    const draft = open().draftLines('a', serial)
    for (const block of blocksOf(lines, [7, 20_000])) draft.write(block)
    expect(linesOf([...draft.lines()].map((block) => Buffer.from(block))).length).toBeGreaterThan(0)
    expect(open().lines('a', serial)).toBeNull()
    draft.keep()
    draft.discard()
  }

  it('gives lines back in whole-line blocks, more than once, however they are asked for', () => {
    put(7)
    const cached = open().lines('a', 7)!
    expect(linesOf(cached)).toEqual(lines)
    expect(linesOf(cached)).toEqual(lines)
    const copies: Buffer[] = []
    for (const block of open().passingLines('a', 7)!) {
      expect(block.at(-1)).toBe(0x0a)
      copies.push(Buffer.from(block))
    }
    expect(copies.length).toBeGreaterThan(2)
    expect(linesOf(copies)).toEqual(lines)
    expect(open().lines('a', 8)).toBeNull()
  })

  it('is for its owner alone, also where it was not before', () => {
    mkdirSync(path('work'), { mode: 0o755 })
    chmodSync(path('work'), 0o755)
    const cache = open()
    expect(modeOf('work')).toBe(0o700)
    rmSync(path('work'), { recursive: true })
    cache.draftLines('phishing', 1).discard()
    expect([modeOf('work'), modeOf('work', 'phishing')]).toEqual([0o700, 0o700])
  })

  it('shows nothing of a draft that is given up', () => {
    const draft = open().draftLines('a', 7)
    draft.write(Buffer.from('x\n'))
    draft.discard()
    expect(readdirSync(path('work/a'))).toEqual([])
  })

  it('gives changes back, and null when a byte of them is wrong or missing', () => {
    const changes = { added: blocksOf(lines.slice(0, 9_000)), removed: [] }
    open().putChanges('a', 2, changes)
    const cached = open().changes('a', 2)!
    expect(linesOf(cached.added)).toEqual(lines.slice(0, 9_000))
    expect(linesOf(cached.removed)).toEqual([])
    const bytes = readFileSync(path('work/a/2.added'))
    for (const at of [0, 5_000, bytes.length - 40, bytes.length - 1]) {
      const flipped = Buffer.from(bytes)
      flipped[at]! ^= 1
      writeFileSync(path('work/a/2.added'), flipped)
      expect(open().changes('a', 2)).toBeNull()
    }
    truncateSync(path('work/a/2.added'), 10)
    expect(open().changes('a', 2)).toBeNull()
    rmSync(path('work/a/2.added'))
    expect(open().changes('a', 2)).toBeNull()
  })

  it('forgets what is too old', () => {
    put(3)
    put(4)
    for (const serial of [2, 3, 4]) open().putChanges('a', serial, { added: [], removed: [] })
    for (const name of ['.draft-old', '.draft-new']) writeFileSync(path('work/a', name), '')
    utimesSync(path('work/a/.draft-old'), 1000, 1000)
    open().forget('a', { lines: 4, changes: 3 })
    expect(readdirSync(path('work/a')).sort()).toEqual([
      '.draft-new',
      '3.added',
      '3.removed',
      '4.added',
      '4.lines',
      '4.removed',
    ])
    open().forget('absent', { lines: 4, changes: 3 })
  })
})
