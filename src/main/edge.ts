import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { isFault, Fault } from '../core/fault.ts'

/** Adds `edge`: it reaches no database and no signing key. */
export function register(program: Command): void {
  program
    .command('edge')
    .description('serve HTTP and DNS from a verified copy, with no key and no decisions')
    .requiredOption('--config <file>', "the edge's configuration, see docs/edge.md")
    .addHelpText('after', HELP)
    .action(edge)
}

const HELP = `
Prints «answering dns://…» for each socket of DNS and then «serving URL» when it is ready. SIGTERM and SIGINT let running
responses and transfers end; a second signal cuts them. Logs JSON lines to standard error.

Example:
  bailiwick edge --config /etc/bailiwick/edge.json`

async function edge({ config: path }: { readonly config: string }): Promise<void> {
  const { readEdgeConfig } = await import('./edge-config.ts')
  const config = readEdgeConfig(path)
  const cron = await import('node-cron')
  if (!cron.validate(config.schedule)) {
    throw new Fault(
      'usage/invalid',
      `${path}: schedule: expected a cron expression, got ${JSON.stringify(config.schedule)}`,
    )
  }
  const { runEdge } = await import('./edge-program.ts')
  const program = await runEdge({ config, version: readVersion() }).catch(asUsage)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, program.stop)
  // Whoever reads this line may send a signal at once.
  const answering = program.answering.map((url) => `answering ${url}\n`)
  process.stdout.write(`${answering.join('')}serving ${program.url ?? 'no HTTP'}\n`)
  await program.stopped
}

/** Credentials that are wrong at the start are wrong usage, as the rest of the configuration. */
function asUsage(error: unknown): never {
  if (!isFault(error, 'edge/credentials', 'agent/config')) throw error
  throw new Fault('usage/invalid', error.message, { cause: error })
}

function readVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version
}
