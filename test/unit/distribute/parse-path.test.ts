import { describe, expect, test } from 'vitest'
import { parsePath } from '../../../src/distribute/parse-path.ts'

const HASH = 'ab'.repeat(32)

describe('a published path', () => {
  test('is metadata of a role that belongs to no list', () => {
    expect(parsePath('/tuf/metadata/3.snapshot.json', null)).toEqual({
      ...{ at: 'metadata', file: 'tuf/metadata/3.snapshot.json', place: null },
    })
  })

  test('is metadata of a list', () => {
    expect(parsePath('/tuf/metadata/3.list-phishing.json', null)).toEqual({
      ...{ at: 'metadata', file: 'tuf/metadata/3.list-phishing.json', place: 'phishing' },
    })
  })

  test.each(['tuf/metadata/timestamp.json', 'log/checkpoint', 'log/policy.txt'])(
    'is the pointer %s',
    (file) => {
      expect(parsePath(`/${file}`, null)).toEqual({ at: 'pointer', file, place: null })
    },
  )

  test.each([
    'log/tile/0/000',
    'log/tile/1/x001/234.p/255',
    'log/tile/entries/x001/x234/067',
    'log/proof/list-phishing/3.tlog-proof',
    'log/proof/publication/phishing/12.tlog-proof',
  ])('is the file %s of the log', (file) => {
    expect(parsePath(`/${file}`, null)).toEqual({ at: 'log', file, place: null })
  })

  test.each([
    'log/tile/0/00',
    'log/tile/64/000',
    'log/tile/0/000.p/0',
    'log/tile/0/000.p/2560',
    'log/tile/0/../000',
    'log/proof/a/b/3.tlog-proof',
    'log/proof/list-phishing/03.tlog-proof',
    'log/proof/3.tlog-proof',
    'log/policy.txt/',
    'log/checkpoint.txt',
  ])('is no file of the log: %s', (file) => {
    expect(parsePath(`/${file}`, null)).toEqual({ at: 'elsewhere' })
  })

  test('is the target that holds the policy of the log', () => {
    const path = `/tuf/targets/log/${HASH}.policy.txt`
    expect(parsePath(path, null)).toEqual({
      ...{ at: 'target', file: path.slice(1), place: null, sha256: HASH },
    })
  })

  test.each(['snapshot.txt.gz', 'list.json', 'delta-1-2.txt.gz'])('is the target %s', (name) => {
    const path = `/tuf/targets/lists/phishing/${HASH}.${name}`
    expect(parsePath(path, null)).toEqual({
      ...{ at: 'target', file: path.slice(1), place: 'phishing', sha256: HASH },
    })
  })

  test('is the target that holds the export key', () => {
    const path = `/tuf/targets/keys/${HASH}.export.pub`
    expect(parsePath(path, null)).toEqual({
      ...{ at: 'target', file: path.slice(1), place: null, sha256: HASH },
    })
  })

  test('is a feed, its signature, or one of its serials', () => {
    const feed = { at: 'feed', list: 'phishing', format: 'squid-urls' }
    expect(parsePath('/feeds/phishing/squid-urls', null)).toEqual({
      ...{ ...feed, isSignature: false, serial: 'newest' },
    })
    expect(parsePath('/feeds/phishing/squid-urls.minisig', 'serial=7')).toEqual({
      ...{ ...feed, isSignature: true, serial: 7 },
    })
    for (const query of ['serial=0', 'serial=', 'serial=1&serial=2', 'serial=-1', 'x=1']) {
      expect(parsePath('/feeds/phishing/squid-urls', query)).toMatchObject({ serial: 'invalid' })
    }
  })
})

describe('what names no published path', () => {
  test.each([
    '/',
    '',
    '/tuf',
    '/tuf/metadata/',
    '/tuf/metadata/snapshot.json',
    '/tuf/metadata/0.root.json',
    '/tuf/metadata/01.root.json',
    '/tuf/metadata/1.root.json/',
    '/tuf/metadata//1.root.json',
    '/tuf/metadata/../1.root.json',
    '/tuf/metadata/1.../../x.json',
    '/tuf/metadata/1.root.json%00',
    '/tuf/metadata/1.root.json\u0000',
    '/tuf/metadata/%2e%2e/1.root.json',
    '/tuf/metadata/1.%72oot.json',
    '/tuf/metadata/1.ROOT.json',
    '/tuf/metadata/99999999999.root.json',
    `/tuf/targets/lists/../${HASH}.list.json`,
    `/tuf/targets/lists/a/../b/${HASH}.list.json`,
    `/tuf/targets/lists/..%2f/${HASH}.list.json`,
    `/tuf/targets/lists/%252e%252e/${HASH}.list.json`,
    `/tuf/targets/lists/phishing/${HASH}.`,
    `/tuf/targets/lists/phishing/${HASH}`,
    `/tuf/targets/lists/phishing/${HASH}..json`,
    `/tuf/targets/lists/phishing/${HASH}.a/b.json`,
    `/tuf/targets/lists/phishing/${HASH}.a\\b.json`,
    `/tuf/targets/lists/phishing/${HASH.slice(1)}.list.json`,
    `/tuf/targets/lists/phishing/${HASH.toUpperCase()}.list.json`,
    `/tuf/targets/keys/${HASH}.export.key`,
    `/tuf/targets/${HASH}.x.json`,
    '/feeds/',
    '/feeds/phishing',
    '/feeds/phishing/',
    '/feeds/phishing/rpz/',
    '/feeds/phishing/rpz.gz',
    '/feeds/phishing/rpz.minisig.minisig',
    '/feeds/Phishing/rpz',
    '/feeds/phishing/../../bailiwick.db',
    '/feeds/..%2f..%2fbailiwick.db/rpz',
    '/../bailiwick.db',
    'http://other.test/tuf/metadata/timestamp.json',
  ])('%j', (path) => {
    expect(parsePath(path, null)).toEqual({ at: 'elsewhere' })
  })
})
