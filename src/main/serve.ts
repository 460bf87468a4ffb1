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
Prints «serving URL» when it is ready. SIGTERM and SIGINT let running responses end, for 30 s at most.
Under systemd with socket activation the passed socket is served and --http is not looked at, so that a
restart leaves no gap.

Example:
  bailiwick serve --http 127.0.0.1:8080`

interface ServeOptions {
  readonly http: string
  readonly maxConnectionsPerAddress: number
  readonly logLevel: LogLevel
}

async function serve(options: ServeOptions, command: Command): Promise<void> {
  const { data, actor } = globalOptions(command)
  const { inheritedSocket, parseListenAddress } = await import('./serve-listen.ts')
  const at = inheritedSocket(process.env, process.pid) ?? parseListenAddress(options.http)
  const { serveAuthority } = await import('./serve-program.ts')
  const program = await serveAuthority({ ...options, data, actor, at })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, program.stop)
  // Whoever reads this line may send a signal at once.
  process.stdout.write(`serving ${program.url}\n`)
  await program.stopped
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a number from 1 to 999999.')
}
