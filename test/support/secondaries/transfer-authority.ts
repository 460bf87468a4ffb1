import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../any-answer-dns.ts'
import { COMMAND, runBailiwick } from '../bailiwick-command.ts'

/** How much of what `serve` printed is kept. */
const LOG_CHARACTERS = 200_000

const CSV_TITLES = 'value,kind,action,category,reference'

/** A real authority in a temporary folder which serves zones on loopback, led by its command line as a person would. */
export interface TransferAuthority {
  readonly folder: string
  readonly data: string
  /** Where it answers DNS, over UDP and TCP; the same after a restart. */
  readonly port: number
  /** Where it answers over TLS, when it was opened so. */
  readonly tlsPort: number
  /** Where it serves HTTP; another after each start. */
  readonly url: () => string
  /** What the running program printed, newest last. */
  readonly log: () => string
  /** Runs a command; throws when it does not end with 0. */
  readonly run: (...args: readonly string[]) => Promise<string>
  /** Creates or changes a list. */
  readonly applyList: (definition: Readonly<Record<string, unknown>>) => Promise<void>
  /** Decides on many entries at once, given as lines of CSV, and publishes. */
  readonly importCsv: (list: string, lines: readonly string[]) => Promise<void>
  /** Decides that the list holds these lines of CSV and nothing else, and publishes. */
  readonly mirrorCsv: (list: string, lines: readonly string[]) => Promise<void>
  /** Lists a domain with the list's action, and publishes. */
  readonly block: (list: string, name: string) => Promise<void>
  /** Retires it and publishes. */
  readonly retire: (list: string, name: string) => Promise<void>
  readonly subscribe: (name: string, ...args: readonly string[]) => Promise<Subscribed>
  readonly start: () => Promise<void>
  /** Sends the signal, and waits until the program is gone. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
  readonly close: () => Promise<void>
}

export interface Subscribed {
  readonly token: string
  readonly tsig: { readonly name: string; readonly algorithm: string; readonly secret: string }
  /** What `--config-for` printed; empty without it. */
  readonly config: string
}

export interface TransferAuthorityOptions {
  readonly lists: readonly Readonly<Record<string, unknown>>[]
  /** Paths of a certificate and its key: answers over TLS, too. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** More arguments of `serve`. */
  readonly serve?: readonly string[]
}

/** A definition whose list may do anything, and whose secondaries poll as fast as they can. */
export function listDefinition(
  id: string,
  changes: Readonly<Record<string, unknown>> & { readonly zone?: object | null } = {},
): Readonly<Record<string, unknown>> & { readonly id: string } {
  const { zone, ...others } = changes
  return {
    id,
    title: `The list ${id}`,
    authority: 'Example CERT',
    guard: { maxGrowth: 1e6, maxShrink: 1, minEntries: 0 },
    ...(zone !== null && {
      zone: { origin: `${id}.rpz.example`, ttl: 5, refresh: 1, retry: 1, ...zone },
    }),
    ...others,
  }
}

export async function openTransferAuthority(
  options: TransferAuthorityOptions,
): Promise<TransferAuthority> {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-transfer-'))
  const data = join(folder, 'var')
  const [port, tlsPort] = [await freePort(), await freePort()]
  const { tls } = options
  const args = ['--http', '127.0.0.1:0', '--dns', `127.0.0.1:${port}`]
  if (tls !== undefined) {
    args.push('--dns-tls', `127.0.0.1:${tlsPort}`, '--tls-cert', tls.cert, '--tls-key', tls.key)
  }
  args.push(...(options.serve ?? []))
  const served = serveProgram(['--data', data, 'serve', ...args])
  const run = async (...words: readonly string[]): Promise<string> => {
    const ran = await runBailiwick(['--data', data, ...words])
    if (ran.code !== 0) throw new Error(`${words.join(' ')}: ${ran.stderr}`)
    return ran.stdout
  }
  const authority: TransferAuthority = {
    folder,
    data,
    port,
    tlsPort,
    ...served,
    run,
    ...commandsOf(folder, run),
    close: async () => {
      await served.stop('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await run('init', '--authority', 'Example CERT', '--insecure-plain-keys')
  for (const definition of options.lists) await authority.applyList(definition)
  await authority.start()
  return authority
}

type Commands = Pick<
  TransferAuthority,
  'applyList' | 'importCsv' | 'mirrorCsv' | 'block' | 'retire' | 'subscribe'
>

function commandsOf(folder: string, run: TransferAuthority['run']): Commands {
  const importCsv = async (list: string, lines: readonly string[], mode: string): Promise<void> => {
    const path = join(folder, 'import.csv')
    writeFileSync(path, [CSV_TITLES, ...lines, ''].join('\n'))
    const words = ['--format', 'csv', '--mode', mode, '--reason', 'test']
    await run('entry', 'import', list, path, ...words)
    await run('publish', list)
  }
  return {
    applyList: async (definition) => {
      const path = join(folder, 'list.json')
      writeFileSync(path, JSON.stringify(definition))
      await run('list', 'apply', path)
    },
    importCsv: (list, lines) => importCsv(list, lines, 'add'),
    mirrorCsv: (list, lines) => importCsv(list, lines, 'mirror'),
    block: async (list, name) => {
      await run('entry', 'add', list, name, '--kind', 'domain', '--reason', 'test')
      await run('publish', list)
    },
    retire: async (list, name) => {
      await run('entry', 'retire', list, name, '--reason', 'cleaned', '--urgent')
    },
    subscribe: async (name, ...words) => {
      const printed = await run('subscriber', 'add', name, ...words, '--json')
      return { config: '', ...(JSON.parse(printed) as object) } as Subscribed
    },
  }
}

function serveProgram(
  args: readonly string[],
): Pick<TransferAuthority, 'url' | 'log' | 'start' | 'stop'> {
  let child: ChildProcess | null = null
  let [url, said] = ['', '']
  return {
    url: () => url,
    log: () => said,
    start: async () => {
      const started = spawn(process.execPath, [COMMAND, ...args], { stdio: 'pipe' })
      child = started
      url = await new Promise<string>((resolve, reject) => {
        const keep = (text: string): void => {
          said = `${said}${text}`.slice(-LOG_CHARACTERS)
        }
        let printed = ''
        started.stderr.setEncoding('utf8').on('data', keep)
        started.stdout.setEncoding('utf8').on('data', (text: string) => {
          keep(text)
          printed += text
          const at = /serving (http:\S+)/.exec(printed)?.[1]
          if (at !== undefined) resolve(at)
        })
        started.once('exit', () => reject(new Error(`expected serve to run, got: ${said}`)))
      })
    },
    stop: async (signal = 'SIGTERM') => {
      const stopping = child
      if (stopping?.exitCode !== null || stopping.signalCode !== null) return
      const ended = new Promise<void>((resolve) => stopping.once('exit', () => resolve()))
      stopping.kill(signal)
      await ended
    },
  }
}
