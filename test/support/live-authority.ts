import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { COMMAND, runBailiwick } from './bailiwick-command.ts'

/** A real authority in a temporary folder that serves on loopback, led by its command line as a person would. */
export interface LiveAuthority {
  /** Where it serves. */
  readonly url: string
  /** Where it answers the DNS: an address and a port, with a colon between. */
  readonly dns: string
  readonly rootFile: string
  /**
   * Runs a command of the authority, and waits until the server serves what it published; throws when it does not end with 0, or
   * is not served.
   */
  readonly run: (...args: string[]) => Promise<string>
  readonly stop: () => Promise<void>
}

/** Made, with the list of this definition, and serving. */
export async function openLiveAuthority(
  definition: Readonly<Record<string, unknown>>,
): Promise<LiveAuthority> {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-live-'))
  const data = join(folder, 'var')
  const run = async (...args: string[]): Promise<string> => {
    const ran = await runBailiwick(['--data', data, ...args])
    if (ran.code !== 0) throw new Error(`${args.join(' ')}: ${ran.stderr}`)
    return ran.stdout
  }
  await run('init', '--authority', 'Example CERT', '--insecure-plain-keys')
  writeFileSync(join(folder, 'list.json'), JSON.stringify(definition))
  await run('list', 'apply', join(folder, 'list.json'))
  const serving = await serve(data)
  return {
    url: serving.url,
    dns: serving.dns,
    rootFile: join(data, 'root.json'),
    run: async (...args) => {
      const printed = await run(...args)
      await untilServed(serving.url, join(data, 'published'))
      return printed
    },
    stop: async () => {
      await serving.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a command publishes is served within a second; a busy machine is given five. */
async function untilServed(url: string, published: string): Promise<void> {
  const path = 'tuf/metadata/timestamp.json'
  for (let tries = 0; tries < 50; tries++) {
    const served = await fetch(new URL(path, url))
    if ((await served.text()) === readFileSync(join(published, path), 'utf8')) return
    await sleep(100)
  }
  throw new Error('expected what was published to be served, got the timestamp before it')
}

interface Served {
  readonly url: string
  readonly dns: string
  readonly stop: () => Promise<void>
}

async function serve(data: string): Promise<Served> {
  const anywhere = ['--http', '127.0.0.1:0', '--dns', '127.0.0.1:0']
  const child = spawn(
    process.execPath,
    [COMMAND, '--data', data, 'serve', ...anywhere, '--log-level', 'error'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let said = ''
  const [dns, url] = await new Promise<[string, string]>((resolve, reject) => {
    child.stderr.on('data', (text: Buffer) => (said += text.toString()))
    child.once('exit', () => reject(new Error(`expected serve to run, got: ${said}`)))
    let printed = ''
    child.stdout.on('data', (text: Buffer) => {
      printed += text.toString()
      const [, dns, http] = /answering dns:\/\/(\S+)[^]*serving (http:\S+)\n/.exec(printed) ?? []
      if (dns !== undefined && http !== undefined) resolve([dns, http])
    })
  })
  return {
    url,
    dns,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
