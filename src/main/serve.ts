import { InvalidArgumentError, Option, type Command } from 'commander'
import { MAX_CONNECTIONS_PER_ADDRESS } from '../distribute/limits.ts'
import { globalOptions } from './global-options.ts'
import type { LogLevel } from '../platform/json-log.ts'

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

/** Adds `serve`. */
export function register(program: Command): void {
  program
    .command('serve')
    .description('serve what is published, and publish by schedule')
    .option('--http <addr:port>', 'where to listen; port 0: any that is free', '127.0.0.1:8080')
    .option(
      '--dns <addr:port>',
      'where to answer secondaries, over UDP and TCP; may be given again; none: nowhere (default: 127.0.0.1:5300)',
      collect,
    )
    .option('--dns-tls <addr:port>', 'where to answer them over TLS; may be given again', collect)
    .option('--tls-cert <file>', 'the certificate for --dns-tls, with its chain, in PEM')
    .option('--tls-key <file>', 'its key, in PEM; both are read again when they change')
    .option('--operator-token-file <file>', 'with this token /v1/subscribers tells of all')
    .option(
      '--max-connections-per-address <n>',
      'raise it behind a reverse proxy, whose address all clients have',
      parseCount,
      MAX_CONNECTIONS_PER_ADDRESS,
    )
    .addOption(
      new Option('--log-level <level>', 'info logs every request; JSON lines on standard error')
        .choices(LOG_LEVELS)
        .default('info'),
    )
    .addHelpText('after', HELP)
    .action(serve)
}

const HELP = `
Prints «answering dns://ADDR:PORT» for each address, and last «serving URL» when it is ready. SIGTERM and
SIGINT let running responses end, for 30 s at most, and running zone transfers, for 60 s at most; a second
signal cuts them.
Under systemd with socket activation the passed socket is served and --http is not looked at, so that a
restart leaves no gap.

Example:
  bailiwick serve --http 127.0.0.1:8080 --dns 192.0.2.1:53 --dns [2001:db8::1]:53`

interface ServeOptions {
  readonly http: string
  readonly dns?: readonly string[]
  readonly dnsTls?: readonly string[]
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly operatorTokenFile?: string
  readonly maxConnectionsPerAddress: number
  readonly logLevel: LogLevel
}

async function serve(options: ServeOptions, command: Command): Promise<void> {
  const { data, actor } = globalOptions(command)
  const { keepOldHeapSmall, keepYoungHeapSmall } = await import('./serve-heap.ts')
  // Before what else there is to load makes it grow.
  keepYoungHeapSmall()
  keepOldHeapSmall()
  const { inheritedSocket, parseListenAddress } = await import('./serve-listen.ts')
  const { parseDnsArguments } = await import('./serve-dns-options.ts')
  const at = inheritedSocket(process.env, process.pid) ?? parseListenAddress(options.http, '--http')
  const dns = parseDnsArguments({ ...options, dns: options.dns ?? DEFAULT_DNS })
  const { serveAuthority } = await import('./serve-program.ts')
  const program = await serveAuthority({ ...options, data, actor, at, dns })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, program.stop)
  // Whoever reads this line may send a signal at once.
  const answering = program.answering.map((url) => `answering ${url}\n`)
  process.stdout.write(`${answering.join('')}serving ${program.url}\n`)
  await program.stopped
}

const DEFAULT_DNS = ['127.0.0.1:5300']

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a number from 1 to 999999.')
}
