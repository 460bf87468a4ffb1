import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from './ask.ts'
import { freePort } from '../any-answer-dns.ts'
import { ELSEWHERE, type Lab, type Running } from './lab.ts'
import { tell, untilReady, type Secondary, type Told } from './secondary.ts'

export interface BindSetup {
  readonly port: number
  /** What stands in `options`: `response-policy` and what belongs to it. */
  readonly options?: string
  /** What stands beside `options`: keys and zones. */
  readonly clauses: string
}

export interface Bind extends Secondary {
  readonly rndc: (...args: readonly string[]) => Promise<Told>
}

const CONTROL_KEY =
  'key "control" { algorithm hmac-sha256; secret "Y29udHJvbCBvZiBhIHRlc3QsIG5vdGhpbmc="; };\n'

/** BIND: a resolver that forwards what is open, with zones as the setup says. */
export async function startBind(
  lab: Lab,
  { port, options = '', clauses }: BindSetup,
): Promise<Bind> {
  const folder = lab.folder(`bind-${port}`)
  const control = await freePort()
  const [conf, key] = [join(folder, 'named.conf'), join(folder, 'rndc.key')]
  writeFileSync(key, CONTROL_KEY)
  writeFileSync(
    conf,
    `${CONTROL_KEY}
options {
  directory "${folder}"; pid-file none; session-keyfile none; lock-file none;
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  forward only; forwarders port ${lab.upstream} { 127.0.0.1; }; dnssec-validation no; recursion yes;
  ${options}
};
logging {
  channel out { stderr; severity info; print-time yes; };
  category default { out; }; category rpz { null; };
};
controls { inet 127.0.0.1 port ${control} allow { 127.0.0.1; } keys { "control"; }; };
zone "${ELSEWHERE}" { type forward; forward only; forwarders port ${lab.elsewhere} { 127.0.0.1; }; };
${clauses}
`,
  )
  const rndc = (...args: readonly string[]): Promise<Told> => {
    return tell('rndc', ['-s', '127.0.0.1', '-p', String(control), '-k', key, ...args])
  }
  let running: Running | null = null
  const bind: Bind = {
    program: 'named',
    port,
    rndc,
    start: async () => {
      running = lab.start('named', ['-f', '-c', conf], folder)
      await untilReady(running, async () => (await ask(port, 'ready.example')) !== 'silence')
    },
    stop: async (signal) => running?.stop(signal),
    log: () => running?.log() ?? '',
    serialOf: async (zone) => {
      const serial = /^serial: (\d+)$/m.exec((await rndc('zonestatus', zone)).stdout)?.[1]
      return serial === undefined ? null : Number(serial)
    },
    zoneText: (zone) => dumpZone(rndc, join(folder, 'named_dump.db'), zone),
  }
  await bind.start()
  return bind
}

/** Nobody may transfer a policy zone from a resolver, so it is asked to write it down. */
async function dumpZone(rndc: Bind['rndc'], path: string, zone: string): Promise<string> {
  rmSync(path, { force: true })
  await rndc('dumpdb', '-zones')
  for (;;) {
    const text = readDump(path)
    // The dump is written while named goes on with its work.
    if (text.trimEnd().endsWith('; Dump complete')) {
      const start = text.indexOf(`; Zone dump of '${zone}/`)
      if (start < 0) throw new Error(`expected ${zone} in the dump, got none`)
      const next = text.indexOf('; Zone dump of', start + 1)
      return text.slice(start, next < 0 ? undefined : next)
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function readDump(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // named has not begun to write it.
    return ''
  }
}

/** What `--config-for bind` prints says by comments where each part belongs. */
export function bindParts(config: string): Pick<BindSetup, 'options' | 'clauses'> {
  const parts = { options: '', clauses: '' }
  let into: keyof typeof parts = 'clauses'
  for (const line of config.split('\n')) {
    if (/inside options/i.test(line)) into = 'options'
    else if (/beside options/i.test(line)) into = 'clauses'
    else parts[into] += `${line}\n`
  }
  return parts
}
