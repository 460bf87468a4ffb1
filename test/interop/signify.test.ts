import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openLiveAuthority, type LiveAuthority } from '../support/live-authority.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'

/** What a subscriber on OpenBSD does with an export that came by hand. */
describeWith(['signify-openbsd'], 'signify', () => {
  const signify = needsProgram('signify-openbsd')
  let authority: LiveAuthority
  let folder: string
  let file: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'signify-'))
    file = join(folder, 'phishing.rpz')
    authority = await openLiveAuthority({
      id: 'phishing',
      title: 'Phishing',
      description: 'Names of examples.',
      authority: 'Example CERT',
    })
    await authority.run('entry', 'add', 'phishing', 'bad.example', '--reason', 'a test')
    await authority.run('publish', 'phishing')
    await authority.run('export', 'phishing', '--format', 'rpz', '-o', file, '--signify')
  })

  afterAll(async () => {
    await authority.stop()
    rmSync(folder, { recursive: true })
  })

  function verifyArgs(): string[] {
    const keys = join(dirname(authority.rootFile), 'published/tuf/targets/keys')
    const key = readdirSync(keys).find((name) => name.endsWith('.export.pub')) ?? ''
    return ['-V', '-p', join(keys, key), '-m', file, '-x', `${file}.sig`]
  }

  it('verifies an export with the published key, and refuses it when a byte is added', () => {
    expect(execFileSync(signify, verifyArgs()).toString()).toContain('Signature Verified')
    appendFileSync(file, ';')
    const altered = spawnSync(signify, verifyArgs())
    expect(altered.status).not.toBe(0)
    expect(altered.stderr.toString()).toContain('verification failed')
  })
})
