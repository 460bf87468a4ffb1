import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeAuthority } from '../../src/main/make-authority.ts'
import { openAuthority } from '../../src/main/open-authority.ts'
import { projectPublished } from '../../src/publish/project-published.ts'
import { changeKeys } from '../../src/publish/rotate-key.ts'
import { applyList, publishLines } from '../support/authority-folder.ts'
import { COMMAND, runBailiwick, type Ran } from '../support/bailiwick-command.ts'
import { entryLine } from '../support/lines.ts'
import { describeWithSoftHsm, makeSoftHsm, PIN, type SoftHsm } from '../support/soft-hsm.ts'
import { serveFolder } from '../support/static-server.ts'
import { openTufReader, readSnapshot } from '../support/tuf-oracle.ts'

const HOUR_MS = 3_600_000
const ROLES = ['timestamp', 'snapshot', 'targets', 'root', 'export', 'list-phishing', 'list-other']

describeWithSoftHsm('an authority with its keys in a token', () => {
  let hsm: SoftHsm
  let data: string
  const published = (): string => join(data, 'published')

  beforeEach(async () => {
    hsm = makeSoftHsm(['online', 'root'])
    data = mkdtempSync(join(tmpdir(), 'token-authority-'))
    // Long enough ago for the timestamp to be signed anew.
    const now = (): Date => new Date(Date.now() - 6 * HOUR_MS)
    await makeAuthority({
      ...{ data, authority: 'Example CERT', origin: '', hasPlainKeys: true, env: {}, now },
    })
    const authority = openAuthority(data, { env: { BAILIWICK_PIN: PIN }, now })
    for (const id of ['phishing', 'other']) {
      applyList(authority, id)
      await publishLines(authority, id, [entryLine(1)])
    }
    for (const role of ROLES) {
      const uri = hsm.uri(role === 'root' ? 'root' : 'online')
      await changeKeys(authority, { role, change: 'rotate', token: { uri, isExisting: false } })
    }
    await projectPublished(authority, { isThorough: false })
    authority.close()
    for (const name of readdirSync(join(data, 'keys'))) forgetFileKey(join(data, 'keys', name))
  })

  afterEach(() => {
    hsm.remove()
    rmSync(data, { recursive: true })
  })

  const run = (...args: string[]): Promise<Ran> =>
    runBailiwick(['--data', data, ...args], { env: { BAILIWICK_PIN: PIN } })

  async function ran(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(...args)
    // That no ranking is loaded is told with each entry, and is no trouble.
    const trouble = stderr.replace(/^bailiwick: note: no file of top sites.*\n/gm, '')
    expect({ code, trouble }).toEqual({ code: 0, trouble: '' })
    return stdout
  }

  async function expectSound(): Promise<void> {
    await ran('audit', 'verify', published(), '--root', join(data, 'root.json'))
  }

  it('publishes by two processes at once, and agents follow', { timeout: 120_000 }, async () => {
    await ran('entry', 'add', 'phishing', 'login.bad.example', '--reason', 'imitates')
    await ran('entry', 'add', 'other', 'shop.bad.example', '--reason', 'imitates')
    await Promise.all([ran('publish', 'phishing'), ran('publish', 'other')])
    await expectSound()
    const reader = await openTufReader(published(), join(data, 'root.json'))
    expect(await readSnapshot(reader, 'phishing')).toMatchObject({ serial: 2, entries: 2 })
    expect(await readSnapshot(reader, 'other')).toMatchObject({ serial: 2, entries: 2 })
    await reader.close()
    await expectAgentPulls()
    const table = await ran('key', 'ls')
    expect(/^root .*token «root»/m.exec(table)).not.toBeNull()
    expect(table.match(/token «online»/g)).toHaveLength(ROLES.length - 1)
    await ran('doctor')
  })

  async function expectAgentPulls(): Promise<void> {
    const source = await serveFolder(published())
    const host = mkdtempSync(join(tmpdir(), 'token-agent-'))
    try {
      writeFileSync(join(host, 'root.json'), readFileSync(join(data, 'root.json')))
      const outputs = [{ format: 'domains', path: 'names', reload: ['true'] }]
      const config = { source: source.url, root: 'root.json', state: 'state', jitterSeconds: 0 }
      const lists = [{ id: 'phishing', outputs }]
      writeFileSync(join(host, 'agent.json'), JSON.stringify({ ...config, lists }))
      const pulled = await runBailiwick(['agent', 'pull', '--config', join(host, 'agent.json')])
      expect(pulled).toMatchObject({ code: 0 })
      expect(readFileSync(join(host, 'names'), 'utf8')).toContain('login.bad.example')
    } finally {
      await source.close()
      rmSync(host, { recursive: true })
    }
  }

  it('counts no key twice, and finds one again of which the file is lost', async () => {
    const authority = openAuthority(data, { env: { BAILIWICK_PIN: PIN } })
    const held = authority.keys.all().find(({ use }) => use === 'root')
    rmSync(join(data, 'keys', `${held?.keyid ?? ''}.json`))
    const change = changeKeys(authority, {
      ...{ role: 'root', change: 'add', threshold: 2 },
      token: { uri: held?.token ?? '', isExisting: true },
    })
    await expect(change).rejects.toThrow(expect.objectContaining({ code: 'usage/invalid' }))
    expect(authority.keys.all()).toContainEqual(held)
    authority.close()
  })

  it('changes nothing with a wrong PIN or none', { timeout: 60_000 }, async () => {
    await ran('entry', 'add', 'phishing', 'login.bad.example', '--reason', 'imitates')
    for (const [pin, code] of [
      ['0000', 'key/pin-wrong'],
      [undefined, 'key/pin-missing'],
    ]) {
      const { stderr } = await runBailiwick(['--data', data, 'publish'], {
        env: { BAILIWICK_PIN: pin },
      })
      expect(stderr).toContain(`(${code ?? ''})`)
      expect(stderr).not.toContain('0000')
    }
    await expectSound()
  })

  it('serves: both of its threads sign by the token', { timeout: 60_000 }, async () => {
    const timestamp = join(published(), 'tuf/metadata/timestamp.json')
    const before = readFileSync(timestamp, 'utf8')
    const serving = await serve()
    try {
      const signature = await fetch(new URL('/feeds/phishing/domains.minisig', serving.url))
      expect(signature.status).toBe(200)
      expect(await signature.text()).toContain('list:phishing serial:1')
      await untilChanged(timestamp, before)
    } finally {
      await serving.stop()
    }
    expect(serving.said()).toBe('')
    await expectSound()
  })

  async function serve(): Promise<{
    readonly url: string
    readonly said: () => string
    readonly stop: () => Promise<void>
  }> {
    const anywhere = ['--http', '127.0.0.1:0', '--dns', 'none', '--log-level', 'error']
    const child = spawn(process.execPath, [COMMAND, '--data', data, 'serve', ...anywhere], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, BAILIWICK_PIN: PIN },
    })
    let [printed, said] = ['', '']
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.stderr.on('data', (block: Buffer) => (said += block.toString()))
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`expected serve to run, got: ${said}`)))
      child.stdout.on('data', (block: Buffer) => {
        printed += block.toString()
        const [, found] = /serving (http:\S+)\n/.exec(printed) ?? []
        if (found !== undefined) resolve(found)
      })
    })
    return {
      url,
      said: () => said,
      stop: async () => {
        child.kill('SIGTERM')
        await ended
      },
    }
  }
})

/** What is left can sign by the token alone; but for the log, whose key is made with it. */
function forgetFileKey(path: string): void {
  const key = JSON.parse(readFileSync(path, 'utf8')) as { use?: string; private?: object }
  if (key.private === undefined || 'token' in key.private || key.use === 'log') return
  rmSync(path)
}

/** It is signed within a second; a busy machine is given twenty. */
async function untilChanged(path: string, before: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (readFileSync(path, 'utf8') !== before) return
    await sleep(100)
  }
  throw new Error(`expected ${path} to change`)
}
