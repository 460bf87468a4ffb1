import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { decodePopular, encodePopular } from '../../../../src/curation/guards/popular-sites.ts'
import { MAX_POPULAR_LINE, readRanking } from '../../../../src/curation/guards/read-ranking.ts'
import { RankTable } from '../../../../src/curation/guards/rank-table.ts'

const read = (text: string, cut = 1 << 20) => {
  const bytes = Buffer.from(text)
  const chunks = []
  for (let at = 0; at < bytes.length; at += cut) chunks.push(bytes.subarray(at, at + cut))
  return readRanking(chunks)
}

const find = (text: string, name: string, cut?: number) => {
  const bytes = Buffer.from(name)
  return new RankTable(read(text, cut).arrays).find(bytes, 0, bytes.length)
}

const refused = expect.objectContaining({ code: 'popular/invalid' }) as Error

describe('a ranking', () => {
  it.each([
    ['1,a.example\n2,b.example\n', 2],
    ['1,a.example\r\n2,B.Example.\r\n', 2],
    ['rank,domain\n1,a.example\n2,b.example', 2],
    ['GlobalRank,TldRank,Domain,TLD\n1,9,a.example,example\n2,10,b.example,example\n', 2],
    ['"1","a.example"\n"2","b.example"\n', 2],
  ])('%j is read', (text, rank) => {
    for (const cut of [1, 7, 1000])
      expect(find(text, 'b.example', cut)).toMatchObject({ own: rank })
  })

  it('knows of each name above a site the best below it', () => {
    const text = '1,x.y.a.example\n2,a.example\n3,z.a.example\n'
    expect(find(text, 'a.example')).toEqual({ own: 2, below: 1, belowName: 'x.y.a.example' })
    expect(find(text, 'y.a.example')).toEqual({ own: 0, below: 1, belowName: 'x.y.a.example' })
    expect(find(text, 'x.y.a.example')).toEqual({ own: 1, below: 0, belowName: '' })
    expect(find(text, 'example')).toBeNull()
    expect(find(text, 'b.example')).toBeNull()
  })

  it('takes the best of several ranks', () => {
    expect(find('5,a.example\n2,a.example\n9,a.example\n', 'a.example')).toMatchObject({ own: 2 })
  })

  it('passes over a few top-level domains, which some rankings have', () => {
    const names = Array.from({ length: 40 }, (_, i) => `${i + 2},n${i}.example\n`).join('')
    expect(read(`1,net\n${names}`)).toMatchObject({ names: 40, refused: 1, isCut: false })
  })

  it.each([
    ['nothing', ''],
    ['names without ranks', 'a.example\nb.example\n'],
    ['a web page', '<!doctype html>\n<title>Top sites</title>\n'],
    ['an archive', 'PK\u0003\u0004top-1m.csv\n'],
    ['a line without end', `1,${'a'.repeat(MAX_POPULAR_LINE)}`.repeat(3)],
    ['ranks that are none', '0,a.example\n-1,b.example\nx,c.example\n'],
  ])('is refused: %s', (_, text) => {
    expect(() => read(text)).toThrow(refused)
  })
})

describe('the kept file', () => {
  const facts = { source: 'a «test»', date: '2030-01-31', sha256: '0'.repeat(64), names: 2 }
  const { arrays } = read('1,a.example\n2,b.c.example\n')
  const bytes = Buffer.concat([...encodePopular(facts, arrays)])

  it('has the facts and the ranks, wherever it lies in memory', () => {
    const name = Buffer.from('c.example')
    const moved = Buffer.concat([Buffer.from('x'), bytes]).subarray(1)
    expect(decodePopular(moved).find(name, 0, name.length)).toMatchObject({ below: 2 })
    const popular = decodePopular(bytes)
    expect(popular.facts).toEqual(facts)
    expect(popular.find(name, 0, name.length)).toEqual({
      own: 0,
      below: 2,
      belowName: 'b.c.example',
    })
  })

  it('is the same for the same ranking', () => {
    const again = read('1,a.example\n2,b.c.example\n', 3).arrays
    expect(Buffer.concat([...encodePopular(facts, again)])).toEqual(bytes)
  })

  it.each([
    ['cut short', bytes.subarray(0, bytes.length - 1)],
    ['too long', Buffer.concat([bytes, Buffer.from('x')])],
    ['another program’s', Buffer.from('SQLite format 3\n')],
    ['empty', Buffer.alloc(0)],
    ['without lengths', Buffer.from('bailiwick-popular/1 {}\n')],
    [
      'with lengths below nothing',
      Buffer.from(bytes.toString('latin1').replace('"letters":', '"letters":-'), 'latin1'),
    ],
  ])('is refused: %s', (_, damaged) => {
    expect(() => decodePopular(damaged)).toThrow(refused)
  })
})

const label = fc.constantFrom('a', 'b', 'cc')
const names = fc.uniqueArray(
  fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => `${labels.join('.')}.example`),
  { minLength: 1, maxLength: 12 },
)

test.prop([names, names])('ranks are those of a plain search', (ranked, asked) => {
  const table = new RankTable(read(ranked.map((name, i) => `${i + 1},${name}\n`).join('')).arrays)
  for (const name of asked) {
    const own = ranked.indexOf(name) + 1
    const below = ranked.findIndex((one) => one.endsWith(`.${name}`)) + 1
    const bytes = Buffer.from(name)
    const found = table.find(bytes, 0, bytes.length) ?? { own: 0, below: 0 }
    expect({ own: found.own, below: found.below }).toEqual({ own, below })
  }
})
