import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../support/any-answer-dns.ts'
import { runBailiwick } from '../support/bailiwick-command.ts'
import { openLiveAuthority } from '../support/live-authority.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'

const DEFINITION = {
  id: 'phishing',
  title: 'Phishing warning list',
  authority: 'Example CERT',
  guard: { maxGrowth: 100, maxShrink: 1, minEntries: 1 },
  zone: { origin: 'rpz.example' },
}
const ENTRIES = [
  ['bad.example', 'domain'],
  ['sub.bad.example', 'host'],
  ['host.example', 'host'],
  ['shop.example/login/*', 'url'],
  ['shop.example/page?id=1', 'url'],
] as const

/** What a proxy's client gets: 200 from the web behind it, or 403. */
function get(proxyPort: number, url: string): Promise<number> {
  return new Promise((resolve) => {
    const { host } = new URL(url)
    const options = {
      host: '127.0.0.1',
      port: proxyPort,
      path: url,
      headers: { host },
      agent: false,
    }
    request(options, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', () => resolve(0))
      .end()
  })
}

function connect(proxyPort: number, host: string): Promise<number> {
  return new Promise((resolve) => {
    const options = {
      host: '127.0.0.1',
      port: proxyPort,
      method: 'CONNECT',
      path: `${host}:443`,
      agent: false,
    }
    const asked = request(options)
    const answered = (status: number | undefined): void => {
      asked.destroy()
      resolve(status ?? 0)
    }
    asked
      .on('connect', (response) => answered(response.statusCode))
      .on('response', (response) => answered(response.statusCode))
      .on('error', () => resolve(0))
      .end()
  })
}

async function until(act: () => Promise<number>, expected: number): Promise<number> {
  let got = 0
  for (let tries = 0; tries < 200; tries++) {
    got = await act()
    if (got === expected) break
    await sleep(100)
  }
  return got
}

describeWith('squid', 'Squid', () => {
  test(
    'blocks names and URLs that the agent wrote, and follows',
    { timeout: 120_000 },
    async () => {
      const authority = await openLiveAuthority(DEFINITION)
      const web = createServer((_, response) => response.end('open'))
      await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
      const folder = mkdtempSync(join(tmpdir(), 'bailiwick-squid-'))
      // Squid changes to a user of its own.
      chmodSync(folder, 0o777)
      onTestFinished(async () => {
        web.closeAllConnections()
        web.close()
        await authority.stop()
        rmSync(folder, { recursive: true, force: true })
      })
      for (const [value, kind] of ENTRIES) {
        await authority.run('entry', 'add', 'phishing', value, '--kind', kind, '--reason', 'test')
      }
      await authority.run('publish', 'phishing')

      const port = await freePort()
      const conf = join(folder, 'squid.conf')
      writeFileSync(
        conf,
        `http_port 127.0.0.1:${port}
visible_hostname proxy.example
pid_filename ${folder}/pid
cache_log ${folder}/cache.log
access_log none
cache deny all
coredump_dir ${folder}
shutdown_lifetime 0 seconds
pinger_enable off
cache_peer 127.0.0.1 parent ${(web.address() as AddressInfo).port} 0 no-query default
never_direct allow all
acl phishing_names dstdomain "${folder}/domains"
acl phishing_urls url_regex "${folder}/urls"
http_access deny phishing_names
http_access deny phishing_urls
http_access allow all
`,
      )
      const squid = needsProgram('squid')
      const pull = async (reload: readonly string[]): Promise<void> => {
        const outputs = [
          { format: 'squid', path: 'domains', reload },
          { format: 'squid-urls', path: 'urls', reload },
        ]
        const lists = [{ id: 'phishing', limits: { maxShrink: 1 }, outputs }]
        const config = join(folder, 'agent.json')
        const { url: source, rootFile: root } = authority
        writeFileSync(config, JSON.stringify({ source, root, state: 'state', lists }))
        expect(await runBailiwick(['agent', 'pull', '--config', config])).toMatchObject({
          code: 0,
          stderr: '',
        })
      }
      await pull(['true'])
      const child = spawn(squid, ['-N', '-f', conf], { cwd: folder, stdio: 'ignore' })
      onTestFinished(
        () =>
          new Promise((resolve) => {
            if (child.exitCode !== null) resolve()
            child.once('exit', () => resolve())
            child.kill('SIGKILL')
          }),
      )
      expect(await until(() => get(port, 'http://bad.example/'), 403)).toBe(403)
      const answers = async (urls: readonly string[]): Promise<number[]> =>
        Promise.all(urls.map((url) => get(port, url)))
      expect(
        await answers([
          'http://bad.example/any',
          'http://www.bad.example/',
          'http://sub.bad.example/',
          'http://host.example/',
          'http://shop.example/login/a?b=c',
          'http://shop.example/page?id=1',
        ]),
      ).toEqual([403, 403, 403, 403, 403, 403])
      expect(
        await answers([
          'http://good.example/',
          'http://notbad.example/',
          'http://www.host.example/',
          'http://shop.example/',
          'http://shop.example/page?id=12',
          'http://shop.example/pages',
          'http://good.example/?u=http://bad.example/',
        ]),
      ).toEqual([200, 200, 200, 200, 200, 200, 200])
      expect(await connect(port, 'www.bad.example')).toBe(403)

      const reconfigure = [squid, '-k', 'reconfigure', '-f', conf]
      await authority.run(
        'entry',
        'add',
        'phishing',
        'soon.example',
        '--kind',
        'domain',
        '--reason',
        'test',
      )
      await authority.run('publish', 'phishing')
      await pull(reconfigure)
      expect(await until(() => get(port, 'http://soon.example/'), 403)).toBe(403)
      await authority.run(
        'entry',
        'retire',
        'phishing',
        'soon.example',
        '--reason',
        'cleaned',
        '--urgent',
      )
      await pull(reconfigure)
      expect(await until(() => get(port, 'http://soon.example/'), 200)).toBe(200)
      expect(await get(port, 'http://bad.example/')).toBe(403)
    },
  )
})
