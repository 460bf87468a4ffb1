import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RequestListener } from '../../../../src/distribute/request-listener.ts'
import {
  openFakeAuthority,
  OTHER_TOKEN,
  TOKEN,
  type FakeAuthority,
} from '../../../support/edge-builder.ts'
import { inject } from '../../../support/http-inject.ts'

const PLACE = '0123456789abcdef0123456789abcdef'
const SNAPSHOT = Buffer.from('the snapshot')
const HASH = createHash('sha256').update(SNAPSHOT).digest('hex')
const METADATA = `/tuf/metadata/2.list-${PLACE}.json`
const TARGET = `/tuf/targets/lists/${PLACE}/${HASH}.snapshot.txt.gz`
const DELTA = `/tuf/targets/lists/${PLACE}/${HASH}.delta-1-4.txt.gz`

let authority: FakeAuthority
let listener: RequestListener
let noted: string[]

beforeEach(async () => {
  authority = await openFakeAuthority()
  const target = { hashes: { sha256: HASH }, custom: { serial: 5 } }
  const signed = { targets: { [`lists/${PLACE}/snapshot.txt.gz`]: target } }
  await authority.put('published/tuf/metadata/timestamp.json', '{"serial":1}')
  await authority.put(`published${METADATA}`, JSON.stringify({ signed }))
  for (const path of [TARGET, DELTA]) await authority.put(`published${path}`, SNAPSHOT)
  noted = []
  const edge = authority.openEdge({
    note: (name, has) =>
      void noted.push(`${name} ${has === null ? '' : `${has.list}${has.serial}`}`),
  })
  listener = authority.listenerOf(edge)
})

afterEach(async () => {
  await rm(authority.folder, { recursive: true, force: true })
  expect(authority.faults).toEqual([])
})

const ask = (path: string, headers: object = {}, method = 'GET', token = TOKEN) =>
  inject(listener, path, { Authorization: `Bearer ${token}`, ...headers }, method)

describe('what a subscriber has fetched is noted', () => {
  it.each([
    ['a feed', '/feeds/secret/hosts', 'isp secret5'],
    ['a feed of the past', '/feeds/secret/hosts?serial=2', 'isp '],
    ['the signature of one', '/feeds/secret/hosts.minisig', 'isp '],
    ['a delta', DELTA, 'isp secret4'],
    ['a snapshot whose metadata nobody has asked for', TARGET, 'isp '],
    ['the pointer', '/tuf/metadata/timestamp.json', 'isp '],
    ['a list that it is not entitled to', '/feeds/open/hosts', 'isp '],
  ])('%s, the first time and when it stands ready', async (_, path, expected) => {
    await ask(path)
    await ask(path)
    expect(noted).toEqual([expected, expected])
  })

  it('a snapshot, by what its metadata says', async () => {
    await ask(METADATA)
    await ask(TARGET)
    await ask(TARGET)
    expect(noted).toEqual(['isp ', 'isp secret5', 'isp secret5'])
  })

  it('also where it is told that it has it, but not for a part or a look', async () => {
    const { etag = '' } = (await ask(DELTA)).headers
    expect((await ask(DELTA, { 'If-None-Match': etag })).status).toBe(304)
    expect((await ask(DELTA, { Range: 'bytes=0-3' })).status).toBe(206)
    expect((await ask(DELTA, {}, 'HEAD')).status).toBe(200)
    expect((await ask(DELTA, { Range: 'bytes=900-' })).status).toBe(416)
    expect(noted).toEqual(['isp secret4', 'isp secret4', 'isp ', 'isp ', 'isp '])
  })

  it('of nobody without a token that counts', async () => {
    for (const path of ['/tuf/metadata/timestamp.json', DELTA]) {
      await inject(listener, path)
      await ask(path, {}, 'GET', 'blw_nothing')
    }
    expect((await ask(DELTA, {}, 'GET', OTHER_TOKEN)).status).toBe(404)
    expect(noted).toEqual([])
  })
})
