import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openLiveAuthority, type LiveAuthority } from '../support/live-authority.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'

/** What a subscriber does who has nothing but curl. */
describeWith(['curl'], 'curl', () => {
  const curl = needsProgram('curl')
  let authority: LiveAuthority
  let folder: string
  let feed: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'curl-'))
    authority = await openLiveAuthority({
      id: 'phishing',
      title: 'Phishing',
      description: 'Names of examples.',
      authority: 'Example CERT',
      guard: { maxGrowth: 100 },
    })
    feed = `${authority.url.replace(/\/$/, '')}/feeds/phishing/domains`
    await list('one.example')
    // What a command publishes is served within a second.
    await vi.waitFor(async () => expect((await ask('-o', path('first'), feed)).status).toBe('200'))
  })

  afterAll(async () => {
    await authority.stop()
    rmSync(folder, { recursive: true })
  })

  async function list(name: string): Promise<void> {
    await authority.run('entry', 'add', 'phishing', name, '--reason', 'a test')
    await authority.run('publish', 'phishing')
  }

  /** Runs curl; gives back the status and the bytes that it received. */
  async function ask(...args: string[]): Promise<{ status: string; size: number }> {
    const form = '%{http_code} %{size_download}'
    const ran = await promisify(execFile)(curl, ['-sS', '-m', '20', '-w', form, ...args])
    const [status = '', size = ''] = ran.stdout.trim().split(' ')
    return { status, size: Number(size) }
  }

  const path = (name: string): string => join(folder, name)
  const text = (name: string): string => readFileSync(path(name), 'utf8')

  it('with --etag-compare is spared what it has, and gets what is new', async () => {
    const etags = ['--etag-save', path('etag'), '--etag-compare', path('etag')]
    expect((await ask(...etags, '-o', path('etag.txt'), feed)).status).toBe('200')
    expect(text('etag.txt')).toMatch(/^one\.example$/m)
    expect(await ask(...etags, '-o', path('same.txt'), feed)).toEqual({ status: '304', size: 0 })
    await list('two.example')
    await expect
      .poll(async () => (await ask(...etags, '-o', path('new.txt'), feed)).status, {
        timeout: 10_000,
      })
      .toBe('200')
    expect(text('new.txt')).toMatch(/^two\.example$/m)
  })

  it('with -z is spared a feed that is no newer than its file', async () => {
    await ask('-R', '-o', path('dated.txt'), feed)
    const again = await ask('-z', path('dated.txt'), '-o', path('none.txt'), feed)
    expect(again).toEqual({ status: '304', size: 0 })
  })

  it('with -r gets the part that it asks for, and with -C - the rest of a broken download', async () => {
    await ask('-o', path('whole.txt'), feed)
    const whole = text('whole.txt')
    const first = await ask('-r', '0-9', '-o', path('part.txt'), feed)
    expect(first).toEqual({ status: '206', size: 10 })
    expect(text('part.txt')).toBe(whole.slice(0, 10))
    expect((await ask('-C', '-', '-o', path('part.txt'), feed)).status).toBe('206')
    expect(text('part.txt')).toBe(whole)
    const beyond = await ask('-r', `${whole.length}-`, '-o', path('beyond.txt'), feed)
    expect(beyond.status).toBe('416')
  })

  it('gets a compressed feed only when it asks for one', async () => {
    await ask('-o', path('plain.txt'), feed)
    await ask('-H', 'Accept-Encoding: gzip', '-o', path('feed.gz'), feed)
    expect(gunzipSync(readFileSync(path('feed.gz'))).toString()).toBe(text('plain.txt'))
  })
})
