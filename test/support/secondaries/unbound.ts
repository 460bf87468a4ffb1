import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from './ask.ts'
import { ELSEWHERE, type Lab, type Running } from './lab.ts'
import { tell, untilReady, type Secondary, type Told } from './secondary.ts'

export interface UnboundSetup {
  readonly port: number
  /** `rpz:` sections and what belongs to them; `{folder}` stands for the program's own, and so does where Debian lets it write. */
  readonly clauses: string
}

export interface Unbound extends Secondary {
  readonly control: (...args: readonly string[]) => Promise<Told>
}

/** Unbound: a resolver that forwards what is open, with policy zones as the setup says. */
export async function startUnbound(lab: Lab, { port, clauses }: UnboundSetup): Promise<Unbound> {
  const folder = lab.folder(`unbound-${port}`)
  const conf = join(folder, 'unbound.conf')
  writeFileSync(
    conf,
    `server:
  interface: 127.0.0.1@${port}
  chroot: ""
  username: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  verbosity: 2
  do-not-query-localhost: no
remote-control:
  control-enable: yes
  control-interface: "${folder}/control"
  control-use-cert: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${lab.upstream}
forward-zone:
  name: "${ELSEWHERE}"
  forward-addr: 127.0.0.1@${lab.elsewhere}
${clauses.replaceAll(/\{folder\}|\/var\/lib\/unbound/g, folder)}
`,
  )
  const control = (...args: readonly string[]): Promise<Told> => {
    return tell('unbound-control', ['-c', conf, ...args])
  }
  let running: Running | null = null
  const unbound: Unbound = {
    program: 'unbound',
    port,
    control,
    start: async () => {
      running = lab.start('unbound', ['-d', '-c', conf], folder)
      await untilReady(running, async () => (await ask(port, 'ready.example')) !== 'silence')
    },
    stop: async (signal) => running?.stop(signal),
    log: () => running?.log() ?? '',
    serialOf: async (zone) => {
      const { stdout } = await control('list_auth_zones')
      const line = stdout.split('\n').find((text) => text.startsWith(`${zone}.`)) ?? ''
      const serial = /serial (\d+)/.exec(line)?.[1]
      return serial === undefined ? null : Number(serial)
    },
    // It writes its copy after each transfer.
    zoneText: (zone) => Promise.resolve(readFileSync(join(folder, zone), 'utf8')),
  }
  await unbound.start()
  return unbound
}
