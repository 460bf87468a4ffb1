import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runBailiwick, type Ran } from '../support/bailiwick-command.ts'
import { createMockAuthority } from '../support/mock-authority.ts'
import { serveFiles } from '../support/mock-source.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'

describeWith('openssl', 'https', () => {
  test('is spoken to a source whose certificate is trusted, and to no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-tls-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const request = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=test',
    ]
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1']
    execFileSync(needsProgram('openssl'), [...request, ...names, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    })
    const authority = createMockAuthority({ lists: ['phishing'] })
    authority.publish('phishing', ['bad.example\tdomain\tnxdomain\t-\t-'])
    const source = await serveFiles(authority.files, {
      key: readFileSync(key),
      cert: readFileSync(cert),
    })
    onTestFinished(async () => {
      await source.close()
      rmSync(folder, { recursive: true, force: true })
    })
    writeFileSync(join(folder, 'root.json'), authority.root)
    const pull = (change: object): Promise<Ran> => {
      const config = join(folder, 'agent.json')
      const base = {
        source: source.url,
        root: 'root.json',
        state: 'state',
        lists: [{ id: 'phishing' }],
      }
      writeFileSync(config, JSON.stringify({ ...base, ...change }))
      return runBailiwick(['agent', 'pull', '--config', config])
    }
    expect(await pull({})).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/self-signed certificate.*\(fetch\/unreachable\)/) as string,
    })
    expect(await pull({ caFile: 'cert.pem' })).toMatchObject({ code: 0, stderr: '' })
  })
})
